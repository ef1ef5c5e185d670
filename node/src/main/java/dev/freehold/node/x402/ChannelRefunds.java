// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.ledger.channel.Watch;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.market.channel.OpeningRefusal;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.VoucherRefusal;
import dev.freehold.market.x402.ChannelPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Gives clients of x402 back what is in their channels and was not charged. */
final class ChannelRefunds {
  private final Payee payee;
  private final ChainLine line;
  private final Settling settling;
  private final InstantSource clock;
  private final ClientChannels channels;

  ChannelRefunds(
      Payee payee,
      ChainLine line,
      Settling settling,
      InstantSource clock,
      ClientChannels channels) {
    this.payee = payee;
    this.line = line;
    this.settling = settling;
    this.clock = clock;
    this.channels = channels;
  }

  /** Does it, of a channel of which nothing else is under way. */
  SettlementResponse refund(ChannelPayload.Refund refund, Channel channel)
      throws InterruptedException {
    try {
      return held(refund, channel);
    } catch (IOException | RpcException e) {
      settling.unjudged(e);
      return channels.failed(PaymentRefusal.SETTLE, channel);
    }
  }

  private SettlementResponse held(ChannelPayload.Refund refund, Channel channel)
      throws IOException, RpcException, InterruptedException {
    Money.Ledger ledger = line.ledger();
    Optional<OpeningRefusal> unopened = payee.open(channel, ledger.contract().state(channel));
    if (unopened.isPresent()) {
      return channels.failed(
          unopened.get() == OpeningRefusal.UNFUNDED
              ? PaymentRefusal.REFUND_NOTHING
              : ClientChannels.word(unopened.get()),
          channel);
    }
    return switch (payee.hold(ClientChannels.signed(refund, channel), Amount.ZERO)) {
      case Payee.Taking.Refused(VoucherRefusal refusal) ->
          channels.failed(ClientChannels.word(refusal), channel);
      case Payee.Taking.Held(Payee.Hold hold) -> {
        try (hold) {
          yield refunded(ledger, refund, channel);
        }
      }
    };
  }

  private SettlementResponse refunded(
      Money.Ledger ledger, ChannelPayload.Refund refund, Channel channel)
      throws IOException, RpcException, InterruptedException {
    PayeeChannel end = channels.known(channel).orElseThrow();
    Amount free = end.state().balance().less(end.charged());
    if (free.equals(Amount.ZERO)) {
      return channels.failed(PaymentRefusal.REFUND_NOTHING, channel);
    }
    Amount wanted = refund.amount().orElse(free);
    if (wanted.equals(Amount.ZERO) || wanted.compareTo(free) > 0) {
      return channels.failed(PaymentRefusal.REFUND_AMOUNT, channel);
    }
    Instant until = clock.instant().plus(TillTerms.TIME);
    Optional<Claimable> claimable = end.claimable();
    if (claimable.isPresent() && !claimed(ledger, claimable.get(), until)) {
      return channels.failed(PaymentRefusal.REFUND_TRANSACTION, channel);
    }
    Intent.Purpose purpose =
        new Intent.Purpose(
            "x402 refund "
                + channel.id()
                + " "
                + ledger.contract().refunds(channel)
                + " "
                + wanted);
    Effect effect = ledger.contract().refund(channel, wanted);
    return switch (settling.done(ledger, purpose, effect, until)) {
      case Settling.End.Done(Optional<Keccak256> transaction) -> {
        payee.observe(channel.id(), ledger.contract().state(channel));
        yield channels.charged(channel, Amount.ZERO, transaction, Optional.of(wanted));
      }
      case Settling.End.Failed _ -> channels.failed(PaymentRefusal.REFUND_TRANSACTION, channel);
      case Settling.End.Unknown _ -> channels.failed(PaymentRefusal.PENDING, channel);
    };
  }

  /** Has what was charged claimed, by the same intent as the watch would. */
  private boolean claimed(Money.Ledger ledger, Claimable claimable, Instant until)
      throws IOException, RpcException, InterruptedException {
    Watch watch =
        new Watch(ledger.contract(), ledger.submitter(), new Watch.Rules(Amount.of(1), 1));
    while (true) {
      Intent intent = watch.claim(claimable);
      if (intent.outcome() instanceof Outcome.Executed) {
        payee.observe(claimable.channel().id(), ledger.contract().state(claimable.channel()));
        return true;
      }
      if (!intent.pending() || !clock.instant().isBefore(until)) {
        return false;
      }
      Thread.sleep(40);
    }
  }
}
