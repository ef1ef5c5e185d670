// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;

/**
 * What one answer costs.
 *
 * @param price for a million tokens
 * @param input tokens of the prompt, exactly
 * @param mostOutput tokens of the answer, at most, over all of its choices
 */
public record Bill(Price price, int input, int mostOutput) {
  /** What it costs at most. */
  public Amount most() {
    return price.cost(new TokenCounts(input, mostOutput));
  }

  /**
   * What it costs.
   *
   * @param output tokens that it really has
   */
  public Amount cost(int output) {
    return price.cost(new TokenCounts(input, Math.min(output, mostOutput)));
  }
}
