// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.Links;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.market.listing.Listing;
import dev.freehold.record.Timestamp;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A relay's board (docs/formats/listing.md): keeps the listings of nodes that are connected to the
 * relay, in memory, and gives them to whoever asks. Safe for use by many threads.
 */
public final class Board {
  /** The most listings in all. */
  static final int MOST = 4_096;

  /** How long the listings of a node stay that is no longer connected. */
  static final Duration ABSENT = Duration.ofMinutes(2);

  private static final int LINKS = 4_096;

  private final Predicate<NodeId> online;
  private final InstantSource clock;
  private final int most;

  /** Owned by this object's monitor. */
  private final Map<NodeId, Pinned> pinned = new LinkedHashMap<>();

  /** What a node published, and when it was last seen. */
  private static final class Pinned {
    private final List<Listing> listings;
    private Instant seen;

    Pinned(List<Listing> listings, Instant seen) {
      this.listings = listings;
      this.seen = seen;
    }
  }

  /**
   * An empty board.
   *
   * @param online who is connected now
   */
  Board(Predicate<NodeId> online, InstantSource clock, int most) {
    this.online = online;
    this.clock = clock;
    this.most = most;
  }

  /**
   * Serves a relay's board from now on, through the relay itself, under the relay's own key.
   *
   * @param through where the relay is reached from here
   * @return to be closed before the relay
   */
  public static Closeable serve(
      Relay relay, RelayAddress through, SigningKey key, InstantSource clock, SecureRandom random)
      throws IOException {
    Board board = new Board(relay::online, clock, MOST);
    Links[] links = new Links[1];
    links[0] =
        Links.start(
            LinkSettings.DEFAULT.withRelays(List.of(through)),
            key,
            _ -> links[0] == null || links[0].all().size() < LINKS,
            random,
            MonotonicClock.system());
    links[0].serve(
        OfferStream.PROTOCOL, stream -> OfferStream.serve(stream, board.to(stream.peer())));
    return links[0]::close;
  }

  OfferStream.Server to(NodeId peer) {
    return new OfferStream.Server() {
      @Override
      public void published(List<Listing> own) {
        publish(peer, own);
      }

      @Override
      public List<Listing> given() {
        return listings();
      }
    };
  }

  /** Takes a node's listings in place of those before, as far as they stand and there is room. */
  void publish(NodeId node, List<Listing> own) {
    Timestamp now = new Timestamp(clock.instant());
    List<Listing> standing =
        own.stream()
            .limit(OfferStream.PUBLISHED)
            .filter(listing -> listing.seller().equals(node) && listing.fault(now).isEmpty())
            .toList();
    synchronized (this) {
      sweep();
      pinned.remove(node);
      int room = Math.max(0, most - count());
      if (!standing.isEmpty() && room > 0) {
        pinned.put(
            node,
            new Pinned(
                List.copyOf(standing.subList(0, Math.min(room, standing.size()))),
                clock.instant()));
      }
    }
  }

  /** What is given: of everybody who is there, the one who published last foremost. */
  synchronized List<Listing> listings() {
    sweep();
    Timestamp now = new Timestamp(clock.instant());
    List<Listing> all = new ArrayList<>();
    for (Pinned each : List.copyOf(pinned.values()).reversed()) {
      each.listings.stream()
          .filter(
              listing ->
                  !listing.stale(now) && now.compareTo(listing.offer().offer().expires()) < 0)
          .forEach(all::add);
    }
    return all;
  }

  private int count() {
    return pinned.values().stream().mapToInt(each -> each.listings.size()).sum();
  }

  private void sweep() {
    Instant now = clock.instant();
    pinned
        .entrySet()
        .removeIf(
            entry -> {
              if (online.test(entry.getKey())) {
                entry.getValue().seen = now;
                return false;
              }
              return !now.isBefore(entry.getValue().seen.plus(ABSENT));
            });
  }
}
