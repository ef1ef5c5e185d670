// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.record.Digest;

/** A token that was just signed: its canonical bytes and their digest. */
public final class SignedToken {
  private final byte[] bytes;
  private final Digest digest;

  SignedToken(byte[] bytes, Digest digest) {
    this.bytes = bytes;
    this.digest = digest;
  }

  /** A copy of the canonical bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** SHA-256 of {@link #bytes}. */
  public Digest digest() {
    return digest;
  }
}
