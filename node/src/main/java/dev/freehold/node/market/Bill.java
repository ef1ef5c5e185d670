// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.SignedVerdict.Finding;
import dev.freehold.market.match.Answered;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** What is owed for one answer, whoever of several sellers gives it. Any thread may call. */
public final class Bill {
  /** Told of each seller that was asked, and how it went. */
  interface Experience {
    /** One more answer of a seller's. */
    void of(NodeId seller, Answered answered);
  }

  private final Experience experience;
  private final long started = System.nanoTime();
  private final Map<NodeId, PaidAttempt> begun = new ConcurrentHashMap<>();
  private volatile Optional<Amount> paid = Optional.empty();

  Bill(Experience experience) {
    this.experience = experience;
  }

  /** Where nothing is bought. */
  public static Bill none() {
    return new Bill((_, _) -> {});
  }

  void begun(NodeId seller, PaidAttempt attempt) {
    begun.put(seller, attempt);
  }

  /**
   * The answer was checked, and is good: whoever gave it is paid.
   *
   * @param counts those of the receipt
   * @param toFirst how long the first token took
   */
  public void answered(NodeId machine, TokenCounts counts, Duration toFirst)
      throws InterruptedException {
    PaidAttempt attempt = begun.remove(machine);
    if (attempt == null) {
      return;
    }
    Duration total = Duration.ofNanos(System.nanoTime() - started);
    try {
      attempt.settle(counts);
    } catch (IOException e) {
      // What was signed is durable: the next voucher of the channel covers this answer too.
    } finally {
      paid = Optional.of(attempt.purchase().paid());
      attempt.purchase().close();
    }
    Duration first = toFirst.compareTo(total) > 0 ? total : toFirst;
    experience.of(machine, new Answered(counts, first, total, Finding.VALID, true));
  }

  /** The client is gone: what came is paid as far as it was counted. */
  public void left() {
    begun.values().forEach(PaidAttempt::leave);
    begun.clear();
  }

  /**
   * It is over: the others gave nothing whole, and get nothing more.
   *
   * @param convicted whether an answer of this seller was wrong
   */
  public void over(Predicate<NodeId> convicted) {
    Duration total = Duration.ofNanos(System.nanoTime() - started);
    begun.forEach(
        (seller, attempt) -> {
          attempt.purchase().close();
          experience.of(
              seller,
              new Answered(
                  TokenCounts.NONE,
                  total,
                  total,
                  convicted.test(seller) ? Finding.INVALID : Finding.UNDECIDABLE,
                  false));
        });
    begun.clear();
  }

  /** What the answer cost; empty where it was not bought. */
  public Optional<Amount> paid() {
    return paid;
  }
}
