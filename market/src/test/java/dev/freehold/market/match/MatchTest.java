// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.SignedVerdict.Finding;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.offer.Speed;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.Grant;
import dev.freehold.market.spending.Grants;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MatchTest {
  private static final Timestamp NOON = Timestamp.parse("2026-11-29T12:00:00.000Z");
  private static final Demand DEMAND =
      new Demand(
          Sellers.MODEL.digest(),
          1,
          Sellers.COIN,
          new TokenCounts(1_000, 1_000),
          new Price(Amount.of(1_000_000), Amount.of(1_000_000)),
          Tier.PUBLIC,
          Amount.of(10));

  @Test
  void theCheaperOneIsTakenWhereNothingElseIsKnown() {
    Candidate dear = candidate(1, 200_000, History.NONE);
    Candidate cheap = candidate(2, 100_000, History.NONE);
    Match match = Match.of(DEMAND, List.of(dear, cheap), NOON);
    assertThat(order(match)).containsExactly(cheap, dear);
    assertThat(match.ranked().getFirst().cost()).isEqualTo(Amount.of(200));
    assertThat(match.ranked().getFirst().waiting()).isEqualTo(Amount.ZERO);
  }

  @Test
  void aSellerThatTheOwnersMandateNamesIsTakenThoughAnotherIsCheaper() {
    Candidate dear = candidate(1, 200_000, History.NONE);
    Candidate cheap = candidate(2, 100_000, History.NONE);
    Grant grant =
        Grants.grant(
            Grants.allowing(
                Set.of(EffectKind.MODEL_CALL, EffectKind.PAYMENT),
                Set.of(),
                List.of("*"),
                List.of(dear.offer().seller().node().toString()),
                1_000,
                10,
                1_000));
    Budget.Standing open = new Budget.Standing.Open(grant, grant.allowed());
    Match match =
        Match.of(DEMAND, List.of(dear, cheap), offer -> open.names(offer, Optional.empty()), NOON);
    assertThat(order(match)).containsExactly(dear);
    assertThat(match.excluded()).containsExactly(new Match.Excluded(cheap, Unfit.OUTSIDE_MANDATE));
    assertThat(new Budget.Standing.Unset().names(cheap.offer(), Optional.empty())).isTrue();
    assertThat(
            new Budget.Standing.Closed(grant, "it expired").names(cheap.offer(), Optional.empty()))
        .as("whoever reserves coins says why")
        .isTrue();
  }

  @Test
  void theFasterOneIsTakenWhereItsPriceIsWorthTheTime() {
    // 1,000 tokens at 5 ms are 5 s or 50 units; at 40 ms they are 40 s or 400 units.
    Candidate fast = candidate(1, 200_000, pace(0, 5_000));
    Candidate slow = candidate(2, 100_000, pace(0, 40_000));
    Match match = Match.of(DEMAND, List.of(slow, fast), NOON);
    assertThat(order(match)).containsExactly(fast, slow);
    assertThat(match.ranked().getFirst().waiting()).isEqualTo(Amount.of(50));
    assertThat(match.ranked().getLast().waiting()).isEqualTo(Amount.of(400));
    assertThat(order(Match.of(patient(), List.of(slow, fast), NOON))).containsExactly(slow, fast);
  }

  @Test
  void whatASellerClaimsOfItsSpeedChangesNothing() {
    Candidate modest = candidate(1, 100_000, History.NONE);
    Candidate boaster =
        new Candidate(
            with(Sellers.offer(2, 100_001, 100_001), new Speed(9_000_000, 9_000_000)),
            Tier.PUBLIC,
            History.NONE);
    assertThat(order(Match.of(DEMAND, List.of(boaster, modest), NOON)))
        .containsExactly(modest, boaster);
  }

  @Test
  void aSellerThatWasNeverMeasuredIsLikeTheMedianOfTheOthers() {
    Candidate fast = candidate(1, 100_000, pace(0, 5_000));
    Candidate middle = candidate(2, 100_000, pace(0, 20_000));
    Candidate slow = candidate(3, 100_000, pace(0, 40_000));
    Candidate fresh = candidate(4, 100_000, History.NONE);
    Match match = Match.of(DEMAND, List.of(slow, fresh, middle, fast), NOON);
    assertThat(match.ranked().get(1).waiting()).isEqualTo(Amount.of(200));
    assertThat(
            match.ranked().stream()
                .filter(each -> each.candidate().equals(fresh))
                .findFirst()
                .orElseThrow()
                .waiting())
        .isEqualTo(Amount.of(200));
  }

  @Test
  void aSellerThatBreaksOffIsDearerThanItsPrice() {
    Candidate reliable = candidate(1, 150_000, new History(50, 0, 0, Optional.empty()));
    Candidate breaking = candidate(2, 100_000, new History(50, 25, 0, Optional.empty()));
    assertThat(order(Match.of(DEMAND, List.of(breaking, reliable), NOON)))
        .containsExactly(reliable, breaking);
  }

  @Test
  void aSellerWhoseAnswerWasWrongIsExcludedAndOneThatCouldNotBeJudgedIsNot() {
    Candidate liar = candidate(1, 1, History.of(List.of(answered(Finding.INVALID))));
    Candidate unjudged = candidate(2, 100_000, History.of(List.of(answered(Finding.UNDECIDABLE))));
    Candidate judged = candidate(3, 100_000, History.of(List.of(answered(Finding.VALID))));
    Match match = Match.of(DEMAND, List.of(liar, unjudged, judged), NOON);
    assertThat(match.excluded()).containsExactly(new Match.Excluded(liar, Unfit.LIED));
    assertThat(match.ranked().get(0).score()).isEqualTo(match.ranked().get(1).score());
  }

  @Test
  void whatDoesNotFitIsExcludedForItsReason() {
    Offer good = Sellers.offer(1, 100_000, 100_000);
    Coin other = new Coin(new ChainId(1), Sellers.COIN.contract(), Sellers.COIN.token());
    excluded(demand(Digest.sha256("other"), 1, Sellers.COIN), good, Unfit.OTHER_MODEL);
    excluded(demand(Sellers.MODEL.digest(), 2, Sellers.COIN), good, Unfit.OTHER_ARITHMETIC);
    excluded(demand(Sellers.MODEL.digest(), 1, other), good, Unfit.OTHER_COIN);
    assertThat(
            Match.of(
                    DEMAND,
                    List.of(new Candidate(good, Tier.PUBLIC, History.NONE)),
                    Sellers.EXPIRES)
                .excluded()
                .getFirst()
                .why())
        .isEqualTo(Unfit.EXPIRED);
    excluded(DEMAND, streams(good, 0), Unfit.WITHDRAWN);
    excluded(expecting(2_000, 49), good, Unfit.CONTEXT);
    excluded(expecting(Integer.MAX_VALUE, Integer.MAX_VALUE), good, Unfit.CONTEXT);
    excluded(DEMAND, Sellers.offer(1, 1_000_001, 1), Unfit.TOO_DEAR);
    excluded(DEMAND, Sellers.offer(1, 1, 1_000_001), Unfit.TOO_DEAR);
    excluded(within(Tier.ATTESTED), good, Unfit.TIER);
    excluded(within(Tier.INVITED), good, Unfit.TIER);
    excluded(within(Tier.OWN), good, Unfit.TIER);
  }

  @Test
  void aTierIsWhatTheBuyerKnowsNotWhatTheOfferSays() {
    Offer boasting = Sellers.offer(1, 100_000, 100_000);
    Offer attested =
        new Offer(
            boasting.seller(),
            boasting.model(),
            1,
            2048,
            boasting.terms(),
            boasting.speed(),
            4,
            Tier.ATTESTED,
            Sellers.ISSUED,
            Sellers.EXPIRES);
    excluded(within(Tier.ATTESTED), attested, Unfit.TIER);
    Candidate proven = new Candidate(boasting, Tier.ATTESTED, History.NONE);
    assertThat(order(Match.of(within(Tier.ATTESTED), List.of(proven), NOON)))
        .containsExactly(proven);
    Candidate invited = new Candidate(boasting, Tier.INVITED, History.NONE);
    assertThat(order(Match.of(within(Tier.ATTESTED), List.of(invited), NOON)))
        .containsExactly(invited);
  }

  @Test
  void theChoiceDependsOnTheFactsAloneNotOnTheirOrder() {
    Random random = new Random(20261129);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      candidates.add(
          candidate(i, 100_000 + random.nextInt(3), pace(random.nextInt(3), random.nextInt(3))));
    }
    List<Candidate> first = order(Match.of(DEMAND, candidates, NOON));
    assertThat(first).hasSize(40);
    for (int i = 0; i < 10; i++) {
      Collections.shuffle(candidates, random);
      assertThat(order(Match.of(DEMAND, candidates, NOON))).isEqualTo(first);
    }
  }

  @Test
  void aPaceIsTheMedianOfTheLatestWholeAnswers() {
    List<Answered> answers = new ArrayList<>();
    answers.add(
        new Answered(counts(), Duration.ofDays(1), Duration.ofDays(2), Finding.VALID, true));
    for (int i = 0; i < History.LATEST; i++) {
      answers.add(answered(Finding.VALID));
    }
    for (int i = 0; i < 5; i++) {
      answers.add(
          new Answered(counts(), Duration.ofHours(1), Duration.ofHours(1), Finding.VALID, false));
      answers.add(
          new Answered(
              new TokenCounts(10, 1),
              Duration.ofHours(1),
              Duration.ofHours(1),
              Finding.VALID,
              true));
    }
    History history = History.of(answers);
    assertThat(history.pace()).contains(new History.Pace(1_000, 2_000));
    assertThat(history.answers()).isEqualTo(History.LATEST + 11);
    assertThat(history.broken()).isEqualTo(5);
    assertThat(History.of(List.of())).isEqualTo(History.NONE);
  }

  @Test
  void whatCannotHaveHappenedIsRefused() {
    assertThatThrownBy(() -> new History(1, 2, 0, Optional.empty())).hasMessageContaining("among");
    assertThatThrownBy(() -> new History.Pace(Double.NaN, 0)).hasMessageContaining("pace");
    assertThatThrownBy(() -> new History.Pace(0, -1)).hasMessageContaining("pace");
    assertThatThrownBy(
            () ->
                new Answered(
                    counts(), Duration.ofSeconds(2), Duration.ofSeconds(1), Finding.VALID, true))
        .hasMessageContaining("first token");
  }

  private static TokenCounts counts() {
    return new TokenCounts(100, 51);
  }

  /** 1 ms a token of the prompt, 2 ms a token of the answer. */
  private static Answered answered(Finding finding) {
    return new Answered(counts(), Duration.ofMillis(100), Duration.ofMillis(200), finding, true);
  }

  private static History pace(double input, double output) {
    return new History(0, 0, 0, Optional.of(new History.Pace(input, output)));
  }

  private static Candidate candidate(int seller, long price, History history) {
    return new Candidate(Sellers.offer(seller, price, price), Tier.PUBLIC, history);
  }

  private static List<Candidate> order(Match match) {
    return match.ranked().stream().map(Match.Ranked::candidate).toList();
  }

  private static void excluded(Demand demand, Offer offer, Unfit why) {
    Match match = Match.of(demand, List.of(new Candidate(offer, Tier.PUBLIC, History.NONE)), NOON);
    assertThat(match.ranked()).isEmpty();
    assertThat(match.excluded().getFirst().why()).isEqualTo(why);
  }

  private static Demand demand(Digest model, int arithmetic, Coin coin) {
    return new Demand(
        model, arithmetic, coin, DEMAND.expected(), DEMAND.most(), Tier.PUBLIC, Amount.of(10));
  }

  private static Demand expecting(int input, int output) {
    return new Demand(
        DEMAND.model(),
        1,
        DEMAND.coin(),
        new TokenCounts(input, output),
        DEMAND.most(),
        Tier.PUBLIC,
        Amount.of(10));
  }

  private static Demand within(Tier widest) {
    return new Demand(
        DEMAND.model(), 1, DEMAND.coin(), DEMAND.expected(), DEMAND.most(), widest, Amount.of(10));
  }

  private static Demand patient() {
    return new Demand(
        DEMAND.model(),
        1,
        DEMAND.coin(),
        DEMAND.expected(),
        DEMAND.most(),
        Tier.PUBLIC,
        Amount.ZERO);
  }

  private static Offer with(Offer offer, Speed speed) {
    return new Offer(
        offer.seller(),
        offer.model(),
        1,
        2048,
        offer.terms(),
        speed,
        4,
        Tier.PUBLIC,
        Sellers.ISSUED,
        Sellers.EXPIRES);
  }

  private static Offer streams(Offer offer, int streams) {
    return new Offer(
        offer.seller(),
        offer.model(),
        1,
        2048,
        offer.terms(),
        offer.speed(),
        streams,
        Tier.PUBLIC,
        Sellers.ISSUED,
        Sellers.EXPIRES);
  }

  @Test
  void aProductThatIsDividedIsTheSameInShortAndLongNumbers() {
    Random random = new Random(20261129);
    for (int i = 0; i < 10_000; i++) {
      BigInteger units = new BigInteger(random.nextInt(130), random);
      long by = random.nextLong() >>> (1 + random.nextInt(63));
      long over = 1 + (random.nextLong() >>> (2 + random.nextInt(62)));
      assertThat(Match.scaled(units, by, over))
          .as("%s * %d / %d", units, by, over)
          .isEqualTo(units.multiply(BigInteger.valueOf(by)).divide(BigInteger.valueOf(over)));
    }
  }
}
