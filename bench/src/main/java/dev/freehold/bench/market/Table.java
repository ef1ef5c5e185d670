// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.match.Demand;
import dev.freehold.market.match.History;
import dev.freehold.market.match.Match;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.market.offer.Speed;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.table.Bounds;
import dev.freehold.market.table.OfferTable;
import dev.freehold.market.table.Reception;
import dev.freehold.market.table.Source;
import dev.freehold.market.table.Standing;
import dev.freehold.market.table.TableFile;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * How long a table of offers takes: {@code bench/run market.Table OFFERS ROUNDS}. Each offer is
 * another seller's, with a history; all fit. A choice is what is known in the table, made into
 * candidates, and ranked; a round makes 100 of them. What counts is the thread's own processor
 * time.
 */
public final class Table {
  private static final int CHOICES = 100;

  private Table() {}

  /**
   * Prints the median and the worst round of choices, and what a listing, a save and a start take.
   */
  public static void main(String[] arguments) throws IOException {
    int offers = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Instant now = Instant.parse("2026-11-29T12:00:00Z");
    Address address = Address.of(new byte[Address.BYTES]);
    Coin coin = new Coin(ChainId.DEVELOPMENT, address, address);
    Statement.Model model = new Statement.Model(Digest.sha256("model"), "tiny");
    Random random = new Random(20261129);
    Map<NodeId, History> histories = new HashMap<>();
    List<Listing> listings = new ArrayList<>();
    for (int i = 1; i <= offers; i++) {
      Listing listing = listing(i, model, coin, new Timestamp(now), random);
      listings.add(listing);
      histories.put(
          listing.seller(),
          new History(
              50,
              random.nextInt(5),
              0,
              Optional.of(
                  new History.Pace(1_000 + random.nextInt(500), 20_000 + random.nextInt(9_000)))));
    }
    Path folder = Files.createTempDirectory("table");
    Path file = folder.resolve("offers.json");
    SecureRandom secure = new SecureRandom();
    Bounds bounds = new Bounds(offers, offers, 16, 100);
    OfferTable table =
        OfferTable.open(new TableFile(file, secure), bounds, _ -> Standing.UNKNOWN, () -> now);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Source source = new Source(Source.Kind.RELAY, SigningKey.ofSeed(new byte[32]).nodeId());
    long start = threads.getCurrentThreadCpuTime();
    for (Listing listing : listings) {
      if (!(table.take(listing, source) instanceof Reception.Taken)) {
        throw new IllegalStateException("a listing was not taken");
      }
    }
    double taking = (threads.getCurrentThreadCpuTime() - start) / 1e6;
    start = System.nanoTime();
    table.save();
    double saving = (System.nanoTime() - start) / 1e6;
    start = System.nanoTime();
    int read =
        OfferTable.open(new TableFile(file, secure), bounds, _ -> Standing.UNKNOWN, () -> now)
            .entries()
            .size();
    double opening = (System.nanoTime() - start) / 1e6;
    Demand demand =
        new Demand(
            model.digest(),
            1,
            coin,
            new TokenCounts(1_000, 500),
            new Price(Amount.of(1_000_000), Amount.of(1_000_000)),
            Tier.PUBLIC,
            Amount.of(10));
    double[] millis = new double[rounds];
    for (int round = -10; round < rounds; round++) {
      start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < CHOICES; i++) {
        Match match =
            Match.of(
                demand,
                table.candidates(
                    model.digest(),
                    _ -> Tier.PUBLIC,
                    seller -> histories.getOrDefault(seller, History.NONE)),
                new Timestamp(now));
        if (match.ranked().size() != offers) {
          throw new IllegalStateException("an offer does not fit");
        }
      }
      if (round >= 0) {
        millis[round] = (threads.getCurrentThreadCpuTime() - start) / 1e6 / CHOICES;
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%d offers: %.3f ms a choice from the table (median of %d rounds; worst %.3f ms)%n",
        offers,
        millis[rounds / 2],
        rounds,
        millis[rounds - 1]);
    System.out.printf(
        Locale.ROOT,
        "taking one in %.3f ms (signatures included, first use of all code), saving all %.0f ms (%d"
            + " bytes), reading %d back %.0f ms%n",
        taking / offers,
        saving,
        Files.size(file),
        read,
        opening);
    Files.delete(file);
    Files.delete(folder);
  }

  private static Listing listing(
      int seller, Statement.Model model, Coin coin, Timestamp issued, Random random) {
    byte[] seed = ByteBuffer.allocate(32).putInt(28, seller).array();
    SigningKey key = SigningKey.ofSeed(seed);
    Offer offer = offer(seller, model, coin, issued, random);
    return Listing.sign(
        SignedOffer.sign(offer, key),
        Whereabouts.of(List.of(new Place("wss://relay.example:8404#" + key.nodeId())), List.of()),
        issued,
        key);
  }

  /** Sellers with keys of their own, and prices near each other. */
  static Offer offer(
      int seller, Statement.Model model, Coin coin, Timestamp issued, Random random) {
    byte[] seed = ByteBuffer.allocate(32).putInt(28, seller).array();
    return new Offer(
        KeyBinding.sign(SigningKey.ofSeed(seed), PaymentKey.ofSecret(seed), issued),
        model,
        1,
        4096,
        new PaymentTerms(
            coin,
            new Price(
                Amount.of(50_000 + random.nextInt(50_000)),
                Amount.of(200_000 + random.nextInt(200_000))),
            Amount.of(1_000),
            Duration.ofDays(1)),
        new Speed(800, 40),
        4,
        Tier.PUBLIC,
        issued,
        new Timestamp(issued.instant().plus(Duration.ofDays(1))));
  }
}
