// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * 16 random bytes that name one life of a node's end of a link: whoever names the other's instance
 * remembers what was sent before.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record Instance(String hex) {
  /** Length in bytes. */
  public static final int BYTES = 16;

  /** No instance: nothing is known of the other yet. */
  public static final Instance NONE = new Instance("0".repeat(2 * BYTES));

  /**
   * Refuses everything but 32 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public Instance {
    if (!hex.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("an instance has 32 lower-case hexadecimal digits");
    }
  }

  /** A fresh one. */
  public static Instance random(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new Instance(HexFormat.of().formatHex(bytes));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
