// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 of much at once. The JDK's is fast only when its second compiler has come to it, which a
 * start leaves for later; ACCP's is from the first byte on.
 */
public final class BulkDigest {
  private BulkDigest() {}

  /** A fresh SHA-256: ACCP's where its native library loads, and the JDK's everywhere else. */
  public static MessageDigest sha256() {
    return Corretto.provider("MessageDigest", "SHA-256")
        .map(
            provider -> {
              try {
                return MessageDigest.getInstance("SHA-256", provider);
              } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("ACCP says that it has SHA-256", e);
              }
            })
        .orElseGet(Digest::newSha256);
  }
}
