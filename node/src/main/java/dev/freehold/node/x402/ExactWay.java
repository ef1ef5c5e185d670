// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.market.x402.ExactPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.market.x402.Scheme;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One transfer for one answer, which the payer signed and this node submits. */
final class ExactWay {
  private final TillTerms terms;
  private final ChainLine line;
  private final Settling settling;
  private final InstantSource clock;

  /** Payments whose answers are being made. */
  private final Set<Key> running = ConcurrentHashMap.newKeySet();

  private record Key(Address from, Keccak256 nonce) {}

  ExactWay(TillTerms terms, ChainLine line, Settling settling, InstantSource clock) {
    this.terms = terms;
    this.line = line;
    this.settling = settling;
    this.clock = clock;
  }

  PaymentRequirements requirements(Bill bill, Domain token) {
    return new PaymentRequirements(
        Scheme.EXACT.text(),
        terms.network(),
        bill.most().atLeast(terms.least()).atLeast(Amount.of(1)),
        token.contract().toString(),
        terms.receiver().toString(),
        Math.toIntExact(TillTerms.TIME.toSeconds()),
        TillTerms.extra(token.name(), token.version()));
  }

  Verification verify(Json.Obj payload, PaymentRequirements due, Domain domain)
      throws RpcException {
    ExactPayload exact;
    switch (ExactPayload.of(payload)) {
      case Parsed.Read<ExactPayload>(ExactPayload read) -> exact = read;
      case Parsed.Malformed<ExactPayload>(String reason) -> {
        return Verification.refused(PaymentRefusal.PAYLOAD, reason);
      }
    }
    TransferAuthorization transfer = exact.authorization();
    if (!transfer.to().equals(terms.receiver())) {
      return Verification.refused(
          PaymentRefusal.RECIPIENT, "it pays " + transfer.to() + ", not " + terms.receiver());
    }
    if (!transfer.value().equals(due.amount())) {
      return Verification.refused(
          PaymentRefusal.VALUE, "it pays " + transfer.value() + ", not " + due.amount());
    }
    Instant now = clock.instant();
    if (!before(transfer.validAfter(), now)) {
      return Verification.refused(PaymentRefusal.TOO_EARLY, "it is not good yet");
    }
    if (!after(transfer.validBefore(), now.plus(TillTerms.MARGIN))) {
      return Verification.refused(
          PaymentRefusal.TOO_LATE,
          "it is good for less than " + TillTerms.MARGIN.toSeconds() + " s from now on");
    }
    if (exact
        .signature()
        .signer(domain.digest(transfer))
        .filter(transfer.from()::equals)
        .isEmpty()) {
      return Verification.refused(
          PaymentRefusal.SIGNATURE, "it is not signed by " + transfer.from());
    }
    Key key = new Key(transfer.from(), transfer.nonce());
    if (!running.add(key)) {
      return Verification.refused(
          PaymentRefusal.USED, "another request with this payment is being answered");
    }
    Verification verification = refusedByChain(exact);
    if (!(verification instanceof Verification.Good)) {
      running.remove(key);
    }
    return verification;
  }

  /** What only the chain and this node's books know. */
  private Verification refusedByChain(ExactPayload exact) {
    TransferAuthorization transfer = exact.authorization();
    try {
      Money.Ledger ledger = line.ledger();
      Token token = new Token(ledger.chain(), terms.coin().token());
      Intent.Purpose purpose = purpose(transfer);
      if (ledger.submitter().known(purpose).isPresent()
          || token.used(transfer.from(), transfer.nonce())) {
        return Verification.refused(PaymentRefusal.USED, "this payment was used before");
      }
      if (token.balance(transfer.from()).compareTo(transfer.value()) < 0) {
        return Verification.refused(
            PaymentRefusal.FUNDS, transfer.from() + " has less than " + transfer.value());
      }
      Effect effect = token.transfer(transfer, exact.signature());
      ledger.chain().gas(ledger.submitter().account(), effect.to(), effect.value(), effect.data());
      return new Verification.Good(new Taken(exact, effect, purpose));
    } catch (RpcException.Refused e) {
      return Verification.refused(PaymentRefusal.TRANSACTION, "the chain would refuse it");
    } catch (RpcException | IOException e) {
      settling.unjudged(e);
      return Verification.refused(PaymentRefusal.VERIFY, "it can't be judged now");
    }
  }

  private Intent.Purpose purpose(TransferAuthorization transfer) {
    return new Intent.Purpose(
        "x402 exact " + terms.coin().token() + " " + transfer.from() + " " + transfer.nonce());
  }

  /** Whether so many seconds since 1970 lie after a time. */
  static boolean after(BigInteger seconds, Instant time) {
    return seconds.compareTo(BigInteger.valueOf(time.getEpochSecond())) > 0;
  }

  /** Whether so many seconds since 1970 lie before a time: ERC-3009 wants that of the first. */
  static boolean before(BigInteger seconds, Instant time) {
    return seconds.compareTo(BigInteger.valueOf(time.getEpochSecond())) < 0;
  }

  /** The time that so many seconds since 1970 are, or one that nobody lives to see. */
  static Instant time(BigInteger seconds) {
    return Instant.ofEpochSecond(seconds.min(BigInteger.valueOf(253_402_300_799L)).longValue());
  }

  /** How long an outcome is waited for: no transaction is executed after its payment's time. */
  static Instant patience(BigInteger validBefore, Instant now) {
    Instant end = time(validBefore).plus(TillTerms.AFTER);
    Instant most = now.plus(TillTerms.TIME);
    return end.isBefore(most) ? end : most;
  }

  private final class Taken implements Payment {
    private final ExactPayload exact;
    private final Effect effect;
    private final Intent.Purpose purpose;

    Taken(ExactPayload exact, Effect effect, Intent.Purpose purpose) {
      this.exact = exact;
      this.effect = effect;
      this.purpose = purpose;
    }

    @Override
    public Optional<ChannelId> channel() {
      return Optional.empty();
    }

    @Override
    public Amount takes(Amount cost) {
      return exact.authorization().value();
    }

    @Override
    public SettlementResponse settle(Amount cost) throws InterruptedException {
      TransferAuthorization transfer = exact.authorization();
      Instant now = clock.instant();
      if (!after(transfer.validBefore(), now.plus(TillTerms.LAST))) {
        return failed(PaymentRefusal.TOO_LATE);
      }
      Money.Ledger ledger;
      try {
        ledger = line.ledger();
      } catch (RpcException e) {
        return failed(PaymentRefusal.SETTLE);
      }
      return switch (settling.done(
          ledger, purpose, effect, patience(transfer.validBefore(), now))) {
        case Settling.End.Done(Optional<Keccak256> transaction) ->
            new SettlementResponse(
                true,
                Optional.empty(),
                transaction,
                terms.network(),
                Optional.of(transfer.from().toString()),
                Optional.of(transfer.value().toString()),
                Json.object().build());
        case Settling.End.Failed _ -> failed(PaymentRefusal.TRANSACTION);
        case Settling.End.Unknown _ -> failed(PaymentRefusal.PENDING);
      };
    }

    private SettlementResponse failed(PaymentRefusal refusal) {
      return ChainTill.response(
          terms, refusal, Optional.of(exact.authorization().from().toString()));
    }

    @Override
    public void close() {
      running.remove(new Key(exact.authorization().from(), exact.authorization().nonce()));
    }
  }
}
