// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.time.Duration;

/**
 * What a seller offers.
 *
 * @param seller who: its evidence key and the account that is paid
 * @param model with what it answers
 * @param arithmetic version of docs/formats/arithmetic.md, from 1
 * @param context tokens of prompt and answer together, from 1
 * @param terms how it is paid
 * @param speed what it says it reaches
 * @param streams answers at a time, to {@value #MOST_STREAMS}; 0 withdraws the offers before
 * @param tier public or attested
 * @param issued of two offers of one node for one model and coin the later counts
 * @param expires after {@code issued}, by 31 days at most
 */
public record Offer(
    KeyBinding seller,
    Statement.Model model,
    int arithmetic,
    int context,
    PaymentTerms terms,
    Speed speed,
    int streams,
    Tier tier,
    Timestamp issued,
    Timestamp expires) {
  /** More at a time can't be offered. */
  public static final int MOST_STREAMS = 4096;

  /** An offer can't be signed for longer. */
  public static final Duration LONGEST = Duration.ofDays(31);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Offer {
    if (arithmetic < 1 || context < 1) {
      throw new IllegalArgumentException("arithmetic and context of an offer count from 1");
    }
    if (streams < 0 || streams > MOST_STREAMS) {
      throw new IllegalArgumentException("an offer is for 0 to " + MOST_STREAMS + " streams");
    }
    if (tier != Tier.PUBLIC && tier != Tier.ATTESTED) {
      throw new IllegalArgumentException("a seller can offer as public or attested only");
    }
    Duration life = Duration.between(issued.instant(), expires.instant());
    if (life.compareTo(Duration.ZERO) <= 0 || life.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("an offer expires within 31 days after it was issued");
    }
  }

  /** Whether this counts and an earlier one of the same seller, model and coin does not. */
  public boolean replaces(Offer earlier) {
    return seller.node().equals(earlier.seller.node())
        && model.digest().equals(earlier.model.digest())
        && terms.coin().equals(earlier.terms.coin())
        && issued.compareTo(earlier.issued) > 0;
  }
}
