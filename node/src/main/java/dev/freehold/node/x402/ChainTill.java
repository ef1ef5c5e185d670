// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.x402.Network;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.market.x402.Scheme;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A till that settles on a chain itself: there is no facilitator beside the seller. */
public final class ChainTill implements Till {
  private final TillTerms terms;
  private final ChainLine line;
  private final Settling settling;
  private final ExactWay exact;
  private final ChannelWay channel;

  /** What the token says of itself, once the chain has answered. It never changes. */
  private volatile @Nullable Domain token;

  /**
   * Nothing is asked yet.
   *
   * @param payee of the coin and receiver of {@code terms}
   * @param events told what a stranger is not: why a payment was not judged or settled
   */
  public ChainTill(
      TillTerms terms,
      Payee payee,
      ChainLine line,
      InstantSource clock,
      BiConsumer<String, Json.Obj> events) {
    this.terms = terms;
    this.line = line;
    this.settling = new Settling(clock, events);
    this.exact = new ExactWay(terms, line, settling, clock);
    this.channel = new ChannelWay(terms, payee, line, settling, clock);
  }

  @Override
  public Coin coin() {
    return terms.coin();
  }

  @Override
  public List<PaymentRequirements> ways(Bill bill) throws RpcException {
    return ways(bill, token());
  }

  private List<PaymentRequirements> ways(Bill bill, Domain token) {
    List<PaymentRequirements> ways = new ArrayList<>();
    ways.add(exact.requirements(bill, token));
    if (terms.channels()) {
      ways.add(channel.requirements(bill, token));
    }
    return ways;
  }

  private Domain token() throws RpcException {
    Domain known = token;
    if (known == null) {
      known = new Token(line.ledger().chain(), terms.coin().token()).domain();
      token = known;
    }
    return known;
  }

  @Override
  public Verification verify(PaymentPayload payment, Bill bill) {
    PaymentRequirements accepted = payment.accepted();
    Optional<Scheme> scheme = Scheme.of(accepted.scheme());
    if (scheme.isEmpty() || (scheme.get() == Scheme.BATCH_SETTLEMENT && !terms.channels())) {
      return Verification.refused(
          PaymentRefusal.SCHEME, "'" + accepted.scheme() + "' is not spoken here");
    }
    Network network = terms.network();
    if (!accepted.network().equals(network)) {
      return Verification.refused(
          PaymentRefusal.NETWORK, "this node is paid on " + network + " only");
    }
    try {
      Domain domain = token();
      for (PaymentRequirements way : ways(bill, domain)) {
        if (way.agrees(accepted)) {
          return switch (scheme.get()) {
            case EXACT -> exact.verify(payment.payload(), way, domain);
            case BATCH_SETTLEMENT -> channel.verify(payment.payload(), way, domain);
          };
        }
      }
    } catch (RpcException e) {
      settling.unjudged(e);
      return Verification.refused(PaymentRefusal.VERIFY, "it can't be judged now");
    }
    return Verification.refused(
        PaymentRefusal.REQUIREMENTS,
        "the payment is for other terms than this request's: another price, token or receiver");
  }

  @Override
  public SettlementResponse refund(PaymentPayload payment) throws InterruptedException {
    if (!terms.channels() || !payment.accepted().scheme().equals(Scheme.BATCH_SETTLEMENT.text())) {
      return failed(PaymentRefusal.SCHEME);
    }
    if (!payment.accepted().network().equals(terms.network())) {
      return failed(PaymentRefusal.NETWORK);
    }
    return channel.refund(payment.payload());
  }

  private SettlementResponse failed(PaymentRefusal refusal) {
    return response(terms, refusal, Optional.empty());
  }

  /** That nothing was paid. */
  static SettlementResponse response(
      TillTerms terms, PaymentRefusal refusal, Optional<String> payer) {
    return new SettlementResponse(
        false,
        Optional.of(refusal.word()),
        Optional.empty(),
        terms.network(),
        payer,
        Optional.empty(),
        Json.object().build());
  }
}
