// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash that a foreign signature is made over (FIPS 180-4). */
public enum HashAlgorithm {
  /** 32 bytes. */
  SHA_256("SHA-256", "SHA256"),
  /** 48 bytes. */
  SHA_384("SHA-384", "SHA384"),
  /** 64 bytes. */
  SHA_512("SHA-512", "SHA512");

  private final String text;
  private final String prefix;

  HashAlgorithm(String text, String prefix) {
    this.text = text;
    this.prefix = prefix;
  }

  /** The standard's name: {@code SHA-256}, for example. */
  public String text() {
    return text;
  }

  /** The hash of a message. */
  public byte[] hash(byte[] message) {
    try {
      return MessageDigest.getInstance(text).digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + text, e);
    }
  }

  /** The name of a signature algorithm of Java's: {@code SHA256withECDSA}, for example. */
  String with(String scheme) {
    return prefix + "with" + scheme;
  }
}
