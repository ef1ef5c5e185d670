// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.listing;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Where a seller is reached.
 *
 * @param relays to which it keeps a connection, the first preferred
 * @param direct addresses at which it listens itself
 * @param region where it says its machine stands; empty where it says nothing
 */
public record Whereabouts(List<Place> relays, List<Place> direct, Optional<Region> region) {
  /** The most places of either kind. */
  public static final int PLACES = 8;

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there are too many, none at all, or one twice
   */
  public Whereabouts {
    relays = List.copyOf(relays);
    direct = List.copyOf(direct);
    if (relays.size() > PLACES || direct.size() > PLACES) {
      throw new IllegalArgumentException("a seller has at most " + PLACES + " places of a kind");
    }
    if (relays.isEmpty() && direct.isEmpty()) {
      throw new IllegalArgumentException("a seller without a place can't be reached");
    }
    if (new HashSet<>(relays).size() < relays.size()
        || new HashSet<>(direct).size() < direct.size()) {
      throw new IllegalArgumentException("a place is named twice");
    }
  }

  /** Of a seller that says nothing of its region. */
  public static Whereabouts of(List<Place> relays, List<Place> direct) {
    return new Whereabouts(relays, direct, Optional.empty());
  }
}
