// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.util.Arrays;
import java.util.Base64;

/** An Ed25519 signature (RFC 8032): 64 bytes, not yet believed. */
public final class Signature {
  /** Length of a signature in bytes. */
  public static final int BYTES = 64;

  private final byte[] bytes;

  private Signature(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Wraps 64 bytes.
   *
   * @throws IllegalArgumentException if there are not exactly 64
   */
  public static Signature of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "an Ed25519 signature has 64 bytes, these are " + bytes.length);
    }
    return new Signature(bytes.clone());
  }

  /**
   * Reads 86 characters of base64url without padding (RFC 4648, section 5), in the one form that
   * {@link #toString} writes.
   *
   * @throws IllegalArgumentException if the text has any other form
   */
  public static Signature parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a signature is written in base64url, this is not", e);
    }
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "an Ed25519 signature has 64 bytes, these are " + bytes.length);
    }
    Signature signature = new Signature(bytes);
    if (!signature.toString().equals(text)) {
      throw new IllegalArgumentException(
          "a signature is written in base64url without padding or stray bits, this is not");
    }
    return signature;
  }

  /** A copy of the 64 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Signature that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 86 characters of base64url: what {@link #parse} reads. */
  @Override
  public String toString() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
