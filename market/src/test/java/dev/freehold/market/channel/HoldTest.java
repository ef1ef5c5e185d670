// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import static dev.freehold.market.channel.Parties.BUYER;
import static dev.freehold.market.channel.Parties.channel;
import static dev.freehold.market.channel.Parties.holding;
import static dev.freehold.market.channel.Parties.voucher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that are charged at their end, for no more than was signed beforehand. */
class HoldTest {
  private static final Channel ONE = channel("one");
  private static final Amount MOST = Amount.of(30);

  private final MemoryChannels<PayeeChannel> storage = MemoryChannels.ofPayee();
  private Payee payee = started();

  HoldTest() throws IOException {}

  @BeforeEach
  void opened() throws IOException {
    assertThat(payee.open(ONE, holding(100))).isEmpty();
  }

  @Test
  void anAnswerIsChargedWhatItCostAndTheNextVoucherStartsThere() throws IOException {
    SignedVoucher first = voucher(ONE, 30, BUYER);
    assertThat(held(first, MOST).charge(Amount.of(10))).isEqualTo(Amount.of(10));
    assertThat(payee.claimable()).containsExactly(new Claimable(ONE, first, Amount.of(10)));
    SignedVoucher lower = voucher(ONE, 25, BUYER);
    assertThat(held(lower, Amount.of(15)).charge(Amount.of(15))).isEqualTo(Amount.of(25));
    assertThat(payee.claimable())
        .as("the higher one is kept, and covers both")
        .containsExactly(new Claimable(ONE, first, Amount.of(25)));
    SignedVoucher higher = voucher(ONE, 55, BUYER);
    assertThat(held(higher, MOST).charge(MOST)).isEqualTo(Amount.of(55));
    assertThat(started().claimable()).containsExactly(new Claimable(ONE, higher));
  }

  @Test
  void theVoucherOfAnAnswerThatWasChargedIsGoodForNoOther() throws IOException {
    held(voucher(ONE, 30, BUYER), MOST).charge(Amount.of(1));
    refused(voucher(ONE, 30, BUYER), MOST, VoucherRefusal.OTHER_PLACE);
    payee = started();
    refused(voucher(ONE, 30, BUYER), MOST, VoucherRefusal.OTHER_PLACE);
  }

  @Test
  void theVoucherOfAnAnswerThatFailedIsGoodOnceMore() throws IOException {
    held(voucher(ONE, 30, BUYER), MOST).close();
    assertThat(payee.claimable()).isEmpty();
    payee = started();
    assertThat(held(voucher(ONE, 30, BUYER), MOST).charge(MOST)).isEqualTo(MOST);
  }

  @Test
  void aVoucherForMoreOrLessThanThePriceIsRefused() throws IOException {
    refused(voucher(ONE, 29, BUYER), MOST, VoucherRefusal.OTHER_PLACE);
    refused(voucher(ONE, 31, BUYER), MOST, VoucherRefusal.OTHER_PLACE);
  }

  @Test
  void aVoucherThatTheChannelDoesNotCoverIsRefused() throws IOException {
    refused(voucher(ONE, 101, BUYER), Amount.of(101), VoucherRefusal.ABOVE_DEPOSIT);
    payee.observe(ONE.id(), Parties.withdrawing(100, 0, 80));
    refused(voucher(ONE, 30, BUYER), MOST, VoucherRefusal.WITHDRAWING);
    assertThat(held(voucher(ONE, 20, BUYER), Amount.of(20)).charge(Amount.of(20)))
        .isEqualTo(Amount.of(20));
  }

  @Test
  void aVoucherOfAnotherChainContractChannelOrKeyIsRefused() throws IOException {
    refused(voucher(Parties.elsewhere(1), 30, BUYER), MOST, VoucherRefusal.OTHER_CHAIN);
    Channel other =
        new Channel(ONE.config(), ONE.chain(), dev.freehold.market.offer.Sellers.address(0xc1));
    refused(voucher(other, 30, BUYER), MOST, VoucherRefusal.OTHER_CONTRACT);
    refused(voucher(channel("two"), 30, BUYER), MOST, VoucherRefusal.UNKNOWN_CHANNEL);
    refused(voucher(ONE, 30, Parties.SELLER), MOST, VoucherRefusal.WRONG_SIGNATURE);
  }

  @Test
  void aChannelAnswersOneRequestAtATime() throws IOException {
    Payee.Hold hold = held(voucher(ONE, 30, BUYER), MOST);
    refused(voucher(ONE, 30, BUYER), MOST, VoucherRefusal.BUSY);
    assertThat(payee.accept(voucher(ONE, 40, BUYER))).contains(VoucherRefusal.BUSY);
    hold.close();
    hold.close();
    assertThat(payee.accept(voucher(ONE, 40, BUYER))).isEmpty();
  }

  @Test
  void aHoldIsChargedOnceAndForNoMoreThanWasSigned() throws IOException {
    Payee.Hold hold = held(voucher(ONE, 30, BUYER), MOST);
    assertThatThrownBy(() -> hold.charge(Amount.of(31))).hasMessageContaining("more than the 30");
    hold.charge(Amount.of(30));
    assertThatThrownBy(() -> hold.charge(Amount.of(1))).hasMessageContaining("before");
    assertThat(payee.channels().getFirst().due()).isEqualTo(Amount.of(30));
  }

  @Test
  void vouchersByTheStepStartFromWhatWasCharged() throws IOException {
    held(voucher(ONE, 30, BUYER), MOST).charge(Amount.of(10));
    assertThat(payee.accept(voucher(ONE, 10, BUYER))).contains(VoucherRefusal.NOT_HIGHER);
    assertThat(payee.accept(voucher(ONE, 15, BUYER))).isEmpty();
    assertThat(payee.serve(ONE.id(), Amount.of(15)))
        .as("5 signed since and a window of 10; the 30 that were signed before don't count")
        .isEmpty();
    assertThat(payee.serve(ONE.id(), Amount.of(1))).contains(Stop.UNPAID);
    assertThat(payee.channels().getFirst().due()).isEqualTo(Amount.of(15));
  }

  @Test
  void aChannelThatWasClaimedByAVoucherWeLostGoesOnFromThere() throws IOException {
    payee.observe(ONE.id(), new ChannelState(Amount.of(100), Amount.of(40), Optional.empty()));
    refused(voucher(ONE, 30, BUYER), MOST, VoucherRefusal.OTHER_PLACE);
    assertThat(held(voucher(ONE, 70, BUYER), MOST).charge(Amount.of(5))).isEqualTo(Amount.of(45));
  }

  /** The crash table: the write of a voucher, and that of a charge. */
  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void aVoucherThatIsNotDurableIsNotHeld(MemoryChannels.Fault fault) throws IOException {
    storage.failing(0, fault);
    assertThatThrownBy(() -> payee.hold(voucher(ONE, 30, BUYER), MOST))
        .isInstanceOf(IOException.class);
    storage.failing(-1, fault);
    payee = started();
    assertThat(payee.claimable()).as("nothing was charged").isEmpty();
    assertThat(held(voucher(ONE, 30, BUYER), MOST).charge(MOST)).isEqualTo(MOST);
  }

  @ParameterizedTest
  @EnumSource(MemoryChannels.Fault.class)
  void aChargeThatIsNotDurableFailsAndIsNeverDoubled(MemoryChannels.Fault fault)
      throws IOException {
    Payee.Hold hold = held(voucher(ONE, 30, BUYER), MOST);
    storage.failing(0, fault);
    assertThatThrownBy(() -> hold.charge(Amount.of(10))).isInstanceOf(IOException.class);
    hold.close();
    storage.failing(-1, fault);
    boolean persisted = fault == MemoryChannels.Fault.FAILS_BUT_PERSISTED;
    assertThat(started().channels().getFirst().due())
        .isEqualTo(persisted ? Amount.of(10) : Amount.ZERO);
    assertThat(held(voucher(ONE, 30, BUYER), MOST).charge(Amount.of(10))).isEqualTo(Amount.of(10));
    assertThat(started().channels().getFirst().due()).isEqualTo(Amount.of(10));
  }

  private Payee started() throws IOException {
    return new Payee(Parties.rules(10), storage);
  }

  private Payee.Hold held(SignedVoucher voucher, Amount most) throws IOException {
    Payee.Taking taking = payee.hold(voucher, most);
    assertThat(taking).isInstanceOf(Payee.Taking.Held.class);
    return ((Payee.Taking.Held) taking).hold();
  }

  private void refused(SignedVoucher voucher, Amount most, VoucherRefusal reason)
      throws IOException {
    assertThat(payee.hold(voucher, most)).isEqualTo(new Payee.Taking.Refused(reason));
  }
}
