// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * 16 random bytes that hide what a digest is over from those who would guess it.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record Salt(String hex) {
  /** Length of a salt in bytes. */
  public static final int BYTES = 16;

  /**
   * Refuses everything but 32 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public Salt {
    requireHex("a salt", hex, BYTES);
  }

  /** A fresh one; the generator must be a secure one. */
  public static Salt random(RandomGenerator secure) {
    byte[] bytes = new byte[BYTES];
    secure.nextBytes(bytes);
    return new Salt(HexFormat.of().formatHex(bytes));
  }

  /** The 16 bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  /** SHA-256 of the 16 bytes followed by {@code content}. */
  public Digest digest(byte[] content) {
    return Digest.sha256(bytes(), content);
  }

  static void requireHex(String what, String hex, int bytes) {
    boolean fits = hex.length() == 2 * bytes;
    for (int i = 0; i < hex.length() && fits; i++) {
      char c = hex.charAt(i);
      fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    if (!fits) {
      throw new IllegalArgumentException(
          what + " is written as " + 2 * bytes + " lower-case hexadecimal digits");
    }
  }
}
