// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import static dev.freehold.market.channel.Parties.BUYER;
import static dev.freehold.market.channel.Parties.channel;
import static dev.freehold.market.channel.Parties.holding;
import static dev.freehold.market.channel.Parties.limits;
import static dev.freehold.market.channel.Parties.tokens;
import static dev.freehold.market.channel.Parties.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.market.channel.Payer.Reserving;
import dev.freehold.market.channel.Purchase.Payment;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.Grant;
import dev.freehold.market.spending.Grants;
import dev.freehold.market.spending.Spent;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PayerTest {
  private static final Channel ONE = channel("one");
  private static final Channel TWO = channel(Sellers.address(0x22), "two");

  private final MemoryChannels<PayerChannel> storage = MemoryChannels.ofPayer();
  private final Parties.SetLimits limits = new Parties.SetLimits(limits(100, 250, 200));
  private final Parties.SetBudget budget = new Parties.SetBudget();
  private final Parties.SetClock clock = new Parties.SetClock();
  private Payer payer = started();

  PayerTest() throws IOException {}

  @BeforeEach
  void funded() throws IOException {
    payer.observe(ONE, holding(1_000));
    payer.observe(TWO, holding(1_000));
  }

  @Test
  void aVoucherIsTheBuyersOverAllThatItsAnswersCost() throws IOException {
    try (Purchase first = reserved(ONE, 50, 50);
        Purchase second = reserved(ONE, 10, 0)) {
      SignedVoucher voucher = signed(first.pay(tokens(50, 0), tokens(50, 0)));
      assertThat(voucher.voucher().maxClaimable()).isEqualTo(Amount.of(50));
      assertThat(voucher.signedBy(BUYER.address())).isTrue();
      assertThat(voucher.voucher().channel()).isEqualTo(ONE.id());
      assertThat(amount(second.pay(tokens(10, 0), tokens(10, 0)))).isEqualTo(60);
      assertThat(amount(first.pay(tokens(50, 7), tokens(50, 9)))).isEqualTo(67);
      assertThat(first.paid()).isEqualTo(Amount.of(57));
    }
  }

  @Test
  void asManyTokensAsTheSellerSaysArePaidIfWeCountNoFewer() throws IOException {
    try (Purchase answer = reserved(ONE, 50, 50)) {
      refused(answer.pay(tokens(51, 0), tokens(50, 0)), SpendingRefusal.OVERCOUNTED);
      refused(answer.pay(tokens(50, 10), tokens(50, 9)), SpendingRefusal.OVERCOUNTED);
      assertThat(signed(ONE)).isZero();
      assertThat(amount(answer.pay(tokens(50, 9), tokens(50, 9)))).isEqualTo(59);
    }
  }

  @Test
  void askedForLessOrTheSameAgainTheVoucherStaysWhereItWas() throws IOException {
    try (Purchase answer = reserved(ONE, 50, 50)) {
      assertThat(amount(answer.pay(tokens(50, 9), tokens(50, 9)))).isEqualTo(59);
      assertThat(amount(answer.pay(tokens(50, 9), tokens(50, 9)))).isEqualTo(59);
      assertThat(amount(answer.pay(tokens(0, 0), tokens(50, 9)))).isEqualTo(59);
      assertThat(amount(answer.pay(tokens(50, 10), tokens(50, 10)))).isEqualTo(60);
    }
  }

  @Test
  void noMoreThanWasReservedGoesToAnAnswer() throws IOException {
    try (Purchase answer = reserved(ONE, 50, 10)) {
      refused(answer.pay(tokens(50, 11), tokens(50, 11)), SpendingRefusal.ABOVE_RESERVED);
      assertThat(amount(answer.pay(tokens(50, 10), tokens(50, 11)))).isEqualTo(60);
    }
  }

  @Test
  void anAnswerThatWasEndedIsPaidNoMore() throws IOException {
    Purchase answer = reserved(ONE, 50, 10);
    answer.close();
    refused(answer.pay(tokens(1, 0), tokens(1, 0)), SpendingRefusal.ENDED);
  }

  @Test
  void nothingIsSpentWithoutLimits() throws IOException {
    limits.now = Optional.empty();
    refused(reserve(ONE, 1, 0), SpendingRefusal.NO_LIMITS);
    limits.unreadable = true;
    assertThatThrownBy(() -> reserve(ONE, 1, 0)).hasMessageContaining("can't be read");
  }

  @Test
  void theLimitOfOneAnswerHolds() throws IOException {
    refused(reserve(ONE, 100, 1), SpendingRefusal.ABOVE_ANSWER);
    reserved(ONE, 100, 0).close();
  }

  @Test
  void theLimitOfADayHoldsOverAllSellers() throws IOException {
    spend(ONE, 100);
    spend(TWO, 100);
    refused(reserve(ONE, 51, 0), SpendingRefusal.ABOVE_DAY);
    spend(TWO, 50);
    refused(reserve(ONE, 1, 0), SpendingRefusal.ABOVE_DAY);
    clock.now = Instant.parse("2026-11-30T00:00:00Z");
    spend(ONE, 100);
  }

  @Test
  void theLimitOfASellerHoldsOverAllItsChannels() throws IOException {
    Channel other = channel("other");
    payer.observe(other, holding(1_000));
    spend(ONE, 100);
    spend(other, 100);
    refused(reserve(ONE, 1, 0), SpendingRefusal.ABOVE_PEER);
    spend(TWO, 50);
  }

  @Test
  void theDepositHolds() throws IOException {
    payer.observe(ONE, holding(80));
    refused(reserve(ONE, 81, 0), SpendingRefusal.ABOVE_DEPOSIT);
    spend(ONE, 30);
    refused(reserve(ONE, 51, 0), SpendingRefusal.ABOVE_DEPOSIT);
    payer.observe(ONE, Parties.withdrawing(80, 0, 40));
    refused(reserve(ONE, 11, 0), SpendingRefusal.ABOVE_DEPOSIT);
    spend(ONE, 10);
  }

  @Test
  void whatIsReservedIsGoneForOthersUntilItIsGivenBack() throws IOException {
    Purchase first = reserved(ONE, 100, 0);
    Purchase second = reserved(TWO, 100, 0);
    refused(reserve(TWO, 51, 0), SpendingRefusal.ABOVE_DAY);
    assertThat(amount(second.pay(tokens(20, 0), tokens(20, 0)))).isEqualTo(20);
    refused(reserve(TWO, 51, 0), SpendingRefusal.ABOVE_DAY);
    first.close();
    reserved(TWO, 51, 0).close();
    second.close();
    refused(reserve(channel("nobody's"), 1, 0), SpendingRefusal.UNKNOWN_CHANNEL);
  }

  @Test
  void limitsThatAreLoweredCountForAnAnswerThatIsRunning() throws IOException {
    try (Purchase answer = reserved(ONE, 50, 50)) {
      assertThat(amount(answer.pay(tokens(50, 0), tokens(50, 0)))).isEqualTo(50);
      limits.now = Optional.of(limits(60, 250, 200));
      refused(answer.pay(tokens(50, 11), tokens(50, 11)), SpendingRefusal.ABOVE_ANSWER);
      limits.now = Optional.of(limits(100, 60, 200));
      refused(answer.pay(tokens(50, 11), tokens(50, 11)), SpendingRefusal.ABOVE_DAY);
      limits.now = Optional.of(limits(100, 250, 60));
      refused(answer.pay(tokens(50, 11), tokens(50, 11)), SpendingRefusal.ABOVE_PEER);
      limits.now = Optional.empty();
      refused(answer.pay(tokens(50, 1), tokens(50, 11)), SpendingRefusal.NO_LIMITS);
      assertThat(signed(ONE)).isEqualTo(50);
      limits.now = Optional.of(limits(60, 60, 60));
      assertThat(amount(answer.pay(tokens(50, 10), tokens(50, 11)))).isEqualTo(60);
    }
  }

  private void granted(Allowance allow) {
    Grant grant = Grants.grant(allow);
    Spent most = payer.spent(grant.coin()).plus(grant.allowed());
    budget.now = new Budget.Standing.Open(grant, most);
  }

  @Test
  void theMandateHoldsForAllCoinsTogetherBesideTheLimits() throws IOException {
    spend(ONE, 40);
    granted(Grants.allowing(50, 100, 1_000));
    refused(reserve(ONE, 51, 0), SpendingRefusal.ABOVE_MANDATE);
    spend(ONE, 30);
    refused(reserve(TWO, 21, 0), SpendingRefusal.ABOVE_MANDATE);
    spend(TWO, 20);
    refused(reserve(ONE, 1, 0), SpendingRefusal.ABOVE_MANDATE);
    // The next day has other limits and the same mandate, also after a restart.
    clock.now = Instant.parse("2026-11-30T10:00:00Z");
    payer = started();
    refused(reserve(ONE, 1, 0), SpendingRefusal.ABOVE_MANDATE);
    limits.now = Optional.empty();
    granted(Grants.allowing(50, 100, 1_000));
    refused(reserve(ONE, 1, 0), SpendingRefusal.NO_LIMITS);
  }

  @Test
  void whatIsReservedIsGoneFromTheMandateUntilItIsGivenBack() throws IOException {
    granted(Grants.allowing(50, 2, 100));
    Purchase first = reserved(ONE, 30, 10);
    refused(reserve(TWO, 11, 0), SpendingRefusal.ABOVE_MANDATE);
    Purchase second = reserved(TWO, 5, 5);
    refused(reserve(TWO, 0, 0), SpendingRefusal.ABOVE_MANDATE);
    first.close();
    reserved(TWO, 30, 10).close();
    assertThat(amount(second.pay(tokens(5, 5), tokens(5, 5)))).isEqualTo(10);
    second.close();
    refused(reserve(ONE, 41, 0), SpendingRefusal.ABOVE_MANDATE);
    reserved(ONE, 40, 0).close();
  }

  @Test
  void theMandateCountsAnswersThatWerePaidForAndTheirTokens() throws IOException {
    granted(Grants.allowing(1_000, 2, 30));
    refused(reserve(ONE, 1, 31), SpendingRefusal.ABOVE_MANDATE);
    try (Purchase answer = reserved(ONE, 1, 20)) {
      assertThat(amount(answer.pay(tokens(1, 0), tokens(1, 0)))).isEqualTo(1);
      assertThat(amount(answer.pay(tokens(1, 20), tokens(1, 20)))).isEqualTo(21);
    }
    refused(reserve(TWO, 1, 11), SpendingRefusal.ABOVE_MANDATE);
    payer = started();
    refused(reserve(TWO, 1, 11), SpendingRefusal.ABOVE_MANDATE);
    // One that is never paid counts for nothing.
    reserved(TWO, 1, 10).close();
    try (Purchase answer = reserved(TWO, 1, 5)) {
      assertThat(amount(answer.pay(tokens(1, 5), tokens(1, 5)))).isEqualTo(6);
    }
    refused(reserve(TWO, 1, 0), SpendingRefusal.ABOVE_MANDATE);
    assertThat(payer.spent(Parties.COIN)).isEqualTo(Spent.of(Amount.of(27), 2, 25));
  }

  @Test
  void onlyModelsSellersCoinsAndLengthsOfTheMandateAreBought() throws IOException {
    granted(bounded(List.of("gemma"), List.of("*")));
    refused(reserve(ONE, 1, 0), SpendingRefusal.OUTSIDE_MANDATE);
    granted(bounded(List.of("*"), List.of("did:key:z6MkOther")));
    refused(reserve(ONE, 1, 0), SpendingRefusal.OUTSIDE_MANDATE);
    granted(bounded(List.of("smollm2"), List.of(TWO.config().receiver().toString())));
    refused(reserve(ONE, 1, 0), SpendingRefusal.OUTSIDE_MANDATE);
    spend(TWO, 1);
    granted(bounded(List.of(Parties.MODEL.toString()), List.of(Parties.SELLING.toString())));
    spend(ONE, 1);
    limits.now = Optional.of(limits(1_000, 1_000, 1_000));
    refused(reserve(ONE, 1, 101), SpendingRefusal.ABOVE_MANDATE_ANSWER);
    Channel elsewhere = Parties.elsewhere(1);
    payer.observe(elsewhere, holding(100));
    refused(reserve(elsewhere, 1, 0), SpendingRefusal.MANDATE_COIN);
  }

  private static Allowance bounded(List<String> models, List<String> peers) {
    return Grants.allowing(
        Set.of(EffectKind.MODEL_CALL, EffectKind.PAYMENT),
        Set.of(),
        models,
        peers,
        1_000,
        1_000,
        1_000);
  }

  @Test
  void aMandateThatEndsCountsForAnAnswerThatIsRunning() throws IOException {
    granted(Grants.allowing(100, 10, 100));
    try (Purchase answer = reserved(ONE, 50, 50)) {
      assertThat(amount(answer.pay(tokens(50, 0), tokens(50, 0)))).isEqualTo(50);
      Budget.Standing open = budget.now;
      budget.now =
          new Budget.Standing.Closed(Grants.grant(Grants.allowing(100, 10, 100)), "it expired");
      refused(answer.pay(tokens(50, 1), tokens(50, 1)), SpendingRefusal.MANDATE_CLOSED);
      refused(reserve(TWO, 1, 0), SpendingRefusal.MANDATE_CLOSED);
      budget.unreadable = true;
      assertThatThrownBy(() -> answer.pay(tokens(50, 1), tokens(50, 1)))
          .hasMessageContaining("can't be read");
      assertThat(signed(ONE)).isEqualTo(50);
      budget.unreadable = false;
      budget.now = open;
      assertThat(amount(answer.pay(tokens(50, 1), tokens(50, 1)))).isEqualTo(51);
    }
  }

  @Test
  void aClockThatIsTurnedBackRevivesNoMandate() throws IOException {
    clock.now = Instant.parse("2026-12-01T10:00:00Z");
    spend(ONE, 1);
    clock.now = Instant.parse("2026-11-29T10:00:00Z");
    spend(ONE, 1);
    assertThat(budget.asked).isEqualTo(Timestamp.parse("2026-12-01T00:00:00.000Z"));
  }

  @Test
  void aClockThatIsTurnedBackGivesNoSecondDay() throws IOException {
    clock.now = Instant.parse("2026-12-01T10:00:00Z");
    spend(ONE, 100);
    clock.now = Instant.parse("2026-11-29T10:00:00Z");
    spend(ONE, 100);
    refused(reserve(TWO, 51, 0), SpendingRefusal.ABOVE_DAY);
    payer = started();
    refused(reserve(TWO, 51, 0), SpendingRefusal.ABOVE_DAY);
  }

  @Test
  void whatWasSignedOutlivesARestartAndOnlyGrows() throws IOException {
    spend(ONE, 70);
    Purchase lost = reserved(ONE, 100, 0);
    assertThat(amount(lost.pay(tokens(30, 0), tokens(30, 0)))).isEqualTo(100);
    payer = started();
    refused(reserve(ONE, 100, 1), SpendingRefusal.ABOVE_ANSWER);
    try (Purchase next = reserved(ONE, 100, 0)) {
      assertThat(amount(next.pay(tokens(1, 0), tokens(1, 0)))).isEqualTo(101);
    }
    refused(reserve(ONE, 100, 0), SpendingRefusal.ABOVE_PEER);
  }

  @Test
  void arrearsArePaidWithTheFirstVoucherAndWithinTheLimits() throws IOException {
    assertThat(payer.reserve(ONE.id(), wanted(tokens(60, 0), Amount.of(41))))
        .isEqualTo(new Reserving.Refused(SpendingRefusal.ABOVE_ANSWER));
    if (payer.reserve(ONE.id(), wanted(tokens(60, 0), Amount.of(40)))
        instanceof Reserving.Reserved(Purchase purchase)) {
      assertThat(amount(purchase.pay(TokenCounts.NONE, TokenCounts.NONE))).isEqualTo(40);
      assertThat(amount(purchase.pay(tokens(60, 0), tokens(60, 0)))).isEqualTo(100);
      purchase.close();
    }
    assertThat(signed(ONE)).isEqualTo(100);
  }

  @Test
  void aChannelWhoseVouchersAnotherKeySignsIsRefused() {
    Payer other;
    try {
      other = new Payer(Sellers.money(5), storage, limits, budget, clock);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertThatThrownBy(() -> other.observe(ONE, holding(1)))
        .hasMessageContaining("signed by " + BUYER.address());
  }

  /** The crash table: each write of an answer meets each fault, and then the node starts again. */
  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void whateverTheDiskDoesNoVoucherLeavesThatIsNotDurable(MemoryChannels.Fault fault)
      throws IOException {
    storage.failing(-1, fault);
    buyTwo(new ArrayList<>());
    int writes = storage.writes();
    assertThat(writes).isGreaterThan(4);
    for (int at = 0; at < writes; at++) {
      String row = fault + " at write " + at;
      MemoryChannels<PayerChannel> disk = MemoryChannels.ofPayer();
      payer = new Payer(BUYER, disk, limits, budget, clock);
      payer.observe(ONE, holding(1_000));
      payer.observe(TWO, holding(1_000));
      disk.failing(at, fault);
      List<SignedVoucher> left = new ArrayList<>();
      assertThat(buyTwo(left)).as(row).isTrue();
      payer = new Payer(BUYER, disk, limits, budget, clock);
      for (SignedVoucher voucher : left) {
        assertThat(signed(voucher.voucher().channel().equals(ONE.id()) ? ONE : TWO))
            .as(row)
            .isGreaterThanOrEqualTo(voucher.voucher().maxClaimable().units().longValue());
      }
      assertThat(signed(ONE) + signed(TWO)).as(row).isLessThanOrEqualTo(96);
    }
  }

  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void aChannelThatIsNotDurableIsNotUsed(MemoryChannels.Fault fault) throws IOException {
    Channel third = channel("third");
    storage.failing(0, fault);
    assertThatThrownBy(() -> payer.observe(third, holding(100))).isInstanceOf(IOException.class);
    refused(reserve(third, 1, 0), SpendingRefusal.UNKNOWN_CHANNEL);
    storage.failing(-1, fault);
    payer.observe(third, holding(100));
    spend(third, 50);
    payer = started();
    payer.observe(third, holding(80));
    refused(reserve(third, 31, 0), SpendingRefusal.ABOVE_DEPOSIT);
    assertThat(signed(third)).isEqualTo(50);
  }

  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void whatTheChainSaysIsWrittenWithTheNextVoucherWhereItCouldNotBeBefore(
      MemoryChannels.Fault fault) throws IOException {
    spend(ONE, 30);
    storage.failing(0, fault);
    assertThatThrownBy(() -> payer.observe(ONE, holding(60))).isInstanceOf(IOException.class);
    storage.failing(-1, fault);
    refused(reserve(ONE, 31, 0), SpendingRefusal.ABOVE_DEPOSIT);
    spend(ONE, 30);
    payer = started();
    refused(reserve(ONE, 1, 0), SpendingRefusal.ABOVE_DEPOSIT);
    assertThat(signed(ONE)).isEqualTo(60);
  }

  /** Two answers, 96 units; a payment that fails is asked for again. True where one failed. */
  private boolean buyTwo(List<SignedVoucher> left) throws IOException {
    boolean failed = false;
    for (Channel channel : List.of(ONE, TWO)) {
      try (Purchase answer = reserved(channel, 40, 8)) {
        for (int output = 0; output <= 8; output += 4) {
          TokenCounts counts = tokens(40, output);
          try {
            left.add(signed(answer.pay(counts, counts)));
          } catch (IOException e) {
            failed = true;
            left.add(signed(answer.pay(counts, counts)));
          }
          assertThat(left.getLast().voucher().maxClaimable())
              .as("a payment that is repeated is not counted twice")
              .isEqualTo(Amount.of(40 + output));
        }
      }
    }
    return failed;
  }

  @Test
  void ofSixteenCallsThatRaceForOneBudgetOneFits() throws Exception {
    limits.now = Optional.of(limits(100, 100, 100));
    for (int round = 0; round < 20; round++) {
      clock.now = clock.now.plusSeconds(86_400);
      payer.observe(ONE, holding(1_000 + 100L * round));
      List<Purchase> fitted = new ArrayList<>();
      CountDownLatch start = new CountDownLatch(1);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Reserving>> calls = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          Channel channel = i % 2 == 0 ? ONE : TWO;
          calls.add(
              threads.submit(
                  () -> {
                    start.await();
                    return reserve(channel, 60, 0);
                  }));
        }
        start.countDown();
        for (Future<Reserving> call : calls) {
          switch (call.get()) {
            case Reserving.Reserved(Purchase purchase) -> fitted.add(purchase);
            case Reserving.Refused(SpendingRefusal refusal) ->
                assertThat(refusal).isEqualTo(SpendingRefusal.ABOVE_DAY);
          }
        }
      }
      assertThat(fitted).as("round %d", round).hasSize(1);
      try (Purchase one = fitted.getFirst()) {
        signed(one.pay(tokens(60, 0), tokens(60, 0)));
      }
    }
  }

  @Test
  void answersThatPayAtTheSameTimeShareOneGrowingVoucher() throws Exception {
    limits.now = Optional.of(limits(1_000, 100_000, 100_000));
    payer.observe(ONE, holding(100_000));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(
            threads.submit(
                () -> {
                  long highest = 0;
                  try (Purchase answer = reserved(ONE, 10, 20)) {
                    for (int output = 0; output <= 20; output++) {
                      TokenCounts counts = tokens(10, output);
                      SignedVoucher voucher = signed(answer.pay(counts, counts));
                      long now = voucher.voucher().maxClaimable().units().longValue();
                      long durable =
                          storage.all().stream()
                              .filter(end -> end.channel().equals(ONE))
                              .findFirst()
                              .orElseThrow()
                              .signed()
                              .units()
                              .longValue();
                      assertThat(durable).isGreaterThanOrEqualTo(now);
                      assertThat(now).isGreaterThan(highest);
                      highest = now;
                    }
                  }
                  return highest;
                }));
      }
      long highest = 0;
      for (Future<Long> answer : answers) {
        highest = Math.max(highest, answer.get());
      }
      assertThat(highest).isEqualTo(16 * 30);
      assertThat(signed(ONE)).isEqualTo(16 * 30);
    }
  }

  private Payer started() throws IOException {
    return new Payer(BUYER, storage, limits, budget, clock);
  }

  private Reserving reserve(Channel channel, int input, int output) throws IOException {
    return payer.reserve(channel.id(), wanted(tokens(input, output), Amount.ZERO));
  }

  private Purchase reserved(Channel channel, int input, int output) throws IOException {
    return switch (reserve(channel, input, output)) {
      case Reserving.Reserved(Purchase purchase) -> purchase;
      case Reserving.Refused(SpendingRefusal refusal) -> throw new AssertionError(refusal);
    };
  }

  private void spend(Channel channel, int units) throws IOException {
    try (Purchase answer = reserved(channel, units, 0)) {
      signed(answer.pay(tokens(units, 0), tokens(units, 0)));
    }
  }

  private long signed(Channel channel) {
    return payer.channels().stream()
        .filter(end -> end.channel().equals(channel))
        .findFirst()
        .orElseThrow()
        .signed()
        .units()
        .longValue();
  }

  private static SignedVoucher signed(Payment payment) {
    return switch (payment) {
      case Payment.Signed(SignedVoucher voucher) -> voucher;
      case Payment.Refused(SpendingRefusal refusal) -> throw new AssertionError(refusal);
    };
  }

  private static long amount(Payment payment) {
    return signed(payment).voucher().maxClaimable().units().longValue();
  }

  private static void refused(Payment payment, SpendingRefusal reason) {
    assertThat(payment).isEqualTo(new Payment.Refused(reason));
  }

  private static void refused(Reserving reserving, SpendingRefusal reason) {
    assertThat(reserving).isEqualTo(new Reserving.Refused(reason));
  }
}
