// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.match;

import dev.freehold.evidence.SignedVerdict.Finding;
import dev.freehold.market.offer.TokenCounts;
import java.time.Duration;

/**
 * How a seller answered once, by this buyer's own clock and its own checks.
 *
 * @param counts the tokens of the receipt, which were counted here too
 * @param toFirst from the order to the first token
 * @param total from the order to the last token
 * @param finding what came of checking the receipt
 * @param whole whether the answer came to its end
 */
public record Answered(
    TokenCounts counts, Duration toFirst, Duration total, Finding finding, boolean whole) {
  /**
   * Checks the order of the times.
   *
   * @throws IllegalArgumentException if the end comes before the first token
   */
  public Answered {
    if (toFirst.isNegative() || total.compareTo(toFirst) < 0) {
      throw new IllegalArgumentException("an answer ends after its first token");
    }
  }
}
