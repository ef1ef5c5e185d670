// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.fleet.MemberName;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.stream.PathKind;
import dev.freehold.record.Tier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How this machine is called and reached by the others of its fleet.
 *
 * @param name its name, or null for its host's
 * @param relays to which it keeps a connection
 * @param listen where it takes direct connections, or null for nowhere
 * @param loopback whether members' loopback addresses are called, for nodes on one machine
 * @param direct which paths without a relay are looked for
 * @param widest whose machines may answer a request that doesn't say
 * @param replayShare of a hundred answers of other machines, how many are replayed here before they
 *     count
 */
public record FleetSettings(
    @Nullable MemberName name,
    List<RelayAddress> relays,
    @Nullable InetSocketAddress listen,
    boolean loopback,
    Set<PathKind> direct,
    Tier widest,
    int replayShare) {
  private static final int REPLAYED = 5;
  private static final Set<PathKind> EVERY = Set.of(PathKind.DIRECT, PathKind.QUIC);

  /**
   * Copies the list, and checks the share.
   *
   * @throws IllegalArgumentException if it is none
   */
  public FleetSettings {
    relays = List.copyOf(relays);
    direct = Set.copyOf(direct);
    if (replayShare < 0 || replayShare > 100) {
      throw new IllegalArgumentException("a share goes from 0 to 100, and is not " + replayShare);
    }
  }

  /** Reached by nobody. */
  public static FleetSettings none() {
    return new FleetSettings(null, List.of(), null, false, EVERY, Tier.OWN, REPLAYED);
  }

  /**
   * A copy in which one key of the configuration file has this value.
   *
   * @throws IllegalArgumentException if the value is none for this key
   */
  public FleetSettings with(String key, String value) {
    return switch (key) {
      case "fleet-name" ->
          new FleetSettings(
              new MemberName(value), relays, listen, loopback, direct, widest, replayShare);
      case "relays" ->
          new FleetSettings(name, relays(value), listen, loopback, direct, widest, replayShare);
      case "link-listen" ->
          new FleetSettings(name, relays, address(value), loopback, direct, widest, replayShare);
      case "link-loopback" ->
          new FleetSettings(name, relays, listen, yes(value), direct, widest, replayShare);
      case "direct" ->
          new FleetSettings(name, relays, listen, loopback, kinds(value), widest, replayShare);
      case "tier" ->
          new FleetSettings(name, relays, listen, loopback, direct, Tier.parse(value), replayShare);
      case "replay-share" ->
          new FleetSettings(name, relays, listen, loopback, direct, widest, share(value));
      default -> throw new IllegalArgumentException("there is no setting '" + key + "'");
    };
  }

  private static int share(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("it takes 0 to 100, not '" + value + "'", e);
    }
  }

  private static boolean yes(String value) {
    return switch (value) {
      case "yes" -> true;
      case "no" -> false;
      default -> throw new IllegalArgumentException("it takes yes or no, not '" + value + "'");
    };
  }

  /** The value of {@code direct} in the configuration file. */
  public String directText() {
    return direct.isEmpty()
        ? "off"
        : Stream.of(PathKind.DIRECT, PathKind.QUIC)
            .filter(direct::contains)
            .map(kind -> kind == PathKind.DIRECT ? "tcp" : "quic")
            .collect(Collectors.joining(" "));
  }

  private static Set<PathKind> kinds(String value) {
    return switch (value) {
      case "off" -> Set.of();
      case "tcp" -> Set.of(PathKind.DIRECT);
      case "quic" -> Set.of(PathKind.QUIC);
      case "tcp quic" -> EVERY;
      default ->
          throw new IllegalArgumentException(
              "it takes off, tcp, quic or 'tcp quic', not '" + value + "'");
    };
  }

  private static List<RelayAddress> relays(String value) {
    List<RelayAddress> relays = new ArrayList<>();
    for (String each : value.split("\\s+", -1)) {
      relays.add(
          RelayAddress.parse(each)
              .orElse(
                  reason -> {
                    throw new IllegalArgumentException(reason);
                  }));
    }
    return relays;
  }

  private static InetSocketAddress address(String value) {
    int colon = value.lastIndexOf(':');
    try {
      int port = Integer.parseInt(value.substring(colon + 1));
      return new InetSocketAddress(
          InetAddress.getByName(value.substring(0, Math.max(colon, 0))), port);
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw new IllegalArgumentException("it takes ADDRESS:PORT, not '" + value + "'", e);
    }
  }

  /** The name, or the host's. */
  MemberName called() {
    if (name != null) {
      return name;
    }
    try {
      return MemberName.near(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      return new MemberName("machine");
    }
  }

  boolean reachable() {
    return listen != null || !relays.isEmpty();
  }

  LinkSettings links() {
    return new LinkSettings(
        relays,
        Optional.ofNullable(listen),
        loopback,
        direct,
        LinkSettings.DEFAULT.limits(),
        LinkSettings.DEFAULT.patience());
  }
}
