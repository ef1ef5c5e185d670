// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.Amount;
import java.time.Duration;

/**
 * How a seller is paid.
 *
 * @param coin in which coin of which payment channels
 * @param price for what it sells
 * @param window how much it serves ahead of payment: 128 bits at most
 * @param delay how long a channel's withdrawal must take at least: whole seconds
 */
public record PaymentTerms(Coin coin, Price price, Amount window, Duration delay) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is left
   */
  public PaymentTerms {
    if (!window.fitsChannel()) {
      throw new IllegalArgumentException("a window has 128 bits at most");
    }
    ChannelConfig.requireDelay(delay);
  }
}
