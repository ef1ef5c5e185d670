// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.address;

import dev.freehold.crypto.NodeId;
import java.util.List;

/**
 * A node, and where to look for it.
 *
 * @param node its key: the only part that must be right
 * @param relays relays to which it keeps a connection, the first preferred
 * @param direct addresses at which it listens itself
 */
public record NodeAddress(NodeId node, List<RelayAddress> relays, List<DirectAddress> direct) {
  /** The most places of either kind. */
  public static final int PLACES = 8;

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if one has more than {@link #PLACES} members
   */
  public NodeAddress {
    relays = List.copyOf(relays);
    direct = List.copyOf(direct);
    if (relays.size() > PLACES || direct.size() > PLACES) {
      throw new IllegalArgumentException("a node has at most " + PLACES + " places of a kind");
    }
  }

  /** A node that can only be waited for: it knows where we are. */
  public static NodeAddress unknown(NodeId node) {
    return new NodeAddress(node, List.of(), List.of());
  }

  /** A node behind a relay. */
  public static NodeAddress behind(NodeId node, RelayAddress relay) {
    return new NodeAddress(node, List.of(relay), List.of());
  }
}
