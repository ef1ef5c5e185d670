// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.market.offer.Offer;

/**
 * Somebody who sells answers of a model.
 *
 * @param offer what is offered, whose signatures were checked when it came
 * @param address where the seller's node is reached
 */
public record Seller(Offer offer, NodeAddress address) {
  /**
   * Checks that both are of one node.
   *
   * @throws IllegalArgumentException if they aren't
   */
  public Seller {
    if (!offer.seller().node().equals(address.node())) {
      throw new IllegalArgumentException("the address of an offer is another node's");
    }
  }

  /** Its node. */
  public NodeId node() {
    return address.node();
  }
}
