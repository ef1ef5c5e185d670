// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.market.channel.OpeningRefusal;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.VoucherRefusal;
import dev.freehold.market.x402.ChannelPayload;
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

/**
 * Vouchers of a payment channel: signed for the most that an answer may cost, charged what it cost.
 * The seller's end of the channel is the {@link Payee}, the same one that Freehold's own buyers pay
 * to, so no voucher is good twice.
 */
final class ChannelWay {
  private static final BigInteger TEN = BigInteger.TEN;

  private final TillTerms terms;
  private final Payee payee;
  private final ChainLine line;
  private final Settling settling;
  private final InstantSource clock;
  private final ClientChannels channels;
  private final ChannelRefunds refunds;

  /** Channels of which an answer or a refund is under way. */
  private final Set<ChannelId> running = ConcurrentHashMap.newKeySet();

  ChannelWay(TillTerms terms, Payee payee, ChainLine line, Settling settling, InstantSource clock) {
    this.terms = terms;
    this.payee = payee;
    this.line = line;
    this.settling = settling;
    this.clock = clock;
    this.channels = new ClientChannels(terms, payee, line);
    this.refunds = new ChannelRefunds(payee, line, settling, clock, channels);
  }

  PaymentRequirements requirements(Bill bill, Domain token) {
    Amount most = bill.most().atLeast(Amount.of(1));
    return new PaymentRequirements(
        Scheme.BATCH_SETTLEMENT.text(),
        terms.network(),
        most,
        token.contract().toString(),
        terms.receiver().toString(),
        Math.toIntExact(TillTerms.TIME.toSeconds()),
        TillTerms.extra(token.name(), token.version())
            .with("receiverAuthorizer", Json.of(terms.receiver().toString()))
            .with("withdrawDelay", Json.of(terms.delay().toSeconds()))
            .with("minDeposit", Json.of(leastDeposit(most).toString())));
  }

  private Amount leastDeposit(Amount most) {
    return new Amount(most.atLeast(terms.least()).units().multiply(TEN));
  }

  Verification verify(Json.Obj payload, PaymentRequirements due, Domain token) throws RpcException {
    switch (ChannelPayload.of(payload)) {
      case Parsed.Malformed<ChannelPayload>(String reason) -> {
        return Verification.refused(PaymentRefusal.PAYLOAD, reason);
      }
      case Parsed.Read<ChannelPayload>(ChannelPayload read) -> {
        Channel channel = channels.channel(read.config());
        Optional<PaymentRefusal> unfit = channels.unfit(read, channel);
        if (unfit.isPresent()) {
          return Verification.refused(unfit.get(), unfit.get().word());
        }
        try {
          return switch (read) {
            case ChannelPayload.Pay pay -> paid(pay, channel, due.amount());
            case ChannelPayload.Fund fund -> funded(fund, channel, due.amount(), token);
            case ChannelPayload.Refund _ ->
                Verification.refused(PaymentRefusal.PAYLOAD, "refunds are asked for by GET");
          };
        } catch (IOException e) {
          settling.unjudged(e);
          return Verification.refused(
              PaymentRefusal.VERIFY, "the voucher can't be written down now");
        }
      }
    }
  }

  private Verification paid(ChannelPayload.Pay pay, Channel channel, Amount most)
      throws IOException, RpcException {
    return exclusively(channel, () -> held(pay, channel, most));
  }

  /** What looks at a payment, and may find it good. */
  private interface Look {
    Verification run() throws IOException, RpcException;
  }

  /** One payment of a channel at a time: until it was found to be no good, or is closed. */
  private Verification exclusively(Channel channel, Look look) throws IOException, RpcException {
    if (!running.add(channel.id())) {
      return busy();
    }
    boolean good = false;
    try {
      Verification verification = look.run();
      good = verification instanceof Verification.Good;
      return verification;
    } finally {
      if (!good) {
        running.remove(channel.id());
      }
    }
  }

  private Verification held(ChannelPayload.Pay pay, Channel channel, Amount most)
      throws IOException, RpcException {
    ChannelState state = line.ledger().contract().state(channel);
    Optional<OpeningRefusal> unopened = payee.open(channel, state);
    if (unopened.isPresent()) {
      return ClientChannels.refused(unopened.get());
    }
    return switch (payee.hold(ClientChannels.signed(pay, channel), most)) {
      case Payee.Taking.Held(Payee.Hold hold) -> new Verification.Good(new Voucher(channel, hold));
      case Payee.Taking.Refused(VoucherRefusal refusal) -> channels.refused(refusal, channel);
    };
  }

  private static Verification busy() {
    return Verification.refused(
        PaymentRefusal.CHANNEL_BUSY, "another answer of this channel is under way");
  }

  private Verification funded(ChannelPayload.Fund fund, Channel channel, Amount most, Domain token)
      throws IOException, RpcException {
    ChannelPayload.Deposit deposit = fund.deposit();
    Instant now = clock.instant();
    if (deposit.amount().compareTo(leastDeposit(most)) < 0) {
      return Verification.refused(
          PaymentRefusal.DEPOSIT_SMALL, "a deposit is " + leastDeposit(most) + " at least");
    }
    if (!ExactWay.before(deposit.validAfter(), now)) {
      return Verification.refused(PaymentRefusal.DEPOSIT_TOO_EARLY, "the deposit is not good yet");
    }
    if (!ExactWay.after(deposit.validBefore(), now.plus(TillTerms.MARGIN))) {
      return Verification.refused(
          PaymentRefusal.DEPOSIT_TOO_LATE,
          "the deposit is good for less than " + TillTerms.MARGIN.toSeconds() + " s from now on");
    }
    TransferAuthorization transfer =
        ChannelContract.authorization(
            channel,
            deposit.amount(),
            TillTerms.COLLECTOR,
            deposit.validAfter(),
            deposit.validBefore(),
            deposit.salt());
    if (deposit
        .signature()
        .signer(token.digest(transfer))
        .filter(transfer.from()::equals)
        .isEmpty()) {
      return Verification.refused(
          PaymentRefusal.DEPOSIT_SIGNATURE, "the deposit is not signed by " + transfer.from());
    }
    return exclusively(channel, () -> fundedByChain(fund, channel, most, transfer));
  }

  private Verification fundedByChain(
      ChannelPayload.Fund fund, Channel channel, Amount most, TransferAuthorization transfer)
      throws IOException, RpcException {
    Money.Ledger ledger = line.ledger();
    Token token = new Token(ledger.chain(), terms.coin().token());
    Intent.Purpose purpose =
        new Intent.Purpose("x402 deposit " + channel.id() + " " + fund.deposit().salt());
    if (ledger.submitter().known(purpose).isPresent()
        || token.used(transfer.from(), transfer.nonce())) {
      return Verification.refused(PaymentRefusal.USED, "this deposit was used before");
    }
    ChannelState state = ledger.contract().state(channel);
    payee.observe(channel.id(), state);
    Amount charged = channels.known(channel).map(PayeeChannel::charged).orElse(state.claimed());
    Amount signed = fund.voucher().maxClaimable();
    if (!signed.equals(charged.plus(most))) {
      return channels.refused(VoucherRefusal.OTHER_PLACE, channel);
    }
    if (signed.compareTo(state.covered().plus(fund.deposit().amount())) > 0) {
      return channels.refused(VoucherRefusal.ABOVE_DEPOSIT, channel);
    }
    if (token.balance(transfer.from()).compareTo(transfer.value()) < 0) {
      return Verification.refused(
          PaymentRefusal.DEPOSIT_FUNDS, transfer.from() + " has less than " + transfer.value());
    }
    Effect effect =
        ledger
            .contract()
            .deposit(transfer, channel, fund.deposit().salt(), fund.deposit().signature());
    try {
      ledger.chain().gas(ledger.submitter().account(), effect.to(), effect.value(), effect.data());
    } catch (RpcException.Refused e) {
      return Verification.refused(PaymentRefusal.DEPOSIT_TRANSACTION, "the chain would refuse it");
    }
    return new Verification.Good(new Deposited(channel, fund, most, effect, purpose));
  }

  /** Paid from what is in the channel. */
  private final class Voucher implements Payment {
    private final Channel channel;
    private final Payee.Hold hold;

    Voucher(Channel channel, Payee.Hold hold) {
      this.channel = channel;
      this.hold = hold;
    }

    @Override
    public Optional<ChannelId> channel() {
      return Optional.of(channel.id());
    }

    @Override
    public Amount takes(Amount cost) {
      return cost;
    }

    @Override
    public SettlementResponse settle(Amount cost) {
      try {
        hold.charge(cost);
      } catch (IOException e) {
        settling.unjudged(e);
        return channels.failed(PaymentRefusal.SETTLE, channel);
      }
      return channels.charged(channel, cost, Optional.empty(), Optional.empty());
    }

    @Override
    public void close() {
      hold.close();
      running.remove(channel.id());
    }
  }

  /** Paid from what comes into the channel with it. */
  private final class Deposited implements Payment {
    private final Channel channel;
    private final ChannelPayload.Fund fund;
    private final Amount most;
    private final Effect effect;
    private final Intent.Purpose purpose;

    Deposited(
        Channel channel,
        ChannelPayload.Fund fund,
        Amount most,
        Effect effect,
        Intent.Purpose purpose) {
      this.channel = channel;
      this.fund = fund;
      this.most = most;
      this.effect = effect;
      this.purpose = purpose;
    }

    @Override
    public Optional<ChannelId> channel() {
      return Optional.of(channel.id());
    }

    @Override
    public Amount takes(Amount cost) {
      return cost;
    }

    @Override
    public SettlementResponse settle(Amount cost) throws InterruptedException {
      BigInteger until = fund.deposit().validBefore();
      Instant now = clock.instant();
      if (!ExactWay.after(until, now.plus(TillTerms.LAST))) {
        return channels.failed(PaymentRefusal.DEPOSIT_TOO_LATE, channel);
      }
      try {
        Money.Ledger ledger = line.ledger();
        return switch (settling.done(ledger, purpose, effect, ExactWay.patience(until, now))) {
          case Settling.End.Done(Optional<Keccak256> transaction) ->
              take(ledger, cost, transaction);
          case Settling.End.Failed _ ->
              channels.failed(PaymentRefusal.DEPOSIT_TRANSACTION, channel);
          case Settling.End.Unknown _ -> channels.failed(PaymentRefusal.PENDING, channel);
        };
      } catch (RpcException | IOException e) {
        settling.unjudged(e);
        return channels.failed(PaymentRefusal.SETTLE, channel);
      }
    }

    private SettlementResponse take(
        Money.Ledger ledger, Amount cost, Optional<Keccak256> transaction)
        throws IOException, RpcException {
      Optional<OpeningRefusal> unopened = payee.open(channel, ledger.contract().state(channel));
      if (unopened.isPresent()) {
        return channels.failed(ClientChannels.word(unopened.get()), channel);
      }
      return switch (payee.hold(ClientChannels.signed(fund, channel), most)) {
        case Payee.Taking.Refused(VoucherRefusal refusal) ->
            channels.failed(ClientChannels.word(refusal), channel);
        case Payee.Taking.Held(Payee.Hold hold) -> {
          try (hold) {
            hold.charge(cost);
          }
          yield channels.charged(channel, cost, transaction, Optional.of(fund.deposit().amount()));
        }
      };
    }

    @Override
    public void close() {
      running.remove(channel.id());
    }
  }

  /** Gives back what was not charged, after what was charged is claimed. */
  SettlementResponse refund(Json.Obj payload) throws InterruptedException {
    switch (ChannelPayload.of(payload)) {
      case Parsed.Read<ChannelPayload>(ChannelPayload.Refund refund) -> {
        Channel channel = channels.channel(refund.config());
        Optional<PaymentRefusal> unfit = channels.unfit(refund, channel);
        if (unfit.isPresent()) {
          return channels.failed(unfit.get(), channel);
        }
        if (!running.add(channel.id())) {
          return channels.failed(PaymentRefusal.CHANNEL_BUSY, channel);
        }
        try {
          return refunds.refund(refund, channel);
        } finally {
          running.remove(channel.id());
        }
      }
      case Parsed.Read<ChannelPayload> _, Parsed.Malformed<ChannelPayload> _ -> {
        return ChainTill.response(terms, PaymentRefusal.PAYLOAD, Optional.empty());
      }
    }
  }
}
