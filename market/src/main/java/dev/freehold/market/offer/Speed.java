// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

/**
 * Tokens a second for one answer, as a seller claims them: shown, never ranked by.
 *
 * @param prefill of the prompt
 * @param decode of the answer
 */
public record Speed(int prefill, int decode) {
  /**
   * Checks the signs.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public Speed {
    if (prefill < 0 || decode < 0) {
      throw new IllegalArgumentException("a speed is not negative");
    }
  }
}
