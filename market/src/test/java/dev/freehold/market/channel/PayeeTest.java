// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import static dev.freehold.market.channel.Parties.BUYER;
import static dev.freehold.market.channel.Parties.COIN;
import static dev.freehold.market.channel.Parties.SELLER;
import static dev.freehold.market.channel.Parties.channel;
import static dev.freehold.market.channel.Parties.config;
import static dev.freehold.market.channel.Parties.holding;
import static dev.freehold.market.channel.Parties.rules;
import static dev.freehold.market.channel.Parties.voucher;
import static dev.freehold.market.channel.Parties.withdrawing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.market.offer.Sellers;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PayeeTest {
  private static final Channel ONE = channel("one");

  private final MemoryChannels<PayeeChannel> storage = MemoryChannels.ofPayee();
  private Payee payee = started();

  PayeeTest() throws IOException {}

  @BeforeEach
  void opened() throws IOException {
    assertThat(payee.open(ONE, holding(100))).isEmpty();
  }

  @Test
  void itServesAheadOfPaymentByNoMoreThanItsWindow() throws IOException {
    assertThat(serve(10)).isEmpty();
    assertThat(serve(1)).contains(Stop.UNPAID);
    taken(voucher(ONE, 5, BUYER));
    assertThat(serve(5)).isEmpty();
    assertThat(serve(1)).contains(Stop.UNPAID);
    taken(voucher(ONE, 15, BUYER));
    assertThat(serve(10)).isEmpty();
    assertThat(payee.serve(channel("other").id(), Amount.of(1))).contains(Stop.UNKNOWN_CHANNEL);
  }

  @Test
  void aVoucherForAnotherChainIsRefused() throws IOException {
    refused(voucher(Parties.elsewhere(1), 5, BUYER), VoucherRefusal.OTHER_CHAIN);
    SignedVoucher replayed = voucher(Parties.elsewhere(1), 5, BUYER);
    refused(
        new SignedVoucher(
            COIN.chain(), COIN.contract(), voucher(ONE, 5, BUYER).voucher(), replayed.signature()),
        VoucherRefusal.WRONG_SIGNATURE);
  }

  @Test
  void aVoucherForAnotherContractIsRefused() throws IOException {
    Channel elsewhere = new Channel(ONE.config(), ONE.chain(), Sellers.address(0xc1));
    refused(voucher(elsewhere, 5, BUYER), VoucherRefusal.OTHER_CONTRACT);
    refused(
        new SignedVoucher(
            COIN.chain(),
            COIN.contract(),
            voucher(ONE, 5, BUYER).voucher(),
            voucher(elsewhere, 5, BUYER).signature()),
        VoucherRefusal.WRONG_SIGNATURE);
  }

  @Test
  void aVoucherOfAnotherChannelIsRefused() throws IOException {
    refused(voucher(channel("other"), 5, BUYER), VoucherRefusal.UNKNOWN_CHANNEL);
    Channel other = channel("other");
    assertThat(payee.open(other, holding(100))).isEmpty();
    refused(
        new SignedVoucher(
            COIN.chain(),
            COIN.contract(),
            voucher(ONE, 5, BUYER).voucher(),
            voucher(other, 5, BUYER).signature()),
        VoucherRefusal.WRONG_SIGNATURE);
  }

  @Test
  void aVoucherThatIsNoHigherIsRefused() throws IOException {
    refused(voucher(ONE, 0, BUYER), VoucherRefusal.NOT_HIGHER);
    taken(voucher(ONE, 5, BUYER));
    refused(voucher(ONE, 5, BUYER), VoucherRefusal.NOT_HIGHER);
    refused(voucher(ONE, 4, BUYER), VoucherRefusal.NOT_HIGHER);
    assertThat(best()).isEqualTo(5);
  }

  @Test
  void aVoucherAboveTheDepositIsRefused() throws IOException {
    refused(voucher(ONE, 101, BUYER), VoucherRefusal.ABOVE_DEPOSIT);
    taken(voucher(ONE, 100, BUYER));
    payee.observe(ONE.id(), holding(150));
    taken(voucher(ONE, 150, BUYER));
  }

  @Test
  void aVoucherThatSomebodyElseSignedIsRefused() throws IOException {
    refused(voucher(ONE, 5, SELLER), VoucherRefusal.WRONG_SIGNATURE);
    SignedVoucher good = voucher(ONE, 5, BUYER);
    refused(
        new SignedVoucher(
            good.chain(), good.contract(), voucher(ONE, 6, BUYER).voucher(), good.signature()),
        VoucherRefusal.WRONG_SIGNATURE);
    assertThat(payee.claimable()).isEmpty();
  }

  @Test
  void coinsOfAPendingWithdrawalAreGoneAndNothingIsServed() throws IOException {
    taken(voucher(ONE, 20, BUYER));
    payee.observe(ONE.id(), withdrawing(100, 0, 70));
    refused(voucher(ONE, 31, BUYER), VoucherRefusal.WITHDRAWING);
    taken(voucher(ONE, 30, BUYER));
    assertThat(serve(1)).contains(Stop.WITHDRAWING);
    payee.observe(ONE.id(), withdrawing(100, 60, 70));
    refused(voucher(ONE, 61, BUYER), VoucherRefusal.WITHDRAWING);
  }

  @Test
  void aChannelThatIsNotAsOfferedIsNotOpened() throws IOException {
    Coin coin = COIN;
    unopened(Parties.elsewhere(1), OpeningRefusal.OTHER_CHAIN);
    unopened(
        new Channel(ONE.config(), coin.chain(), Sellers.address(0xc1)),
        OpeningRefusal.OTHER_CONTRACT);
    unopened(at(config(SELLER.address(), Sellers.address(0x71), "x")), OpeningRefusal.OTHER_TOKEN);
    unopened(channel(Sellers.address(1), "x"), OpeningRefusal.OTHER_RECEIVER);
    ChannelConfig good = config(SELLER.address(), coin.token(), "x");
    unopened(
        at(changed(good, BUYER.address(), BUYER.address(), Duration.ofDays(1))),
        OpeningRefusal.OTHER_AUTHORIZER);
    Address nobody = Address.of(new byte[20]);
    unopened(
        at(changed(good, nobody, SELLER.address(), Duration.ofDays(1))),
        OpeningRefusal.NO_VOUCHER_KEY);
    unopened(
        at(changed(good, BUYER.address(), SELLER.address(), Duration.ofSeconds(86_399))),
        OpeningRefusal.DELAY_TOO_SHORT);
    assertThat(payee.channels()).hasSize(1);
  }

  @Test
  void aChannelWithoutCoinsIsNotOpenedAndTheTableDoesNotGrowWithoutEnd() throws IOException {
    assertThat(payee.open(channel("poor"), ChannelState.EMPTY)).contains(OpeningRefusal.UNFUNDED);
    ChannelState spent = new ChannelState(Amount.of(5), Amount.of(5), Optional.empty());
    assertThat(payee.open(channel("spent"), spent)).contains(OpeningRefusal.UNFUNDED);
    assertThat(payee.open(channel("leaving"), withdrawing(5, 0, 5)))
        .contains(OpeningRefusal.UNFUNDED);
    for (int i = 1; i < 4; i++) {
      assertThat(payee.open(channel("more " + i), holding(1))).isEmpty();
    }
    assertThat(payee.open(channel("too many"), holding(1))).contains(OpeningRefusal.TOO_MANY);
    assertThat(payee.open(ONE, holding(200))).as("known already").isEmpty();
  }

  @Test
  void whatWasClaimedByAVoucherThatWasLostIsServedNoSecondTime() throws IOException {
    payee.observe(ONE.id(), new ChannelState(Amount.of(100), Amount.of(40), Optional.empty()));
    assertThat(serve(10)).isEmpty();
    assertThat(serve(1)).contains(Stop.UNPAID);
    Channel other = channel("other");
    payee.open(other, new ChannelState(Amount.of(100), Amount.of(40), Optional.empty()));
    assertThat(payee.serve(other.id(), Amount.of(11))).contains(Stop.UNPAID);
  }

  @Test
  void afterAStopInDisorderNobodyIsServedTwiceForOnePayment() throws IOException {
    taken(voucher(ONE, 50, BUYER));
    assertThat(serve(20)).isEmpty();
    payee = started();
    assertThat(best()).isEqualTo(50);
    assertThat(serve(11)).contains(Stop.UNPAID);
    assertThat(serve(10)).isEmpty();
    taken(voucher(ONE, 51, BUYER));
    payee = started();
    assertThat(serve(2)).as("what is owed is owed after a restart too").contains(Stop.UNPAID);
    assertThat(serve(1)).isEmpty();
  }

  @Test
  void whatIsPaidAheadOutlivesARestartInOrder() throws IOException {
    taken(voucher(ONE, 50, BUYER));
    assertThat(serve(20)).isEmpty();
    payee.close();
    payee = started();
    assertThat(serve(40)).isEmpty();
    assertThat(serve(1)).contains(Stop.UNPAID);
  }

  @Test
  void theBestVoucherIsWhatIsClaimed() throws IOException {
    assertThat(payee.claimable()).isEmpty();
    taken(voucher(ONE, 5, BUYER));
    SignedVoucher best = voucher(ONE, 7, BUYER);
    taken(best);
    assertThat(payee.claimable()).containsExactly(new Claimable(ONE, best));
    payee.observe(ONE.id(), new ChannelState(Amount.of(100), Amount.of(7), Optional.empty()));
    assertThat(payee.claimable()).as("claimed already").isEmpty();
    assertThatThrownBy(() -> new Claimable(channel("other"), best))
        .hasMessageContaining("another channel");
  }

  @Test
  void aKeptVoucherThatIsNotThePayersStopsTheStart() throws IOException {
    storage.write(
        new PayeeChannel(
            ONE,
            holding(100),
            Amount.of(50),
            Optional.of(voucher(ONE, 49, BUYER).signature()),
            Amount.of(50),
            Amount.ZERO));
    assertThatThrownBy(this::started).hasMessageContaining("is not its payer's");
  }

  @Test
  void aChannelInAnotherCoinStopsTheStart() throws IOException {
    storage.write(PayeeChannel.fresh(Parties.elsewhere(1), holding(100)));
    assertThatThrownBy(this::started).hasMessageContaining("another coin");
  }

  /** The crash table: the write of a voucher meets each fault, and then the node starts again. */
  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void aVoucherThatIsNotDurableIsNotServedFor(MemoryChannels.Fault fault) throws IOException {
    taken(voucher(ONE, 20, BUYER));
    storage.failing(0, fault);
    assertThatThrownBy(() -> payee.accept(voucher(ONE, 60, BUYER))).isInstanceOf(IOException.class);
    assertThat(serve(31)).as("20 paid, a window of 10").contains(Stop.UNPAID);
    assertThat(serve(30)).isEmpty();
    storage.failing(-1, fault);
    Payee again = started();
    long kept = best(again);
    assertThat(kept).isEqualTo(fault == MemoryChannels.Fault.FAILS ? 20 : 60);
    if (kept == 60) {
      assertThat(again.accept(voucher(ONE, 60, BUYER))).contains(VoucherRefusal.NOT_HIGHER);
    }
    assertThat(payee.accept(voucher(ONE, 60, BUYER))).as("offered again").isEmpty();
    assertThat(best()).isEqualTo(60);
    assertThat(serve(40)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void aChannelThatIsNotDurableIsNotServed(MemoryChannels.Fault fault) throws IOException {
    Channel other = channel("other");
    storage.failing(0, fault);
    assertThatThrownBy(() -> payee.open(other, holding(50))).isInstanceOf(IOException.class);
    assertThat(payee.serve(other.id(), Amount.of(1))).contains(Stop.UNKNOWN_CHANNEL);
    storage.failing(-1, fault);
    assertThat(payee.open(other, holding(50))).isEmpty();
    assertThat(payee.serve(other.id(), Amount.of(1))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void whatTheChainSaysCountsOnlyWhenItIsDurable(MemoryChannels.Fault fault) throws IOException {
    storage.failing(0, fault);
    assertThatThrownBy(() -> payee.observe(ONE.id(), holding(200))).isInstanceOf(IOException.class);
    refused(voucher(ONE, 101, BUYER), VoucherRefusal.ABOVE_DEPOSIT);
    storage.failing(-1, fault);
    payee.observe(ONE.id(), holding(200));
    taken(voucher(ONE, 101, BUYER));
  }

  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void anEndThatIsNotDurableServesNobodyTwice(MemoryChannels.Fault fault) throws IOException {
    taken(voucher(ONE, 50, BUYER));
    assertThat(serve(20)).isEmpty();
    storage.failing(0, fault);
    assertThatThrownBy(() -> payee.close()).isInstanceOf(IOException.class);
    storage.failing(-1, fault);
    payee = started();
    boolean persisted = fault == MemoryChannels.Fault.FAILS_BUT_PERSISTED;
    assertThat(serve(persisted ? 41 : 11)).contains(Stop.UNPAID);
    assertThat(serve(persisted ? 40 : 10)).isEmpty();
  }

  private Payee started() throws IOException {
    return new Payee(rules(10), storage);
  }

  private Optional<Stop> serve(long worth) {
    return payee.serve(ONE.id(), Amount.of(worth));
  }

  private void taken(SignedVoucher voucher) throws IOException {
    assertThat(payee.accept(voucher)).isEmpty();
  }

  private void refused(SignedVoucher voucher, VoucherRefusal reason) throws IOException {
    assertThat(payee.accept(voucher)).contains(reason);
  }

  private void unopened(Channel channel, OpeningRefusal reason) throws IOException {
    assertThat(payee.open(channel, holding(100))).contains(reason);
  }

  private long best() {
    return best(payee);
  }

  private static long best(Payee payee) {
    return payee.channels().stream()
        .filter(end -> end.channel().equals(ONE))
        .findFirst()
        .orElseThrow()
        .paid()
        .units()
        .longValue();
  }

  private static Channel at(ChannelConfig config) {
    return new Channel(config, COIN.chain(), COIN.contract());
  }

  private static ChannelConfig changed(
      ChannelConfig of, Address payerAuthorizer, Address receiverAuthorizer, Duration delay) {
    return new ChannelConfig(
        of.payer(),
        payerAuthorizer,
        of.receiver(),
        receiverAuthorizer,
        of.token(),
        delay,
        Keccak256.hash("changed"));
  }
}
