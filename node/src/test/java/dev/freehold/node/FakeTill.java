// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.x402.Network;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.x402.Bill;
import dev.freehold.node.x402.Payment;
import dev.freehold.node.x402.Till;
import dev.freehold.node.x402.Verification;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;

/** A till that finds every payment as a test wants it, and tells what was asked of it. */
@NullMarked
final class FakeTill implements Till {
  private static final Address ACCOUNT = Address.of(new byte[Address.BYTES]);

  /** What happened, in order: verify, settle AMOUNT, close, refund. */
  final List<String> told = new CopyOnWriteArrayList<>();

  volatile Optional<PaymentRefusal> refusal = Optional.empty();
  volatile boolean settles = true;
  volatile boolean away;

  /** A settlement waits for it. */
  volatile CountDownLatch settling = new CountDownLatch(0);

  volatile Json.Obj extra = Json.object().build();

  @Override
  public Coin coin() {
    return new Coin(ChainId.DEVELOPMENT, ACCOUNT, ACCOUNT);
  }

  @Override
  public List<PaymentRequirements> ways(Bill bill) throws RpcException {
    if (away) {
      throw new RpcException.Unanswered("eth_call", "the chain is away", null);
    }
    return List.of(
        new PaymentRequirements(
            "exact",
            Network.of(ChainId.DEVELOPMENT),
            bill.most(),
            ACCOUNT.toString(),
            ACCOUNT.toString(),
            600,
            Json.object().build()));
  }

  @Override
  public Verification verify(PaymentPayload payment, Bill bill) {
    told.add("verify " + bill.most());
    return refusal
        .<Verification>map(why -> new Verification.Refused(why, why.word(), extra))
        .orElseGet(() -> new Verification.Good(new Paid()));
  }

  @Override
  public SettlementResponse refund(PaymentPayload payment) {
    told.add("refund");
    return response(settles);
  }

  private static SettlementResponse response(boolean success) {
    return new SettlementResponse(
        success,
        success ? Optional.empty() : Optional.of(PaymentRefusal.TRANSACTION.word()),
        Optional.empty(),
        Network.of(ChainId.DEVELOPMENT),
        Optional.of("somebody"),
        Optional.empty(),
        Json.object().build());
  }

  private final class Paid implements Payment {
    @Override
    public Optional<ChannelId> channel() {
      return Optional.empty();
    }

    @Override
    public Amount takes(Amount cost) {
      return cost;
    }

    @Override
    public SettlementResponse settle(Amount cost) throws InterruptedException {
      told.add("settle " + cost);
      settling.await();
      return response(settles);
    }

    @Override
    public void close() {
      told.add("close");
    }
  }
}
