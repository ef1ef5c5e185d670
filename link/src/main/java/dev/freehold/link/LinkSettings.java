// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.SessionLimits;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a node links itself to others.
 *
 * @param relays to which it keeps a connection, so that others reach it
 * @param listen where it takes direct connections; empty: nowhere
 * @param loopback whether peers' loopback addresses are called, which helps only when both nodes
 *     run on one machine
 * @param direct which paths without a relay are looked for; never a relay's
 * @param limits of each link
 * @param patience how long streams wait for a path before they are lost
 */
public record LinkSettings(
    List<RelayAddress> relays,
    Optional<InetSocketAddress> listen,
    boolean loopback,
    Set<PathKind> direct,
    SessionLimits limits,
    Duration patience) {
  /** Relays are optional, and nothing listens: a node that only calls. */
  public static final LinkSettings DEFAULT =
      new LinkSettings(
          List.of(),
          Optional.empty(),
          false,
          Set.of(PathKind.DIRECT),
          SessionLimits.DEFAULT,
          Duration.ofSeconds(30));

  /**
   * Copies list and set.
   *
   * @throws IllegalArgumentException if a relay's path is called direct
   */
  public LinkSettings {
    relays = List.copyOf(relays);
    direct = Set.copyOf(direct);
    if (direct.contains(PathKind.RELAY)) {
      throw new IllegalArgumentException("a relay's path is not direct");
    }
  }

  /** With other relays. */
  public LinkSettings withRelays(List<RelayAddress> others) {
    return new LinkSettings(others, listen, loopback, direct, limits, patience);
  }

  /** Listening at an address; port 0 for any free one. */
  public LinkSettings listeningAt(InetSocketAddress address) {
    return new LinkSettings(relays, Optional.of(address), loopback, direct, limits, patience);
  }

  /** For nodes on one machine: peers' loopback addresses are called too. */
  public LinkSettings withLoopback() {
    return new LinkSettings(relays, listen, true, direct, limits, patience);
  }

  /** Looking for these paths without a relay. */
  public LinkSettings withDirect(Set<PathKind> others) {
    return new LinkSettings(relays, listen, loopback, others, limits, patience);
  }

  /** With another patience. */
  public LinkSettings withPatience(Duration other) {
    return new LinkSettings(relays, listen, loopback, direct, limits, other);
  }
}
