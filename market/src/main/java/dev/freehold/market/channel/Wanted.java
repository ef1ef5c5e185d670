// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.crypto.NodeId;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import java.util.Optional;

/**
 * An answer for which coins are wanted.
 *
 * @param seller who is to give it
 * @param model that is to give it
 * @param name what the catalogue calls that model, where it has it
 * @param price that was agreed; it stays
 * @param most tokens that the answer may take
 * @param arrears what the seller says is unpaid of answers before, as far as the buyer believes it:
 *     after a fault of its own, and never more than the offer's window. Paid with the first
 *     voucher, and within the same limits
 */
public record Wanted(
    NodeId seller,
    Digest model,
    Optional<String> name,
    Price price,
    TokenCounts most,
    Amount arrears) {
  /** What it costs at most. */
  Amount cost() {
    return price.cost(most).plus(arrears);
  }
}
