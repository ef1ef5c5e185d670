// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.crypto.NodeId;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.offer.Offer;
import dev.freehold.record.Timestamp;

/**
 * Two listings of one seller that say different things of one instant: both are signed, so that
 * anybody can see it.
 *
 * @param first that came first
 * @param second that contradicts it
 */
public record Contradiction(Listing first, Listing second) {
  /**
   * Checks that it is one.
   *
   * @throws IllegalArgumentException if they agree
   */
  public Contradiction {
    if (!second.contradicts(first)) {
      throw new IllegalArgumentException("the two listings don't contradict each other");
    }
  }

  /** Who said both. */
  public NodeId seller() {
    return first.seller();
  }

  /** Until when the seller stays set aside: no offer that it had made by then counts any longer. */
  public Timestamp until() {
    Timestamp later =
        first.issued().compareTo(second.issued()) > 0 ? first.issued() : second.issued();
    return new Timestamp(later.instant().plus(Offer.LONGEST));
  }
}
