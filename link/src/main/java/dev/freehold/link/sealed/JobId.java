// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * 16 random bytes that name a job, chosen by whoever asks.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record JobId(String hex) {
  /** Length of a job's id in bytes. */
  public static final int BYTES = 16;

  /**
   * Refuses everything but 32 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public JobId {
    if (!hex.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException(
          "a job's id is written as 32 lower-case hexadecimal digits");
    }
  }

  /** A fresh one. */
  public static JobId random(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new JobId(HexFormat.of().formatHex(bytes));
  }

  /** The 16 bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
