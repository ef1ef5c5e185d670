// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.ledger.channel.Watch;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.x402.ChannelPayload;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.Scheme;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.x402.Payment;
import dev.freehold.node.x402.Verification;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * x402's scheme {@code batch-settlement} on a real EVM: what is refused, and that no coin is lost
 * or paid twice.
 */
@NullMarked
@Timeout(120)
class X402ChannelTest {
  private static final Address NOBODY = Address.of(new byte[Address.BYTES]);

  @TempDir private static Path folder = Path.of("");
  private static final List<Economy> SHARED = new ArrayList<>();

  private final X402Counter counter = new X402Counter(SHARED.getFirst(), folder);
  private final Economy economy = counter.economy;
  private X402Buyer buyer = buyer("unused");

  X402ChannelTest() throws Exception {}

  @BeforeAll
  static void start() throws Exception {
    SHARED.add(Economy.start(folder));
  }

  @AfterAll
  static void stop() {
    SHARED.forEach(Economy::close);
  }

  @Test
  void aDepositPaysItsAnswerAndVouchersTheNextOnesAtWhatTheyCost() throws Exception {
    Channel channel = opened("walk", 500);
    counter.moved(500, 0);
    assertThat(due(channel)).isEqualTo(35);
    SettlementResponse second = paid(buyer.pay(channel, 85), 20);
    assertThat(second.transaction()).isEmpty();
    assertThat(text(second, "chargedAmount")).isEqualTo("20");
    assertThat(due(channel)).isEqualTo(55);
    counter.restart();
    PaymentPayload third = buyer.pay(channel, 105);
    paid(third, 50);
    counter.refused(third, PaymentRefusal.VOUCHER_PLACE);
    counter.restart();
    counter.refused(third, PaymentRefusal.VOUCHER_PLACE);
    claimed(channel, 105);
    counter.moved(500, 105);
  }

  @Test
  void whoeverLostItsPlaceIsToldItWithTheVoucherThatProvesIt() throws Exception {
    Channel channel = opened("place", 500);
    Verification.Refused lost =
        counter.refused(buyer.pay(channel, 50), PaymentRefusal.VOUCHER_PLACE);
    Json.Obj state = (Json.Obj) lost.extra().get("channelState").orElseThrow();
    assertThat(state.get("chargedCumulativeAmount")).contains(Json.of("35"));
    assertThat(state.get("balance")).contains(Json.of("500"));
    Json.Obj voucher = (Json.Obj) lost.extra().get("voucherState").orElseThrow();
    assertThat(voucher.get("signedMaxClaimable")).contains(Json.of("50"));
    buyer.key = Economy.key(80);
    assertThat(counter.refused(buyer.pay(channel, 50), PaymentRefusal.VOUCHER_SIGNATURE).extra())
        .as("and nobody else is")
        .isEqualTo(Json.object().build());
  }

  @Test
  void channelsOnOtherTermsAreRefused() throws Exception {
    buyer = buyer("terms");
    ChannelConfig good = buyer.config("terms");
    Address other = Economy.key(81).address();
    config(good, good.payerAuthorizer(), other, good.receiver(), good.token(), 900)
        .is(PaymentRefusal.CHANNEL_RECEIVER);
    config(good, good.payerAuthorizer(), good.receiver(), other, good.token(), 900)
        .is(PaymentRefusal.CHANNEL_AUTHORIZER);
    config(good, good.payerAuthorizer(), good.receiver(), good.receiver(), other, 900)
        .is(PaymentRefusal.CHANNEL_TOKEN);
    config(good, NOBODY, good.receiver(), good.receiver(), good.token(), 900)
        .is(PaymentRefusal.CHANNEL_KEY);
    Channel channel = economy.channels().channel(good);
    ChannelPayload.Pay voucher = buyer.voucher(channel, 50);
    counter.refused(
        buyer.payment(
            new ChannelPayload.Pay(buyer.config("another"), voucher.voucher(), voucher.signature())
                .toJson()),
        PaymentRefusal.CHANNEL_ID);
    counter.refused(buyer.pay(channel, 50), PaymentRefusal.VOUCHER_UNCOVERED);
    counter.moved(0, 0);
  }

  /** A channel that differs in one thing, and why it is refused. */
  private interface Odd {
    void is(PaymentRefusal refusal) throws Exception;
  }

  private Odd config(
      ChannelConfig of,
      Address payerAuthorizer,
      Address receiver,
      Address receiverAuthorizer,
      Address token,
      long delay) {
    Channel channel =
        economy
            .channels()
            .channel(
                new ChannelConfig(
                    of.payer(),
                    payerAuthorizer,
                    receiver,
                    receiverAuthorizer,
                    token,
                    Duration.ofSeconds(delay),
                    of.salt()));
    return refusal -> counter.refused(buyer.pay(channel, 50), refusal);
  }

  @Test
  void vouchersOfAnotherChainContractOrKeyAreRefused() throws Exception {
    Channel channel = opened("foreign", 500);
    for (Channel foreign :
        List.of(
            new Channel(channel.config(), new ChainId(1), channel.contract()),
            new Channel(channel.config(), channel.chain(), Economy.key(82).address()))) {
      Voucher voucher = new Voucher(channel.id(), Amount.of(85));
      counter.refused(
          buyer.payment(
              new ChannelPayload.Pay(
                      channel.config(),
                      voucher,
                      Economy.BUYER.sign(foreign.domain().digest(voucher)))
                  .toJson()),
          PaymentRefusal.VOUCHER_SIGNATURE);
      counter.refused(buyer.pay(foreign, 85), PaymentRefusal.CHANNEL_ID);
    }
    assertThat(due(channel)).isEqualTo(35);
  }

  @Test
  void aVoucherForMoreThanTheChannelHoldsOrKeepsIsRefused() throws Exception {
    Channel channel = opened("small", 500);
    for (long total = 85; total <= 485; total += 50) {
      paid(buyer.pay(channel, total), 50);
    }
    counter.refused(buyer.pay(channel, 535), PaymentRefusal.VOUCHER_UNCOVERED);
    Channel leaving = opened("leaving", 500);
    economy.done(
        economy.submitter(Economy.BUYER, "buyer"),
        "withdraw",
        economy.channels().initiateWithdrawal(leaving, Amount.of(460)));
    counter.refused(buyer.pay(leaving, 85), PaymentRefusal.VOUCHER_UNCOVERED);
    assertThat(due(leaving)).isEqualTo(35);
  }

  @Test
  void aChannelAnswersOneRequestAtATimeAndAFailedAnswerCostsNothing() throws Exception {
    Channel channel = opened("one", 500);
    PaymentPayload payment = buyer.pay(channel, 85);
    Payment running = counter.good(payment);
    counter.refused(payment, PaymentRefusal.CHANNEL_BUSY);
    counter.refused(buyer.fund(channel, 500, 85), PaymentRefusal.CHANNEL_BUSY);
    assertThat(reason(buyer.refund(channel, 35, Optional.empty())))
        .isEqualTo(PaymentRefusal.CHANNEL_BUSY.word());
    running.close();
    assertThat(due(channel)).isEqualTo(35);
    paid(payment, 50);
    assertThat(due(channel)).isEqualTo(85);
  }

  @Test
  void depositsThatAreNotGoodAreRefusedAndNothingIsTaken() throws Exception {
    buyer = buyer("bad deposits");
    Channel channel = economy.channels().channel(buyer.config("bad deposits"));
    long now = counter.now().getEpochSecond();
    counter.refused(buyer.fund(channel, 499, 50), PaymentRefusal.DEPOSIT_SMALL);
    BigInteger until = buyer.validBefore;
    buyer.validBefore = BigInteger.valueOf(now + 30);
    counter.refused(buyer.fund(channel, 500, 50), PaymentRefusal.DEPOSIT_TOO_LATE);
    buyer.validBefore = until;
    buyer.validAfter = BigInteger.valueOf(now);
    counter.refused(buyer.fund(channel, 500, 50), PaymentRefusal.DEPOSIT_TOO_EARLY);
    buyer.validAfter = BigInteger.ZERO;
    counter.refused(buyer.fund(channel, 2_000_000, 50), PaymentRefusal.DEPOSIT_FUNDS);
    counter.refused(buyer.fund(channel, 500, 51), PaymentRefusal.VOUCHER_PLACE);
    // Signed for another channel: the nonce of a deposit is bound to its channel.
    PaymentPayload elsewhere =
        buyer.fund(economy.channels().channel(buyer.config("elsewhere")), 500, 50);
    ChannelPayload.Fund theirs = fund(elsewhere);
    ChannelPayload.Fund ours = fund(buyer.fund(channel, 500, 50));
    counter.refused(
        buyer.payment(
            new ChannelPayload.Fund(
                    ours.config(), ours.voucher(), ours.signature(), theirs.deposit())
                .toJson()),
        PaymentRefusal.DEPOSIT_SIGNATURE);
    counter.moved(0, 0);
    assertThat(counter.seller().channels())
        .extracting(PayeeChannel::channel)
        .doesNotContain(channel);
  }

  private static ChannelPayload.Fund fund(PaymentPayload payment) {
    return (ChannelPayload.Fund)
        ChannelPayload.of(payment.payload())
            .orElse(
                reason -> {
                  throw new AssertionError(reason);
                });
  }

  @Test
  void aDepositIsTakenOnceAndOnlyForAnAnswer() throws Exception {
    buyer = buyer("once");
    Channel channel = economy.channels().channel(buyer.config("once"));
    PaymentPayload payment = buyer.fund(channel, 500, 50);
    Payment failed = counter.good(payment);
    counter.refused(payment, PaymentRefusal.CHANNEL_BUSY);
    failed.close();
    counter.moved(0, 0);
    paid(payment, 35);
    counter.moved(500, 0);
    counter.refused(payment, PaymentRefusal.USED);
    counter.restart();
    counter.refused(payment, PaymentRefusal.USED);
    counter.moved(500, 0);
  }

  @Test
  void aDepositThatTheChainRefusesInTheEndIsNotCharged() throws Exception {
    buyer = buyer("taken back");
    Channel channel = economy.channels().channel(buyer.config("taken back"));
    try (Payment good = counter.good(buyer.fund(channel, 500, 50))) {
      Keccak256 nonce = channel.id().depositNonce(buyer.nonce);
      economy.done(
          economy.submitter(Economy.BUYER, "buyer"), "cancel " + nonce, buyer.cancel(nonce));
      assertThat(good.settle(Amount.of(35)).errorReason())
          .contains(PaymentRefusal.DEPOSIT_TRANSACTION.word());
    }
    counter.moved(0, 0);
    assertThat(counter.seller().channels())
        .extracting(PayeeChannel::channel)
        .doesNotContain(channel);
  }

  @Test
  void aDepositOfWhichNothingIsKnownIsTheBuyersAllTheSame() throws Exception {
    buyer = buyer("unknown");
    Channel channel = economy.channels().channel(buyer.config("unknown"));
    counter.restart(
        counter.line(
            (method, parameters) -> {
              if (method.equals("eth_sendRawTransaction")) {
                counter.pass(Duration.ofMinutes(20));
                throw new RpcException.Unanswered(method, "it was never sent", null);
              }
              return economy.rpc().call(method, parameters);
            }));
    PaymentPayload payment = buyer.fund(channel, 500, 50);
    try (Payment good = counter.good(payment)) {
      assertThat(good.settle(Amount.of(35)).errorReason()).contains(PaymentRefusal.PENDING.word());
    }
    counter.present();
    counter.restart();
    var again = economy.submitter(Economy.SELLER, "seller");
    for (int i = 0; i < 100 && again.lookUpAll().stream().anyMatch(it -> it.pending()); i++) {
      Thread.sleep(25);
    }
    counter.moved(500, 0);
    counter.refused(payment, PaymentRefusal.USED);
    assertThat(refunded(buyer.refund(channel, 0, Optional.empty())).success())
        .as("nothing was charged of it")
        .isTrue();
    counter.moved(0, 0);
  }

  @Test
  void whatWasNotChargedIsGivenBackAfterWhatWasChargedIsClaimed() throws Exception {
    Channel channel = opened("back", 500);
    assertThat(reason(buyer.refund(channel, 50, Optional.empty())))
        .isEqualTo(PaymentRefusal.VOUCHER_PLACE.word());
    assertThat(reason(buyer.refund(channel, 35, Optional.of(Amount.of(466)))))
        .isEqualTo(PaymentRefusal.REFUND_AMOUNT.word());
    assertThat(reason(buyer.refund(channel, 35, Optional.of(Amount.ZERO))))
        .isEqualTo(PaymentRefusal.REFUND_AMOUNT.word());
    X402Buyer stranger = buyer("stranger");
    stranger.key = Economy.key(83);
    assertThat(reason(stranger.refund(channel, 35, Optional.empty())))
        .isEqualTo(PaymentRefusal.VOUCHER_SIGNATURE.word());
    assertThat(reason(buyer.pay(channel, 85))).isEqualTo(PaymentRefusal.PAYLOAD.word());
    counter.moved(500, 0);

    assertThat(refunded(buyer.refund(channel, 35, Optional.of(Amount.of(65)))).success()).isTrue();
    counter.moved(435, 0);
    assertThat(economy.channels().state(channel).claimed()).isEqualTo(Amount.of(35));
    paid(buyer.pay(channel, 85), 50);
    assertThat(refunded(buyer.refund(channel, 85, Optional.empty())).success()).isTrue();
    counter.moved(85, 0);
    assertThat(reason(buyer.refund(channel, 85, Optional.empty())))
        .isEqualTo(PaymentRefusal.REFUND_NOTHING.word());
    claimed(channel, 85);
    counter.moved(85, 85);
  }

  private X402Buyer buyer(String nonce) throws Exception {
    return counter.buyer(Scheme.BATCH_SETTLEMENT, nonce);
  }

  /** A channel with this deposit, of which 35 are charged. */
  private Channel opened(String name, long deposit) throws Exception {
    buyer = buyer(name);
    Channel channel = economy.channels().channel(buyer.config(name));
    SettlementResponse first = paid(buyer.fund(channel, deposit, 50), 35);
    assertThat(first.transaction()).isPresent();
    return channel;
  }

  private SettlementResponse paid(PaymentPayload payment, long cost) throws Exception {
    try (Payment good = counter.good(payment)) {
      SettlementResponse settled = good.settle(Amount.of(cost));
      assertThat(settled.success()).as(settled.toString()).isTrue();
      return settled;
    }
  }

  private SettlementResponse refunded(PaymentPayload payment) throws Exception {
    return counter.till().refund(payment);
  }

  private String reason(PaymentPayload payment) throws Exception {
    SettlementResponse response = refunded(payment);
    assertThat(response.success()).isFalse();
    return response.errorReason().orElseThrow();
  }

  private long due(Channel channel) {
    return counter.seller().channels().stream()
        .filter(end -> end.channel().equals(channel))
        .findFirst()
        .orElseThrow()
        .due()
        .units()
        .longValue();
  }

  private static String text(SettlementResponse response, String name) {
    return ((Json.Str) response.extra().get(name).orElseThrow()).value();
  }

  /** The watch claims this channel's vouchers, and has them paid out. */
  private void claimed(Channel channel, long total) throws Exception {
    Watch watch =
        new Watch(
            economy.channels(),
            economy.submitter(Economy.SELLER, "seller"),
            new Watch.Rules(Amount.of(1), 10));
    var claimable =
        counter.seller().claimable().stream()
            .filter(each -> each.channel().equals(channel))
            .toList();
    for (int i = 0; i < 100; i++) {
      watch.look(List.of(channel), claimable);
      if (economy.channels().state(channel).claimed().equals(Amount.of(total))
          && watch.settle(Economy.SELLER.address(), economy.coin().token()).isEmpty()) {
        return;
      }
      Thread.sleep(25);
    }
    throw new AssertionError("not claimed: " + economy.channels().state(channel));
  }
}
