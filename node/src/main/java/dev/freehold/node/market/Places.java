// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Region;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Between the places of a listing and the addresses of links. */
final class Places {
  private Places() {}

  /** Where a seller is called; a place of a kind that this program doesn't know is passed over. */
  static NodeAddress address(NodeId seller, Whereabouts where) {
    List<RelayAddress> relays = new ArrayList<>();
    for (Place place : where.relays()) {
      if (RelayAddress.parse(place.text()) instanceof Parsed.Read<RelayAddress>(var relay)) {
        relays.add(relay);
      }
    }
    List<DirectAddress> direct = new ArrayList<>();
    for (Place place : where.direct()) {
      if (DirectAddress.parse(place.text()) instanceof Parsed.Read<DirectAddress>(var address)) {
        direct.add(address);
      }
    }
    return new NodeAddress(seller, relays, direct);
  }

  /** What a seller says of where it is reached; empty where it is reached nowhere. */
  static Optional<Whereabouts> of(NodeAddress address, Optional<Region> region) {
    List<Place> relays = address.relays().stream().map(r -> new Place(r.toString())).toList();
    List<Place> direct = address.direct().stream().map(d -> new Place(d.toString())).toList();
    return relays.isEmpty() && direct.isEmpty()
        ? Optional.empty()
        : Optional.of(new Whereabouts(relays, direct, region));
  }
}
