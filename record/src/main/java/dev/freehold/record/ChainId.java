// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

/**
 * Which chain (EIP-155).
 *
 * @param number from 1 to 2^53 - 1
 */
public record ChainId(long number) {
  /** The development chain. */
  public static final ChainId DEVELOPMENT = new ChainId(31_337);

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is outside
   */
  public ChainId {
    if (number < 1 || number > (1L << 53) - 1) {
      throw new IllegalArgumentException("a chain's number is from 1 to 2^53 - 1, not " + number);
    }
  }

  @Override
  public String toString() {
    return Long.toString(number);
  }
}
