// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

/**
 * How many tokens an answer has taken so far.
 *
 * @param input of the prompt
 * @param output of the answer, over all of its choices
 */
public record TokenCounts(int input, int output) {
  /** Before anything was counted. */
  public static final TokenCounts NONE = new TokenCounts(0, 0);

  /**
   * Checks the signs.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public TokenCounts {
    if (input < 0 || output < 0) {
      throw new IllegalArgumentException("counts of tokens are not negative");
    }
  }
}
