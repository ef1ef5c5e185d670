// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import java.time.Duration;
import java.util.Optional;

/** How this node is paid. */
public sealed interface Paid {
  /**
   * It is.
   *
   * @param binding who is paid
   * @param coin in what
   * @param window how much is served ahead of payment, at most
   * @param delay how long a channel's withdrawal must take at least
   */
  record In(KeyBinding binding, Coin coin, Amount window, Duration delay) implements Paid {}

  /**
   * It is not.
   *
   * @param why and what to do
   */
  record Not(String why) implements Paid {}

  /** By a node's money; without it, how to get there. */
  static Paid by(Optional<Money> money) {
    return money
        .<Paid>map(
            it -> new In(it.binding(), it.coin(), it.settings().window(), it.settings().delay()))
        .orElseGet(
            () ->
                new Not(
                    "no chain is configured: write 'chain = URL', 'chain-id = NUMBER' and 'coin ="
                        + " ADDRESS' into FREEHOLD_HOME/config and start the node again"));
  }
}
