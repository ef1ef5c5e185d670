// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens in whatever order (answers, lost and late vouchers, disks that fail, crashes of
 * both, deposits, withdrawals, claims): no limit is exceeded, no accepted voucher is ever
 * uncovered, and neither side loses more than a window for each crash.
 */
class InterleavingsTest {
  private static final long WINDOW = 20;
  private static final long DAY_LIMIT = 300;
  private static final Channel ONE = Parties.channel("one");

  @Test
  void noOrderOfEventsCostsMoreThanItMay() throws IOException {
    long seed = 20261129;
    long paidInAll = 0;
    long claimedInAll = 0;
    for (int run = 0; run < 100; run++) {
      World world = new World(new Random(seed + run), "seed " + seed + ", run " + run);
      for (int i = 0; i < 300; i++) {
        world.step();
        world.check();
      }
      world.end();
      paidInAll += world.highestSigned;
      claimedInAll += world.claimed;
    }
    assertThat(paidInAll).as("the runs do buy something").isGreaterThan(5_000);
    assertThat(claimedInAll).as("and are paid").isGreaterThan(2_000);
  }

  /** The buyer signs and withdraws what it likes; the seller looks once within each delay. */
  @Test
  void noBuyerTakesBackWhatTheSellerAccepted() throws IOException {
    long seed = 20261130;
    int takenInAll = 0;
    int withdrawn = 0;
    for (int run = 0; run < 40; run++) {
      Random random = new Random(seed + run);
      String name = "seed " + seed + ", run " + run;
      Payee payee = new Payee(Parties.rules(WINDOW), MemoryChannels.ofPayee());
      long balance = 100;
      long claimed = 0;
      long leaving = 0;
      int halfDays = 0;
      long served = 0;
      assertThat(payee.open(ONE, Parties.holding(balance))).isEmpty();
      for (int i = 0; i < 200; i++) {
        long paid = paid(payee);
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> {
            long amount = paid + random.nextInt(30);
            if (payee.accept(Parties.voucher(ONE, amount, Parties.BUYER)).isEmpty()) {
              takenInAll++;
            }
          }
          case 3, 4 -> {
            long worth = random.nextInt(10);
            served += payee.serve(ONE.id(), Amount.of(worth)).isEmpty() ? worth : 0;
          }
          case 5 -> balance += random.nextInt(60);
          case 6 -> {
            if (leaving == 0 && balance > claimed) {
              leaving = 1 + random.nextLong(balance - claimed);
              halfDays = 0;
            }
          }
          default -> {
            if (leaving > 0 && ++halfDays == 2) {
              balance -= Math.min(leaving, balance - claimed);
              leaving = 0;
              withdrawn++;
            }
            assertThat(paid).as(name + ": what was accepted is there").isLessThanOrEqualTo(balance);
            claimed = Math.max(claimed, paid);
            payee.observe(ONE.id(), state(balance, claimed, leaving));
          }
        }
        assertThat(served).as(name).isLessThanOrEqualTo(paid(payee) + WINDOW);
        if (random.nextInt(3) > 0) {
          payee.observe(ONE.id(), state(balance, claimed, leaving));
        }
      }
    }
    assertThat(takenInAll).isGreaterThan(500);
    assertThat(withdrawn).isGreaterThan(100);
  }

  private static long paid(Payee payee) {
    return payee.channels().getFirst().paid().units().longValue();
  }

  private static ChannelState state(long balance, long claimed, long leaving) {
    return leaving == 0
        ? new ChannelState(Amount.of(balance), Amount.of(claimed), Optional.empty())
        : Parties.withdrawing(balance, claimed, leaving);
  }

  /** A chain of one channel, its two ends and the way between them. */
  private static final class World {
    private final Random random;
    private final String name;
    private final Parties.SetClock clock = new Parties.SetClock();
    private final Parties.SetLimits limits =
        new Parties.SetLimits(Parties.limits(60, DAY_LIMIT, DAY_LIMIT));
    private final MemoryChannels<PayerChannel> buyersDisk = MemoryChannels.ofPayer();
    private final MemoryChannels<PayeeChannel> sellersDisk = MemoryChannels.ofPayee();
    private final Deque<SignedVoucher> onTheWay = new ArrayDeque<>();
    private final List<Answer> answers = new ArrayList<>();
    private Payer payer;
    private Payee payee;

    // The chain.
    private long balance = 200;
    private long claimed;
    private long withdrawal;
    private Instant withdrawalAt = Instant.EPOCH;

    // What really happened.
    private long served;
    private long highestSigned;
    private long highestTaken;
    private long signedBeforeToday;
    private int sellersCrashes;

    private World(Random random, String name) throws IOException {
      this.random = random;
      this.name = name;
      payer = new Payer(Parties.BUYER, buyersDisk, limits, Budget.UNSET, clock);
      payee = new Payee(Parties.rules(WINDOW), sellersDisk);
      payer.observe(ONE, state());
      assertThat(payee.open(ONE, state())).isEmpty();
    }

    /** An answer: the buyer's purchase, what was served of it and what has come. */
    private static final class Answer {
      private final Purchase purchase;
      private int served;

      private Answer(Purchase purchase) {
        this.purchase = purchase;
      }
    }

    private ChannelState state() {
      return new ChannelState(
          Amount.of(balance),
          Amount.of(claimed),
          withdrawal == 0
              ? Optional.empty()
              : Optional.of(
                  new ChannelState.Withdrawal(Amount.of(withdrawal), new Timestamp(withdrawalAt))));
    }

    void step() {
      try {
        switch (random.nextInt(20)) {
          case 0, 1 -> reserve();
          case 2, 3, 4, 5 -> serve();
          case 6, 7, 8, 9 -> pay(0);
          case 10, 11, 12 -> deliver();
          case 13 -> onTheWay.pollFirst();
          case 14 -> closeOne();
          case 15 -> claim();
          case 16 -> withdraw();
          case 17 -> deposit();
          case 18 -> crash();
          default -> pass();
        }
      } catch (IOException e) {
        assertThat(e).as(name).hasMessage("can't be written");
      } finally {
        buyersDisk.failing(-1, MemoryChannels.Fault.FAILS);
        sellersDisk.failing(-1, MemoryChannels.Fault.FAILS);
      }
    }

    private MemoryChannels.Fault fault() {
      return random.nextBoolean()
          ? MemoryChannels.Fault.FAILS
          : MemoryChannels.Fault.FAILS_BUT_PERSISTED;
    }

    private void reserve() throws IOException {
      TokenCounts most = new TokenCounts(10, random.nextInt(60));
      PayeeChannel there = payee.channels().getFirst();
      Amount arrears = random.nextInt(3) == 0 ? there.served().less(there.paid()) : Amount.ZERO;
      if (payer.reserve(ONE.id(), Parties.wanted(most, arrears))
          instanceof Payer.Reserving.Reserved(Purchase purchase)) {
        answers.add(new Answer(purchase));
      }
    }

    private void serve() {
      if (!answers.isEmpty()) {
        Answer answer = answers.get(random.nextInt(answers.size()));
        int more = 1 + random.nextInt(8);
        if (payee.serve(ONE.id(), Amount.of(more)).isEmpty()) {
          answer.served += more;
          served += more;
        }
      }
    }

    /** The seller asks for what it served and some more; the buyer pays what it counts at most. */
    private void pay(int overcount) throws IOException {
      if (answers.isEmpty()) {
        return;
      }
      if (random.nextInt(6) == 0) {
        buyersDisk.failing(0, fault());
      }
      Answer answer = answers.get(random.nextInt(answers.size()));
      int lie = random.nextInt(4) == 0 ? 1 : overcount;
      TokenCounts counted = new TokenCounts(0, answer.served);
      TokenCounts asked = new TokenCounts(0, answer.served + lie);
      switch (answer.purchase.pay(asked, counted)) {
        case Purchase.Payment.Signed(SignedVoucher voucher) -> {
          assertThat(lie).as(name).isZero();
          long amount = voucher.voucher().maxClaimable().units().longValue();
          assertThat(amount).as(name + ": vouchers grow").isGreaterThanOrEqualTo(highestSigned);
          highestSigned = amount;
          if (random.nextInt(4) == 0) {
            onTheWay.addFirst(voucher);
          } else {
            onTheWay.addLast(voucher);
          }
        }
        case Purchase.Payment.Refused(SpendingRefusal refusal) ->
            assertThat(refusal == SpendingRefusal.OVERCOUNTED).as(name).isEqualTo(lie > 0);
      }
    }

    private void deliver() throws IOException {
      SignedVoucher voucher = onTheWay.pollFirst();
      if (voucher != null) {
        if (random.nextInt(6) == 0) {
          sellersDisk.failing(0, fault());
          onTheWay.addLast(voucher);
        }
        long amount = voucher.voucher().maxClaimable().units().longValue();
        if (payee.accept(voucher).isEmpty()) {
          assertThat(amount).as(name + ": only higher ones").isGreaterThan(highestTaken);
        } else {
          assertThat(amount <= highestTaken || withdrawal > 0).as(name).isTrue();
        }
        highestTaken =
            Math.max(highestTaken, payee.channels().getFirst().paid().units().longValue());
      }
    }

    private void closeOne() {
      if (!answers.isEmpty()) {
        answers.remove(random.nextInt(answers.size())).purchase.close();
      }
    }

    /** As the contract does it; an accepted voucher must never be refused here. */
    private void claim() throws IOException {
      for (var claimable : payee.claimable()) {
        long amount = claimable.best().voucher().maxClaimable().units().longValue();
        assertThat(amount).as(name + ": covered").isLessThanOrEqualTo(balance);
        claimed = Math.max(claimed, amount);
      }
      observed();
    }

    private void withdraw() throws IOException {
      if (withdrawal == 0 && balance > claimed && random.nextInt(5) == 0) {
        withdrawal = 1L + random.nextInt((int) (balance - claimed));
        withdrawalAt = clock.now.plus(Duration.ofDays(1));
        observed();
      }
    }

    private void deposit() throws IOException {
      balance += random.nextInt(80);
      observed();
    }

    /**
     * Half a day passes, and a withdrawal that is due ends before the seller comes online, which it
     * does once within each delay.
     */
    private void pass() throws IOException {
      clock.now = clock.now.plus(Duration.ofHours(12));
      if (clock.now.atZone(ZoneOffset.UTC).getHour() < 12) {
        signedBeforeToday = buyersSigned();
      }
      if (withdrawal > 0 && !clock.now.isBefore(withdrawalAt)) {
        balance -= Math.min(withdrawal, balance - claimed);
        withdrawal = 0;
      }
      claim();
    }

    private void observed() throws IOException {
      payer.observe(ONE, state());
      payee.observe(ONE.id(), state());
    }

    private void crash() throws IOException {
      if (random.nextBoolean()) {
        payer = new Payer(Parties.BUYER, buyersDisk, limits, Budget.UNSET, clock);
        answers.clear();
      } else {
        if (random.nextBoolean()) {
          payee.close();
        } else {
          sellersCrashes++;
        }
        payee = new Payee(Parties.rules(WINDOW), sellersDisk);
        highestTaken = payee.channels().getFirst().paid().units().longValue();
      }
    }

    private long buyersSigned() {
      return payer.channels().getFirst().signed().units().longValue();
    }

    void check() {
      long signed = buyersSigned();
      assertThat(signed).as(name).isGreaterThanOrEqualTo(highestSigned);
      assertThat(signed - signedBeforeToday).as(name + ": a day").isLessThanOrEqualTo(DAY_LIMIT);
      long taken = payee.channels().getFirst().paid().units().longValue();
      assertThat(taken).as(name + ": signed by the buyer").isLessThanOrEqualTo(highestSigned);
      assertThat(claimed).as(name).isLessThanOrEqualTo(taken);
      assertThat(served)
          .as(name + ": unpaid within a window, and one more for each crash")
          .isLessThanOrEqualTo(taken + WINDOW * (1 + sellersCrashes));
    }

    /** All that was accepted can be claimed in the end. */
    void end() throws IOException {
      claim();
      assertThat(claimed)
          .as(name)
          .isEqualTo(payee.channels().getFirst().paid().units().longValue());
    }
  }
}
