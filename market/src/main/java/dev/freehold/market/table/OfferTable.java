// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.match.Candidate;
import dev.freehold.market.match.History;
import dev.freehold.market.offer.Offer;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The offers that a buyer knows. Safe for use by many threads.
 *
 * <p>Where it is full, what it has stays and the newcomer is refused, unless the newcomer's seller
 * has a better {@link Standing} than that of an entry: then the entry of the least standing goes,
 * among equals one of the source that brought most, among those the one heard of longest ago. A
 * source's own quota is kept among its own entries, a seller's among its own, where the one heard
 * of longest ago goes. Between sources, one that has fewer entries displaces one that has more, at
 * equal standing. So a flood of keys costs nobody a place but those of no better standing that came
 * through the same source.
 */
public final class OfferTable {
  private static final Comparator<Listed> BY_AGE =
      Comparator.comparing(entry -> entry.listing().issued());

  private final Bounds bounds;
  private final Standings standings;
  private final TableStorage storage;
  private final InstantSource clock;

  /** Held while the file is written, so that no older table follows a newer one. */
  private final Object saving = new Object();

  // All below is owned by this object's monitor.
  private final Map<Key, Listed> entries = new LinkedHashMap<>();
  private final Map<Digest, Map<Key, Listed>> byModel = new HashMap<>();
  private final Map<NodeId, Map<Key, Listed>> bySeller = new HashMap<>();
  private final Map<Source, Integer> bySource = new HashMap<>();
  private final Map<NodeId, Contradiction> aside = new LinkedHashMap<>();
  private boolean changed;

  /** One seller's offer of one model for one coin. */
  private record Key(NodeId seller, Digest model, Coin coin) {
    static Key of(Listing listing) {
      Offer offer = listing.offer().offer();
      return new Key(offer.seller().node(), offer.model().digest(), offer.terms().coin());
    }
  }

  /** Where a newcomer finds a place. */
  private sealed interface Room {
    /** There is one. */
    record Free() implements Room {}

    /** Another one's. */
    record Instead(Listed victim) implements Room {}

    /** Nowhere. */
    record None(String why) implements Room {}
  }

  private OfferTable(
      Bounds bounds, Standings standings, TableStorage storage, InstantSource clock) {
    this.bounds = bounds;
    this.standings = standings;
    this.storage = storage;
    this.clock = clock;
  }

  /**
   * Takes up what is durable, as far as it still counts.
   *
   * @throws IOException if it can't be read; nothing in it is lost that would not come again
   */
  public static OfferTable open(
      TableStorage storage, Bounds bounds, Standings standings, InstantSource clock)
      throws IOException {
    OfferTable table = new OfferTable(bounds, standings, storage, clock);
    Optional<byte[]> bytes = storage.read();
    if (bytes.isPresent()) {
      switch (TableContent.decode(bytes.get())) {
        case Parsed.Read<TableContent>(TableContent content) -> table.restore(content);
        case Parsed.Malformed<TableContent>(String reason) ->
            throw new IOException(
                storage + ": " + reason + ". Remove it: offers are asked for anew");
      }
    }
    return table;
  }

  private synchronized void restore(TableContent content) {
    content.contradictions().forEach(each -> aside.put(each.seller(), each));
    for (Listed each : content.entries()) {
      if (!aside.containsKey(each.listing().seller()) && entries.size() < bounds.all()) {
        put(each);
      }
    }
    sweep(now());
  }

  /**
   * Takes a listing, if it stands and there is a place for it. What is taken is durable after
   * {@link #save}.
   */
  public Reception take(Listing listing, Source source) {
    Optional<Reception> early = early(listing, source);
    if (early.isPresent()) {
      return early.get();
    }
    // Signatures are checked without the lock, and only for what would be taken.
    Timestamp now = now();
    Optional<String> fault = listing.fault(now);
    if (fault.isPresent()) {
      return new Reception.Refused(fault.get());
    }
    synchronized (this) {
      Optional<Reception> meanwhile = early(listing, source);
      return meanwhile.isPresent() ? meanwhile.get() : enter(listing, source);
    }
  }

  /** Why it need not be looked at any further. */
  private synchronized Optional<Reception> early(Listing listing, Source source) {
    if (aside.containsKey(listing.seller())) {
      return Optional.of(
          new Reception.Refused("its seller has contradicted itself and is set aside"));
    }
    Listed known = entries.get(Key.of(listing));
    if (known != null) {
      if (known.listing().equals(listing)) {
        return Optional.of(new Reception.Known());
      }
      return listing.contradicts(known.listing()) || listing.replaces(known.listing())
          ? Optional.empty()
          : Optional.of(new Reception.Outdated());
    }
    return room(listing, source) instanceof Room.None(String why)
        ? Optional.of(new Reception.Refused(why))
        : Optional.empty();
  }

  private Reception enter(Listing listing, Source source) {
    Listed known = entries.get(Key.of(listing));
    changed = true;
    if (known != null && listing.contradicts(known.listing())) {
      Contradiction evidence = new Contradiction(known.listing(), listing);
      setAside(evidence);
      return new Reception.Contradicted(evidence);
    }
    if (known != null) {
      put(new Listed(listing, known.source()));
      return new Reception.Taken(Optional.of(known.listing()));
    }
    return switch (room(listing, source)) {
      case Room.None(String why) -> new Reception.Refused(why);
      case Room.Free() -> {
        put(new Listed(listing, source));
        yield new Reception.Taken(Optional.empty());
      }
      case Room.Instead(Listed victim) -> {
        remove(Key.of(victim.listing()));
        put(new Listed(listing, source));
        yield new Reception.Taken(Optional.of(victim.listing()));
      }
    };
  }

  private Room room(Listing listing, Source source) {
    if (full(listing.seller(), source)) {
      sweep(now());
    }
    boolean sourceFull = count(source) >= bounds.perSource();
    Map<Key, Listed> own = bySeller.getOrDefault(listing.seller(), Map.of());
    if (own.size() >= bounds.perSeller()) {
      Listed oldest = own.values().stream().min(BY_AGE).orElseThrow();
      if (oldest.listing().issued().compareTo(listing.issued()) >= 0
          || (sourceFull && !oldest.source().equals(source))) {
        return new Room.None("there are " + own.size() + " listings of this seller already");
      }
      return new Room.Instead(oldest);
    }
    Standing standing = standings.of(listing.seller());
    if (sourceFull) {
      Listed weakest = weakest(entry -> entry.source().equals(source));
      return standings.of(weakest.listing().seller()).compareTo(standing) < 0
          ? new Room.Instead(weakest)
          : new Room.None("there are " + bounds.perSource() + " listings of this source already");
    }
    if (entries.size() < bounds.all()) {
      return new Room.Free();
    }
    Listed weakest = weakest(_ -> true);
    int order = standings.of(weakest.listing().seller()).compareTo(standing);
    return order < 0 || (order == 0 && count(source) + 1 < count(weakest.source()))
        ? new Room.Instead(weakest)
        : new Room.None("the table is full");
  }

  private boolean full(NodeId seller, Source source) {
    return entries.size() >= bounds.all()
        || count(source) >= bounds.perSource()
        || bySeller.getOrDefault(seller, Map.of()).size() >= bounds.perSeller();
  }

  private int count(Source source) {
    return bySource.getOrDefault(source, 0);
  }

  private Listed weakest(Predicate<Listed> among) {
    return entries.values().stream()
        .filter(among)
        .min(
            Comparator.<Listed, Standing>comparing(entry -> standings.of(entry.listing().seller()))
                .thenComparingInt(entry -> -count(entry.source()))
                .thenComparing(BY_AGE))
        .orElseThrow();
  }

  private void setAside(Contradiction evidence) {
    NodeId seller = evidence.seller();
    List.copyOf(bySeller.getOrDefault(seller, Map.of()).keySet()).forEach(this::remove);
    if (aside.size() >= bounds.contradictions()) {
      // A key that nothing speaks for is as good as a fresh one.
      aside.keySet().stream().min(Comparator.comparing(standings::of)).ifPresent(aside::remove);
    }
    aside.put(seller, evidence);
  }

  private void put(Listed entry) {
    Key key = Key.of(entry.listing());
    Listed former = entries.put(key, entry);
    if (former != null) {
      count(former.source(), -1);
    }
    byModel.computeIfAbsent(key.model(), _ -> new LinkedHashMap<>()).put(key, entry);
    bySeller.computeIfAbsent(key.seller(), _ -> new LinkedHashMap<>()).put(key, entry);
    count(entry.source(), 1);
  }

  private void remove(Key key) {
    Listed gone = entries.remove(key);
    if (gone != null) {
      forget(byModel, key.model(), key);
      forget(bySeller, key.seller(), key);
      count(gone.source(), -1);
      changed = true;
    }
  }

  private static <T> void forget(Map<T, Map<Key, Listed>> index, T under, Key key) {
    Map<Key, Listed> some = index.getOrDefault(under, Map.of());
    if (some.size() <= 1) {
      index.remove(under);
    } else {
      some.remove(key);
    }
  }

  private void count(Source source, int more) {
    bySource.merge(source, more, (had, add) -> had + add == 0 ? null : had + add);
  }

  private void sweep(Timestamp now) {
    List<Key> gone = new ArrayList<>();
    entries.forEach(
        (key, entry) -> {
          if (!counts(entry.listing(), now)) {
            gone.add(key);
          }
        });
    gone.forEach(this::remove);
    Iterator<Contradiction> each = aside.values().iterator();
    while (each.hasNext()) {
      if (now.compareTo(each.next().until()) >= 0) {
        each.remove();
        changed = true;
      }
    }
  }

  private static boolean counts(Listing listing, Timestamp now) {
    return !listing.stale(now) && now.compareTo(listing.offer().offer().expires()) < 0;
  }

  private Timestamp now() {
    return new Timestamp(clock.instant());
  }

  /**
   * What {@link dev.freehold.market.match.Match} chooses from: the offers of a model that still
   * count.
   *
   * @param tiers as the buyer knows its sellers
   * @param histories what the buyer bought of them before
   */
  public List<Candidate> candidates(
      Digest model, Function<NodeId, Tier> tiers, Function<NodeId, History> histories) {
    Timestamp now = now();
    List<Listed> some;
    synchronized (this) {
      some = List.copyOf(byModel.getOrDefault(model, Map.of()).values());
    }
    // Once for all: a thousand offers are chosen from within a millisecond.
    Instant heard = now.instant().minus(Listing.LIFE);
    List<Candidate> candidates = new ArrayList<>(some.size());
    for (Listed entry : some) {
      if (entry.listing().issued().instant().isAfter(heard)
          && now.compareTo(entry.listing().offer().offer().expires()) < 0) {
        NodeId seller = entry.listing().seller();
        candidates.add(
            new Candidate(
                entry.listing().offer().offer(), tiers.apply(seller), histories.apply(seller)));
      }
    }
    return candidates;
  }

  /** Where a seller is reached, as it said last; empty where it is not in the table. */
  public synchronized Optional<Whereabouts> whereabouts(NodeId seller) {
    return bySeller.getOrDefault(seller, Map.of()).values().stream()
        .max(BY_AGE)
        .map(entry -> entry.listing().where());
  }

  /** All that counts now, in the order in which it came. */
  public synchronized List<Listed> entries() {
    sweep(now());
    return List.copyOf(entries.values());
  }

  /** Why sellers are set aside, in the order in which it was noticed. */
  public synchronized List<Contradiction> contradictions() {
    sweep(now());
    return List.copyOf(aside.values());
  }

  /**
   * Writes down what changed: durable when it returns.
   *
   * @throws IOException if it can't be written: the old table is there or the new one, and this one
   *     goes on
   */
  public void save() throws IOException {
    synchronized (saving) {
      write();
    }
  }

  private void write() throws IOException {
    byte[] bytes;
    synchronized (this) {
      sweep(now());
      if (!changed) {
        return;
      }
      changed = false;
      bytes = new TableContent(List.copyOf(entries.values()), List.copyOf(aside.values())).encode();
    }
    try {
      storage.replace(bytes);
    } catch (IOException e) {
      synchronized (this) {
        changed = true;
      }
      throw e;
    }
  }
}
