// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.channel.OpeningRefusal;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.VoucherRefusal;
import dev.freehold.market.x402.ChannelPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.util.Optional;

/**
 * Payment channels as the clients of x402 send them, and what these clients are told of them. The
 * seller's end of each is the {@link Payee}'s.
 */
final class ClientChannels {
  private static final Json.Obj NOTHING = Json.object().build();

  private final TillTerms terms;
  private final Payee payee;
  private final ChainLine line;

  ClientChannels(TillTerms terms, Payee payee, ChainLine line) {
    this.terms = terms;
    this.payee = payee;
    this.line = line;
  }

  /** The channel that a client means, in this seller's coin. */
  Channel channel(ChannelConfig config) {
    return new Channel(config, terms.coin().chain(), terms.coin().contract());
  }

  /** Why it is no channel of this seller's, or its voucher none of its client's. */
  Optional<PaymentRefusal> unfit(ChannelPayload payload, Channel channel) {
    ChannelConfig config = channel.config();
    if (!config.receiver().equals(terms.receiver())) {
      return Optional.of(PaymentRefusal.CHANNEL_RECEIVER);
    }
    if (!config.receiverAuthorizer().equals(terms.receiver())) {
      return Optional.of(PaymentRefusal.CHANNEL_AUTHORIZER);
    }
    if (!config.token().equals(terms.coin().token())) {
      return Optional.of(PaymentRefusal.CHANNEL_TOKEN);
    }
    if (config.withdrawDelay().compareTo(terms.delay()) < 0) {
      return Optional.of(PaymentRefusal.CHANNEL_DELAY);
    }
    if (config.payerAuthorizer().equals(Address.of(new byte[Address.BYTES]))) {
      return Optional.of(PaymentRefusal.CHANNEL_KEY);
    }
    if (!payload.voucher().channel().equals(channel.id())) {
      return Optional.of(PaymentRefusal.CHANNEL_ID);
    }
    if (!signed(payload, channel)
        .signedBy(config.payerAuthorizer(), channel.domain().separator())) {
      return Optional.of(PaymentRefusal.VOUCHER_SIGNATURE);
    }
    return Optional.empty();
  }

  /** The voucher that came with a payload. */
  static SignedVoucher signed(ChannelPayload payload, Channel channel) {
    return new SignedVoucher(
        channel.chain(), channel.contract(), payload.voucher(), payload.signature());
  }

  /** This end of a channel, where there is one. */
  Optional<PayeeChannel> known(Channel channel) {
    return payee.channels().stream().filter(end -> end.channel().equals(channel)).findFirst();
  }

  static Verification refused(OpeningRefusal refusal) {
    return Verification.refused(word(refusal), refusal.text());
  }

  static PaymentRefusal word(OpeningRefusal refusal) {
    return switch (refusal) {
      case OTHER_CHAIN -> PaymentRefusal.NETWORK;
      case OTHER_CONTRACT -> PaymentRefusal.CHANNEL_ID;
      case OTHER_TOKEN -> PaymentRefusal.CHANNEL_TOKEN;
      case OTHER_RECEIVER -> PaymentRefusal.CHANNEL_RECEIVER;
      case OTHER_AUTHORIZER -> PaymentRefusal.CHANNEL_AUTHORIZER;
      case NO_VOUCHER_KEY -> PaymentRefusal.CHANNEL_KEY;
      case DELAY_TOO_SHORT -> PaymentRefusal.CHANNEL_DELAY;
      case UNFUNDED -> PaymentRefusal.VOUCHER_UNCOVERED;
      case TOO_MANY -> PaymentRefusal.CHANNELS_FULL;
    };
  }

  static PaymentRefusal word(VoucherRefusal refusal) {
    return switch (refusal) {
      case OTHER_CHAIN -> PaymentRefusal.NETWORK;
      case OTHER_CONTRACT, UNKNOWN_CHANNEL -> PaymentRefusal.CHANNEL_ID;
      case NOT_HIGHER, OTHER_PLACE -> PaymentRefusal.VOUCHER_PLACE;
      case ABOVE_DEPOSIT, WITHDRAWING -> PaymentRefusal.VOUCHER_UNCOVERED;
      case BUSY -> PaymentRefusal.CHANNEL_BUSY;
      case WRONG_SIGNATURE -> PaymentRefusal.VOUCHER_SIGNATURE;
    };
  }

  /** Whoever lost its place is told it, with the voucher that proves it. */
  Verification refused(VoucherRefusal refusal, Channel channel) {
    Optional<PayeeChannel> known = known(channel);
    Json.Obj extra = NOTHING;
    if (refusal == VoucherRefusal.OTHER_PLACE && known.isPresent()) {
      PayeeChannel end = known.get();
      extra = NOTHING.with("channelState", told(end));
      if (end.signature().isPresent()) {
        extra =
            extra.with(
                "voucherState",
                Json.object()
                    .put("signedMaxClaimable", end.paid().toString())
                    .put("signature", end.signature().get().toString())
                    .build());
      }
    }
    return new Verification.Refused(word(refusal), refusal.text(), extra);
  }

  private Json.Obj told(PayeeChannel end) {
    ChannelState state = end.state();
    long asked =
        state
            .withdrawal()
            .map(
                pending ->
                    pending
                        .from()
                        .instant()
                        .minus(end.channel().config().withdrawDelay())
                        .getEpochSecond())
            .orElse(0L);
    Json.Builder told =
        Json.object()
            .put("channelId", end.channel().id().toString())
            .put("balance", state.balance().toString())
            .put("totalClaimed", state.claimed().toString())
            .put("withdrawRequestedAt", asked);
    try {
      told.put("refundNonce", line.ledger().contract().refunds(end.channel()).toString());
    } catch (RpcException e) {
      told.put("refundNonce", "0");
    }
    return told.put("chargedCumulativeAmount", end.charged().toString()).build();
  }

  /** An answer was paid, or coins were given back. */
  SettlementResponse charged(
      Channel channel, Amount cost, Optional<Keccak256> transaction, Optional<Amount> moved) {
    return new SettlementResponse(
        true,
        Optional.empty(),
        transaction,
        terms.network(),
        Optional.of(channel.config().payer().toString()),
        Optional.of(moved.map(Amount::toString).orElse("")),
        NOTHING
            .with("chargedAmount", Json.of(cost.toString()))
            .with("channelState", known(channel).map(this::told).orElse(NOTHING)));
  }

  /** Nothing was charged or given back. */
  SettlementResponse failed(PaymentRefusal refusal, Channel channel) {
    return ChainTill.response(terms, refusal, Optional.of(channel.config().payer().toString()));
  }
}
