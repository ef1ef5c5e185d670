// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.market;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.match.Candidate;
import dev.freehold.market.match.Demand;
import dev.freehold.market.match.History;
import dev.freehold.market.match.Match;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * How long the choice between offers takes: {@code bench/run market.Matching OFFERS ROUNDS}. Each
 * offer is another seller's, with a history; all fit. A round chooses 100 times; what counts is the
 * thread's own processor time.
 */
public final class Matching {
  private static final int CHOICES = 100;

  private Matching() {}

  /** Prints the median and the worst round. */
  public static void main(String[] arguments) {
    int offers = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Timestamp issued = Timestamp.parse("2026-11-29T10:00:00.000Z");
    Timestamp now = Timestamp.parse("2026-11-29T12:00:00.000Z");
    Address address = Address.of(new byte[Address.BYTES]);
    Coin coin = new Coin(ChainId.DEVELOPMENT, address, address);
    Statement.Model model = new Statement.Model(Digest.sha256("model"), "tiny");
    Random random = new Random(20261129);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 1; i <= offers; i++) {
      Offer offer = Table.offer(i, model, coin, issued, random);
      History history =
          new History(
              50,
              random.nextInt(5),
              0,
              Optional.of(
                  new History.Pace(1_000 + random.nextInt(500), 20_000 + random.nextInt(9_000))));
      candidates.add(new Candidate(offer, Tier.PUBLIC, history));
    }
    Demand demand =
        new Demand(
            model.digest(),
            1,
            coin,
            new TokenCounts(1_000, 500),
            new Price(Amount.of(1_000_000), Amount.of(1_000_000)),
            Tier.PUBLIC,
            Amount.of(10));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] millis = new double[rounds];
    for (int round = -10; round < rounds; round++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < CHOICES; i++) {
        if (Match.of(demand, candidates, now).ranked().size() != offers) {
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
        "%d offers: %.3f ms a choice (median of %d rounds; worst %.3f ms)%n",
        offers,
        millis[rounds / 2],
        rounds,
        millis[rounds - 1]);
  }
}
