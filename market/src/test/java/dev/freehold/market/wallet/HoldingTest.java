// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.wallet.Holding.Release;
import dev.freehold.market.wallet.Holding.State;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HoldingTest {
  private static final Address BUYER = Sellers.address(1);
  private static final Address SELLER = Sellers.address(2);
  private static final Timestamp FROM = Timestamp.parse("2026-11-30T10:00:00.000Z");
  private static final Channel CHANNEL =
      new Channel(
          new ChannelConfig(
              BUYER,
              BUYER,
              SELLER,
              SELLER,
              Sellers.COIN.token(),
              Duration.ofDays(1),
              Keccak256.hash("one")),
          Sellers.COIN.chain(),
          Sellers.COIN.contract());

  @Test
  void everyCoinHasAnOwnerAStateAndATimeOfRelease() {
    Release back = new Release.After(Duration.ofDays(1));
    assertThat(Holding.of(payer(100, 20, 30, 45)))
        .containsExactly(
            new Holding(CHANNEL, BUYER, State.FREE, Amount.of(25), back),
            new Holding(CHANNEL, BUYER, State.WITHDRAWING, Amount.of(30), new Release.At(FROM)),
            new Holding(CHANNEL, SELLER, State.SIGNED, Amount.of(25), new Release.Now()),
            new Holding(CHANNEL, SELLER, State.CLAIMED, Amount.of(20), new Release.Now()));
    assertThat(Holding.of(PayeeChannel.fresh(CHANNEL, state(7, 0, 0))))
        .containsExactly(new Holding(CHANNEL, BUYER, State.FREE, Amount.of(7), back));
    assertThat(Holding.of(payer(0, 0, 0, 0))).isEmpty();
  }

  @Test
  void whatIsSignedIsTheSellersThoughABuyerAskedItBack() {
    assertThat(Holding.of(payer(100, 0, 100, 40)))
        .extracting(Holding::state, Holding::amount)
        .containsExactly(
            tuple(State.WITHDRAWING, Amount.of(60)), tuple(State.SIGNED, Amount.of(40)));
  }

  @Test
  void allHoldingsOfAChannelAddUpToItsBalance() {
    Random random = new Random(20261129);
    for (int i = 0; i < 2_000; i++) {
      int balance = random.nextInt(50);
      int claimed = random.nextInt(balance + 1);
      PayerChannel end = payer(balance, claimed, random.nextInt(60), random.nextInt(60));
      List<Holding> holdings = Holding.of(end);
      assertThat(holdings.stream().mapToLong(each -> each.amount().units().longValue()).sum())
          .isEqualTo(balance);
    }
  }

  @Test
  void noCoinsAreNoHolding() {
    assertThatThrownBy(
            () -> new Holding(CHANNEL, BUYER, State.FREE, Amount.ZERO, new Release.Now()))
        .hasMessageContaining("no coins");
  }

  private static PayerChannel payer(long balance, long claimed, long leaving, long signed) {
    return new PayerChannel(
        CHANNEL,
        state(balance, claimed, leaving),
        Amount.of(signed),
        LocalDate.EPOCH,
        Amount.ZERO,
        Amount.ZERO,
        Amount.ZERO);
  }

  private static ChannelState state(long balance, long claimed, long leaving) {
    return new ChannelState(
        Amount.of(balance),
        Amount.of(claimed),
        leaving == 0
            ? Optional.empty()
            : Optional.of(new ChannelState.Withdrawal(Amount.of(leaving), FROM)));
  }
}
