// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.stream.SessionLimits;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a node links itself to others.
 *
 * @param relays to which it keeps a connection, so that others reach it
 * @param listen where it takes direct connections; empty: nowhere
 * @param loopback whether peers' loopback addresses are called, which helps only when both nodes
 *     run on one machine
 * @param limits of each link
 * @param patience how long streams wait for a path before they are lost
 */
public record LinkSettings(
    List<RelayAddress> relays,
    Optional<InetSocketAddress> listen,
    boolean loopback,
    SessionLimits limits,
    Duration patience) {
  /** Relays are optional, and nothing listens: a node that only calls. */
  public static final LinkSettings DEFAULT =
      new LinkSettings(
          List.of(), Optional.empty(), false, SessionLimits.DEFAULT, Duration.ofSeconds(30));

  /** Copies the list. */
  public LinkSettings {
    relays = List.copyOf(relays);
  }

  /** With other relays. */
  public LinkSettings withRelays(List<RelayAddress> others) {
    return new LinkSettings(others, listen, loopback, limits, patience);
  }

  /** Listening at an address; port 0 for any free one. */
  public LinkSettings listeningAt(InetSocketAddress address) {
    return new LinkSettings(relays, Optional.of(address), loopback, limits, patience);
  }

  /** For nodes on one machine: peers' loopback addresses are called too. */
  public LinkSettings withLoopback() {
    return new LinkSettings(relays, listen, true, limits, patience);
  }

  /** With another patience. */
  public LinkSettings withPatience(Duration other) {
    return new LinkSettings(relays, listen, loopback, limits, other);
  }
}
