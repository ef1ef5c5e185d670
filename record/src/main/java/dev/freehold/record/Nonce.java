// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * 16 bytes that mark one request, chosen by whoever asks: its return in a receipt shows that the
 * receipt was made for this request and not kept from an earlier one.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record Nonce(String hex) {
  /** Length of a nonce in bytes. */
  public static final int BYTES = 16;

  /**
   * Refuses everything but 32 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public Nonce {
    Salt.requireHex("a nonce", hex, BYTES);
  }

  /** A fresh one. */
  public static Nonce random(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new Nonce(HexFormat.of().formatHex(bytes));
  }
}
