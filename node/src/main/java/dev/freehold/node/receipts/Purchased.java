// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.market.match.Answered;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.util.Locale;
import java.util.Optional;

/**
 * One answer that was bought, or was to be: docs/formats/purchase.md.
 *
 * @param seller who was asked
 * @param ended when it was over
 * @param model that was asked for, as the seller calls it
 * @param channel from which it was paid
 * @param paid of the channel's coins, for this answer
 * @param receipt the seller's, where it gave one
 * @param how it ended
 * @param answered counts, times and what came of the check
 */
public record Purchased(
    NodeId seller,
    Timestamp ended,
    Statement.Model model,
    ChannelId channel,
    Amount paid,
    Optional<ReceiptId> receipt,
    How how,
    Answered answered) {
  /** How an answer ended. */
  public enum How {
    /** It came whole, and was checked. */
    WHOLE,
    /** It broke off, or was wrong. */
    BROKEN,
    /** The buyer's own client left: nothing is to be held against the seller. */
    LEFT;

    /** The word in the database. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks that they go together.
   *
   * @throws IllegalArgumentException if an answer is said to be whole and not to be
   */
  public Purchased {
    if ((how == How.WHOLE) != answered.whole()) {
      throw new IllegalArgumentException("an answer is whole or it isn't");
    }
  }
}
