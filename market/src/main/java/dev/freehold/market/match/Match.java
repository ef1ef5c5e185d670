// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.match;

import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The offers that fit a demand, best first, and why the others don't.
 *
 * <p>Best is what costs least: the price of the tokens expected, and the worth of the time they
 * take at the pace this buyer measured; the sum is multiplied by how often the seller has to be
 * asked until an answer is whole, (answers + 2) / (whole answers + 1). A seller that was never
 * measured counts as the median of those that were: neither preferred nor shunned. Among equals the
 * order is that of their keys, so that the same facts give the same choice.
 *
 * @param ranked best first
 * @param excluded in the order in which they came
 */
public record Match(List<Ranked> ranked, List<Excluded> excluded) {
  /** Copies both. */
  public Match {
    ranked = List.copyOf(ranked);
    excluded = List.copyOf(excluded);
  }

  /**
   * An offer that fits.
   *
   * @param candidate the offer and what is known of its seller
   * @param cost of the tokens expected
   * @param waiting worth of the time they take
   * @param score what it is ranked by: lower is better
   */
  public record Ranked(Candidate candidate, Amount cost, Amount waiting, BigInteger score) {}

  /**
   * An offer that does not fit.
   *
   * @param candidate the offer and what is known of its seller
   * @param why the first reason
   */
  public record Excluded(Candidate candidate, Unfit why) {}

  /** Ranks the candidates. The result depends on nothing but the arguments. */
  public static Match of(Demand demand, List<Candidate> candidates, Timestamp now) {
    return of(demand, candidates, _ -> true, now);
  }

  /**
   * The same where an owner's mandate says which may be taken.
   *
   * @param allowed whether it names an offer's model and seller
   */
  public static Match of(
      Demand demand, List<Candidate> candidates, Predicate<Offer> allowed, Timestamp now) {
    List<Candidate> fit = new ArrayList<>();
    List<Excluded> excluded = new ArrayList<>();
    for (Candidate candidate : candidates) {
      Optional<Unfit> why =
          unfit(demand, candidate, now)
              .or(
                  () ->
                      allowed.test(candidate.offer())
                          ? Optional.empty()
                          : Optional.of(Unfit.OUTSIDE_MANDATE));
      if (why.isPresent()) {
        excluded.add(new Excluded(candidate, why.get()));
      } else {
        fit.add(candidate);
      }
    }
    double median = median(demand, fit);
    List<Ranked> ranked = new ArrayList<>(fit.size());
    for (Candidate candidate : fit) {
      ranked.add(ranked(demand, candidate, median));
    }
    ranked.sort(
        Comparator.comparing(Ranked::score)
            .thenComparing(each -> key(each.candidate()), Arrays::compareUnsigned));
    return new Match(ranked, excluded);
  }

  /** Of those that were measured; 0 where none was. */
  private static double median(Demand demand, List<Candidate> fit) {
    double[] known = new double[fit.size()];
    int count = 0;
    for (Candidate candidate : fit) {
      Optional<History.Pace> pace = candidate.history().pace();
      if (pace.isPresent()) {
        known[count++] = micros(demand, pace.get());
      }
    }
    Arrays.sort(known, 0, count);
    return count == 0 ? 0 : known[count / 2];
  }

  private static byte[] key(Candidate candidate) {
    return candidate.offer().seller().node().key().bytes();
  }

  private static Optional<Unfit> unfit(Demand demand, Candidate candidate, Timestamp now) {
    Offer offer = candidate.offer();
    Price price = offer.terms().price();
    if (!offer.model().digest().equals(demand.model())) {
      return Optional.of(Unfit.OTHER_MODEL);
    }
    if (offer.arithmetic() != demand.arithmetic()) {
      return Optional.of(Unfit.OTHER_ARITHMETIC);
    }
    if (!offer.terms().coin().equals(demand.coin())) {
      return Optional.of(Unfit.OTHER_COIN);
    }
    if (now.compareTo(offer.expires()) >= 0) {
      return Optional.of(Unfit.EXPIRED);
    }
    if (offer.streams() == 0) {
      return Optional.of(Unfit.WITHDRAWN);
    }
    if ((long) demand.expected().input() + demand.expected().output() > offer.context()) {
      return Optional.of(Unfit.CONTEXT);
    }
    if (!price.within(demand.most())) {
      return Optional.of(Unfit.TOO_DEAR);
    }
    if (!candidate.tier().within(demand.widest())) {
      return Optional.of(Unfit.TIER);
    }
    if (candidate.history().invalid() > 0) {
      return Optional.of(Unfit.LIED);
    }
    return Optional.empty();
  }

  private static Ranked ranked(Demand demand, Candidate candidate, double unmeasured) {
    History history = candidate.history();
    double micros = history.pace().map(pace -> micros(demand, pace)).orElse(unmeasured);
    Amount cost = candidate.offer().terms().price().cost(demand.expected());
    // Less than a microsecond is nothing; more than three hundred years are enough to be last.
    long time = (long) Math.min(Math.rint(micros), 1e16);
    Amount waiting = new Amount(scaled(demand.second().units(), time, 1_000_000));
    long whole = (long) history.answers() - history.broken();
    BigInteger score =
        scaled(cost.units().add(waiting.units()), 1_000L * (history.answers() + 2L), whole + 1);
    return new Ranked(candidate, cost, waiting, score);
  }

  /** A product divided, rounded down: in 64 bits where it fits them, for it is asked often. */
  static BigInteger scaled(BigInteger units, long by, long over) {
    if (units.bitLength() + (Long.SIZE - Long.numberOfLeadingZeros(by)) < Long.SIZE) {
      return BigInteger.valueOf(units.longValue() * by / over);
    }
    return units.multiply(BigInteger.valueOf(by)).divide(BigInteger.valueOf(over));
  }

  private static double micros(Demand demand, History.Pace pace) {
    return demand.expected().input() * pace.input() + demand.expected().output() * pace.output();
  }
}
