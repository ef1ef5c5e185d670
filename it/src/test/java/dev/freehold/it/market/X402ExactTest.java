// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.market.x402.ExactPayload;
import dev.freehold.market.x402.Network;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.market.x402.Scheme;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.x402.ChainLine;
import dev.freehold.node.x402.Payment;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * x402's scheme {@code exact} on a real EVM: what is refused, and that no coin is lost or doubled.
 */
@NullMarked
@Timeout(120)
class X402ExactTest {
  @TempDir private static Path folder = Path.of("");
  private static final List<Economy> SHARED = new ArrayList<>();

  private final X402Counter counter = new X402Counter(SHARED.getFirst(), folder);
  private final Economy economy = counter.economy;
  private X402Buyer buyer = buyer("unused");

  X402ExactTest() throws Exception {}

  @BeforeAll
  static void start() throws Exception {
    SHARED.add(Economy.start(folder));
  }

  @AfterAll
  static void stop() {
    SHARED.forEach(Economy::close);
  }

  @Test
  void aPaymentIsTakenOnceWhenItsAnswerIsMade() throws Exception {
    PaymentPayload payment = buyer("once").exact();
    try (Payment good = good(payment)) {
      moved(0);
      SettlementResponse settled = good.settle(Amount.of(35));
      assertThat(settled.success()).isTrue();
      assertThat(settled.amount()).contains("50");
      assertThat(economy.chain().mined(settled.transaction().orElseThrow())).isPresent();
      moved(50);
    }
    refused(payment, PaymentRefusal.USED);
    counter.restart();
    refused(payment, PaymentRefusal.USED);
    moved(50);
  }

  @Test
  void thePaymentOfAnAnswerThatFailedIsNotTakenAndIsGoodOnceMore() throws Exception {
    PaymentPayload payment = buyer("failed").exact();
    Payment good = good(payment);
    refused(payment, PaymentRefusal.USED);
    good.close();
    moved(0);
    good(payment).close();
  }

  @Test
  void anotherAmountIsRefused() throws Exception {
    buyer = buyer("amount");
    buyer.value = Amount.of(49);
    refused(buyer.exact(), PaymentRefusal.VALUE);
    buyer.value = Amount.of(51);
    refused(buyer.exact(), PaymentRefusal.VALUE);
    buyer.way = way(buyer.way.network(), Amount.of(49), buyer.way.asset(), buyer.way.payTo());
    buyer.value = Amount.of(49);
    refused(buyer.exact(), PaymentRefusal.REQUIREMENTS);
    moved(0);
  }

  @Test
  void anotherChainIsRefused() throws Exception {
    buyer = buyer("chain");
    buyer.token =
        new Domain(
            counter.token.name(),
            counter.token.version(),
            new ChainId(1),
            counter.token.contract());
    refused(buyer.exact(), PaymentRefusal.SIGNATURE);
    buyer.way =
        way(new Network("eip155:1"), buyer.way.amount(), buyer.way.asset(), buyer.way.payTo());
    refused(buyer.exact(), PaymentRefusal.NETWORK);
    moved(0);
  }

  @Test
  void anotherTokenIsRefused() throws Exception {
    buyer = buyer("token");
    String other = economy.coin().contract().toString();
    buyer.token =
        new Domain(
            counter.token.name(),
            counter.token.version(),
            counter.token.chain(),
            economy.coin().contract());
    refused(buyer.exact(), PaymentRefusal.SIGNATURE);
    buyer.way = way(buyer.way.network(), buyer.way.amount(), other, buyer.way.payTo());
    refused(buyer.exact(), PaymentRefusal.REQUIREMENTS);
    moved(0);
  }

  @Test
  void anotherReceiverIsRefused() throws Exception {
    buyer = buyer("receiver");
    buyer.to = Economy.key(77).address();
    refused(buyer.exact(), PaymentRefusal.RECIPIENT);
    buyer.way =
        way(buyer.way.network(), buyer.way.amount(), buyer.way.asset(), buyer.to.toString());
    refused(buyer.exact(), PaymentRefusal.REQUIREMENTS);
    moved(0);
  }

  @Test
  void aPaymentThatIsNotYetOrNoLongerGoodIsRefused() throws Exception {
    long now = counter.now().getEpochSecond();
    buyer = buyer("time");
    buyer.validAfter = BigInteger.valueOf(now);
    refused(buyer.exact(), PaymentRefusal.TOO_EARLY);
    buyer.validAfter = BigInteger.valueOf(now - 60);
    buyer.validBefore = BigInteger.valueOf(now);
    refused(buyer.exact(), PaymentRefusal.TOO_LATE);
    buyer.validBefore = BigInteger.valueOf(now + 30);
    refused(buyer.exact(), PaymentRefusal.TOO_LATE);
    buyer.validBefore = BigInteger.valueOf(now + 31);
    try (Payment good = good(buyer.exact())) {
      counter.pass(Duration.ofSeconds(26));
      assertThat(good.settle(Amount.of(50)).errorReason())
          .as("the answer took too long")
          .contains(PaymentRefusal.TOO_LATE.word());
    }
    moved(0);
  }

  @Test
  void aPaymentThatAnotherKeySignedIsRefused() throws Exception {
    buyer = buyer("key");
    buyer.key = Economy.key(78);
    refused(buyer.exact(), PaymentRefusal.SIGNATURE);
    buyer = buyer("tampered");
    PaymentPayload honest = buyer.exact();
    buyer.nonce = Keccak256.hash("other");
    assertThat(ExactPayload.of(honest.payload())).isInstanceOf(Parsed.Read.class);
    ExactPayload read = ((Parsed.Read<ExactPayload>) ExactPayload.of(honest.payload())).value();
    refused(
        buyer.payment(new ExactPayload(buyer.authorization(), read.signature()).toJson()),
        PaymentRefusal.SIGNATURE);
    moved(0);
  }

  @Test
  void aPayerWithTooLittleIsRefused() throws Exception {
    refused(buyer("poor").exactOf(Economy.key(79)), PaymentRefusal.FUNDS);
    moved(0);
  }

  @Test
  void aNonceThatTheTokenKnowsIsRefused() throws Exception {
    buyer = buyer("cancelled");
    PaymentPayload payment = buyer.exact();
    cancel(buyer);
    refused(payment, PaymentRefusal.USED);
    moved(0);
  }

  @Test
  void whatCannotBeReadOrIsNotSpokenIsRefused() throws Exception {
    buyer = buyer("unreadable");
    refused(buyer.payment(Json.object().put("signature", "0x").build()), PaymentRefusal.PAYLOAD);
    PaymentRequirements exact = buyer.way;
    buyer.way =
        new PaymentRequirements(
            "upto",
            exact.network(),
            exact.amount(),
            exact.asset(),
            exact.payTo(),
            exact.maxTimeoutSeconds(),
            exact.extra());
    refused(buyer.exact(), PaymentRefusal.SCHEME);
    moved(0);
  }

  @Test
  void aTransferThatTheChainRefusesInTheEndTakesNothing() throws Exception {
    buyer = buyer("refused late");
    try (Payment good = good(buyer.exact())) {
      cancel(buyer);
      assertThat(good.settle(Amount.of(50)).errorReason())
          .contains(PaymentRefusal.TRANSACTION.word());
    }
    moved(0);
    assertThat(known(buyer)).as("nothing was sent").isFalse();
  }

  @Test
  void aTransferThatRevertsTakesNothingAndIsNotTriedAgain() throws Exception {
    buyer = buyer("reverted");
    AtomicBoolean first = new AtomicBoolean(true);
    Rpc late =
        (method, parameters) -> {
          if (method.equals("eth_sendRawTransaction") && first.getAndSet(false)) {
            cancelling(buyer);
          }
          return economy.rpc().call(method, parameters);
        };
    counter.restart(counter.line(late));
    PaymentPayload payment = buyer.exact();
    try (Payment good = good(payment)) {
      SettlementResponse settled = good.settle(Amount.of(50));
      assertThat(settled.errorReason()).contains(PaymentRefusal.TRANSACTION.word());
    }
    assertThat(intent(buyer).outcome()).isInstanceOf(Outcome.Reverted.class);
    assertThat(counter.events).as("the owner is told").containsExactly("payment-unsettled");
    refused(payment, PaymentRefusal.USED);
    moved(0);
  }

  @Test
  void aTransferWhoseSendingWasNotAnsweredIsLookedUpAndPaidOnce() throws Exception {
    Rpc silent =
        (method, parameters) -> {
          Json answer = economy.rpc().call(method, parameters);
          if (method.equals("eth_sendRawTransaction")) {
            throw new RpcException.Unanswered(method, "the answer was lost", null);
          }
          return answer;
        };
    counter.restart(counter.line(silent));
    try (Payment good = good(buyer("lost answer").exact())) {
      assertThat(good.settle(Amount.of(50)).success()).isTrue();
    }
    moved(50);
  }

  @Test
  void aTransferOfWhichNothingIsKnownIsSentLaterAndOnce() throws Exception {
    buyer = buyer("lost");
    Rpc losing =
        (method, parameters) -> {
          if (method.equals("eth_sendRawTransaction")) {
            // Nobody waits any longer, and the node stops.
            counter.pass(Duration.ofMinutes(20));
            throw new RpcException.Unanswered(method, "it was never sent", null);
          }
          return economy.rpc().call(method, parameters);
        };
    counter.restart(counter.line(losing));
    PaymentPayload payment = buyer.exact();
    try (Payment good = good(payment)) {
      assertThat(good.settle(Amount.of(50)).errorReason()).contains(PaymentRefusal.PENDING.word());
    }
    moved(0);
    counter.present();
    counter.restart();
    refused(payment, PaymentRefusal.USED);
    Submitter again = economy.submitter(Economy.SELLER, "seller");
    for (int i = 0; i < 100 && again.lookUpAll().stream().anyMatch(Intent::pending); i++) {
      Thread.sleep(25);
    }
    again.lookUpAll();
    moved(50);
    refused(payment, PaymentRefusal.USED);
  }

  @Test
  void whileTheChainIsAwayNothingIsTaken() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    ChainLine line = counter.line();
    counter.restart(
        () -> {
          if (away.get()) {
            throw new RpcException.Unanswered("eth_call", "away", null);
          }
          return line.ledger();
        });
    PaymentPayload payment = buyer("away").exact();
    try (Payment good = good(payment)) {
      away.set(true);
      assertThat(good.settle(Amount.of(50)).errorReason()).contains(PaymentRefusal.SETTLE.word());
    }
    refused(payment, PaymentRefusal.VERIFY);
    moved(0);
    away.set(false);
    good(payment).close();
  }

  private X402Buyer buyer(String nonce) throws Exception {
    return counter.buyer(Scheme.EXACT, nonce);
  }

  private PaymentRequirements way(Network network, Amount amount, String asset, String payTo) {
    return new PaymentRequirements(
        "exact", network, amount, asset, payTo, buyer.way.maxTimeoutSeconds(), buyer.way.extra());
  }

  private Payment good(PaymentPayload payment) {
    return counter.good(payment);
  }

  private void refused(PaymentPayload payment, PaymentRefusal refusal) {
    counter.refused(payment, refusal);
  }

  private void moved(long amount) throws Exception {
    counter.moved(amount, amount);
  }

  private Intent intent(X402Buyer of) throws Exception {
    return economy
        .submitter(Economy.SELLER, "seller")
        .known(
            new Intent.Purpose(
                "x402 exact "
                    + economy.coin().token()
                    + " "
                    + Economy.BUYER.address()
                    + " "
                    + of.nonce))
        .orElseThrow();
  }

  private boolean known(X402Buyer of) throws Exception {
    try {
      intent(of);
      return true;
    } catch (NoSuchElementException e) {
      return false;
    }
  }

  private void cancelling(X402Buyer of) {
    try {
      cancel(of);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The buyer takes its word back. */
  private void cancel(X402Buyer of) throws Exception {
    economy.done(
        economy.submitter(Economy.BUYER, "buyer"), "cancel " + of.nonce, of.cancel(of.nonce));
  }
}
