// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.table.Listed;
import dev.freehold.market.table.OfferTable;
import dev.freehold.market.table.Reception;
import dev.freehold.market.table.Source;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds sellers and is found: publishes what this node sells to the boards of its relays and to its
 * fleet, and takes from them, and from registered sellers, what others sell. Safe for use by many
 * threads.
 */
public final class Finding implements AutoCloseable {
  /** How soon each is asked again that has nothing to give. */
  static final Duration LEAST = Duration.ofSeconds(2);

  /**
   * How much later for each listing that it gave, so that what is known isn't sent all the time.
   */
  static final Duration EACH = Duration.ofMillis(100);

  /** How often each is asked at least. */
  static final Duration MOST = Duration.ofMinutes(2);

  /** How soon again one that could not be reached. */
  static final Duration SOON = Duration.ofSeconds(5);

  /** So many registered sellers are asked themselves, of those of whom no listing is known. */
  private static final int CALLED = 64;

  /** How often the table is written where it changes all the time. */
  private static final Duration KEPT = Duration.ofSeconds(20);

  private static final Duration TICK = Duration.ofMillis(500);

  private static final String RENEWING = "offers-not-renewed";
  private static final String KEEPING = "offers-not-kept";

  private final Parts parts;
  private final Map<Asked, Last> asked = new ConcurrentHashMap<>();
  private final Set<Asked> running = ConcurrentHashMap.newKeySet();
  private final Map<String, String> told = new ConcurrentHashMap<>();
  private final Thread thread;

  /** Owned by the thread. */
  private Instant saved = Instant.EPOCH;

  /**
   * What finding needs.
   *
   * @param self this node
   * @param table takes what is found
   * @param own what this node publishes now
   * @param member whether a node is of this fleet
   * @param asked whom to ask, as of now
   * @param streams opens streams to them
   * @param events told of contradictions, and of what could not be kept
   */
  public record Parts(
      NodeId self,
      OfferTable table,
      Own own,
      Predicate<NodeId> member,
      Supplier<List<Asked>> asked,
      Streams streams,
      InstantSource clock,
      MonotonicClock pause,
      BiConsumer<String, Json.Obj> events) {}

  /** What this node publishes. */
  @FunctionalInterface
  public interface Own {
    /**
     * As of now.
     *
     * @throws IOException if a new offer can't be written down
     */
    List<Listing> listings() throws IOException;
  }

  /** Opens streams. */
  @FunctionalInterface
  public interface Streams {
    /**
     * To a node, by {@link OfferStream#PROTOCOL}.
     *
     * @throws IOException if it can't be reached
     */
    LinkStream open(NodeAddress address) throws IOException, InterruptedException;
  }

  /** Whom to ask, and where it is. */
  public record Asked(Source source, NodeAddress address) {}

  /**
   * When one was asked last.
   *
   * @param problem why it gave nothing; empty where it answered
   * @param given how many listings it gave
   * @param published what it was told
   */
  public record Last(Instant at, Optional<String> problem, int given, List<Listing> published) {
    private Duration rest() {
      if (problem.isPresent()) {
        return SOON;
      }
      Duration rest = LEAST.plus(EACH.multipliedBy(given));
      return rest.compareTo(MOST) > 0 ? MOST : rest;
    }
  }

  private Finding(Parts parts) {
    this.parts = parts;
    this.thread = Thread.ofVirtual().name("finding").unstarted(this::look);
  }

  /** Begins. */
  public static Finding start(Parts parts) {
    Finding finding = new Finding(parts);
    finding.thread.start();
    return finding;
  }

  /**
   * Registered sellers are asked themselves where nobody else has a listing of theirs.
   *
   * @param registered where the registry says that they are
   */
  public static List<Asked> unheard(OfferTable table, List<NodeAddress> registered) {
    return registered.stream()
        .filter(address -> table.whereabouts(address.node()).isEmpty())
        .filter(address -> !address.relays().isEmpty() || !address.direct().isEmpty())
        .limit(CALLED)
        .map(address -> new Asked(new Source(Source.Kind.SELLER, address.node()), address))
        .toList();
  }

  /** Serves a stream that somebody opened: members are given all, others what is sold here. */
  public void serve(LinkStream stream) throws IOException {
    NodeId peer = stream.peer();
    boolean member = parts.member.test(peer);
    List<Listing> given = new ArrayList<>(own());
    if (member) {
      parts.table.entries().stream()
          .map(Listed::listing)
          .filter(listing -> !listing.seller().equals(peer))
          .forEach(given::add);
    }
    OfferStream.serve(
        stream,
        new OfferStream.Server() {
          @Override
          public void published(List<Listing> own) {
            take(own, new Source(member ? Source.Kind.PEER : Source.Kind.SELLER, peer));
          }

          @Override
          public List<Listing> given() {
            return given;
          }
        });
  }

  /** How it went with each that was asked. */
  public Map<Asked, Last> asked() {
    return Map.copyOf(asked);
  }

  /** Asks all anew, and publishes to them, without waiting for it. */
  public void now() {
    asked.clear();
  }

  private void look() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        List<Listing> own = own();
        List<Asked> all = parts.asked.get();
        asked.keySet().retainAll(Set.copyOf(all));
        for (Asked each : all) {
          if (due(asked.get(each), own) && running.add(each)) {
            Thread.ofVirtual().name("offers of " + each.source()).start(() -> ask(each, own));
          }
        }
        save();
        parts.pause.sleep(TICK);
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  private boolean due(@Nullable Last last, List<Listing> own) {
    if (last == null) {
      return true;
    }
    Duration ago = Duration.between(last.at, parts.clock.instant()).abs();
    // What is sold, or where, has changed: those who knew it should know.
    boolean changed = last.problem.isEmpty() && !last.published.equals(own);
    return changed || ago.compareTo(last.rest()) >= 0;
  }

  private void ask(Asked each, List<Listing> own) {
    Optional<String> problem = Optional.empty();
    int given = 0;
    try (LinkStream stream = parts.streams.open(each.address)) {
      List<Listing> listings = OfferStream.ask(stream, own);
      given = listings.size();
      take(listings, each.source);
    } catch (IOException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      asked.put(each, new Last(parts.clock.instant(), problem, given, own));
      running.remove(each);
    }
  }

  private void take(List<Listing> listings, Source source) {
    for (Listing listing : listings) {
      if (!listing.seller().equals(parts.self)
          && parts.table.take(listing, source) instanceof Reception.Contradicted(var evidence)) {
        parts.events.accept(
            "seller-set-aside",
            Json.object()
                .put("seller", evidence.seller().toString())
                .put("first", evidence.first().id())
                .put("second", evidence.second().id())
                .build());
      }
    }
  }

  private List<Listing> own() {
    try {
      List<Listing> listings = parts.own.listings();
      told.remove(RENEWING);
      return listings;
    } catch (IOException e) {
      tell(RENEWING, e);
      return List.of();
    }
  }

  private void save() {
    Instant now = parts.clock.instant();
    if (Duration.between(saved, now).abs().compareTo(KEPT) < 0) {
      return;
    }
    saved = now;
    try {
      parts.table.save();
      told.remove(KEEPING);
    } catch (IOException e) {
      tell(KEEPING, e);
    }
  }

  /** Tells of a problem once. */
  private void tell(String event, IOException e) {
    String problem = String.valueOf(e.getMessage());
    if (!problem.equals(told.put(event, problem))) {
      parts.events.accept(event, Json.object().put("problem", problem).build());
    }
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    parts.table.save();
  }
}
