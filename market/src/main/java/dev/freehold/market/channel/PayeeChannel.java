// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.Optional;

/**
 * What a seller keeps of a channel: the best voucher is here before it serves for it.
 *
 * @param channel the channel
 * @param state what the chain held of it when it was last asked
 * @param paid the amount of the best voucher
 * @param signature of the best voucher, already checked; empty where there is none
 * @param due how much of it is ours: all where each answer had vouchers of its own; where one was
 *     for more than its answer cost, less
 * @param served the worth of what was served in all, at most: while the seller runs, all that is
 *     due counts as served here
 */
public record PayeeChannel(
    Channel channel,
    ChannelState state,
    Amount paid,
    Optional<PaymentSignature> signature,
    Amount due,
    Amount served)
    implements ChannelEnd {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-payee-channel/1";

  private static final int LIMIT = 16 << 10;

  /**
   * Checks that amount and signature go together.
   *
   * @throws IllegalArgumentException if there is one of them only, or more is due than was signed
   */
  public PayeeChannel {
    if (!paid.fitsChannel() || paid.equals(Amount.ZERO) != signature.isEmpty()) {
      throw new IllegalArgumentException(
          "a best voucher has an amount and a signature, or neither");
    }
    if (due.compareTo(paid) > 0) {
      throw new IllegalArgumentException("no more is due than was signed");
    }
  }

  /** A channel without voucher. What was claimed of it before was served before. */
  public static PayeeChannel fresh(Channel channel, ChannelState state) {
    return new PayeeChannel(
        channel, state, Amount.ZERO, Optional.empty(), Amount.ZERO, state.claimed());
  }

  /** What can be claimed; empty where that is nothing more than the chain has already. */
  public Optional<Claimable> claimable() {
    return due.compareTo(state.claimed()) <= 0
        ? Optional.empty()
        : best().map(voucher -> new Claimable(channel, voucher, due));
  }

  /** The best voucher that was taken, claimed or not. */
  public Optional<SignedVoucher> best() {
    return signature.map(
        given ->
            new SignedVoucher(
                channel.chain(), channel.contract(), new Voucher(channel.id(), paid), given));
  }

  /** The same, with what the chain holds of it now. */
  public PayeeChannel with(ChannelState seen) {
    return new PayeeChannel(channel, seen, paid, signature, due, served);
  }

  /** From where the next voucher starts: what was charged, or claimed by a voucher that we lost. */
  public Amount charged() {
    return due.atLeast(state.claimed());
  }

  /** The same with another voucher, if that is for more. */
  PayeeChannel with(Amount offered, PaymentSignature checked) {
    return offered.compareTo(paid) <= 0
        ? this
        : new PayeeChannel(channel, state, offered, Optional.of(checked), due, served);
  }

  PayeeChannel owing(Amount total) {
    return new PayeeChannel(channel, state, paid, signature, total, served);
  }

  PayeeChannel serving(Amount total) {
    return new PayeeChannel(channel, state, paid, signature, due, total);
  }

  @Override
  public byte[] encode() {
    return CanonicalJson.bytes(
        Json.object()
            .put("channel", channel.toJson())
            .put("due", due.toString())
            .put("format", FORMAT)
            .put("paid", paid.toString())
            .put("served", served.toString())
            .put(
                "signature",
                signature.<Json>map(given -> Json.of(given.toString())).orElse(Json.Null.VALUE))
            .put("state", state.toJson())
            .build());
  }

  /** Reads the one encoding. */
  public static Parsed<PayeeChannel> decode(byte[] bytes) {
    try {
      Members members = new Members("the channel", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      Optional<PaymentSignature> signature =
          members.value("signature") instanceof Json.Null
              ? Optional.empty()
              : Optional.of(
                  members.typed(
                      "signature",
                      text ->
                          PaymentSignature.parse(text)
                              .orElseThrow(
                                  () -> new IllegalArgumentException("it is no signature"))));
      PayeeChannel end =
          new PayeeChannel(
              Channel.read(members.object("channel")),
              ChannelState.read(members.object("state")),
              Coin.amount(members, "paid"),
              signature,
              Coin.amount(members, "due"),
              Coin.amount(members, "served"));
      members.end();
      Members.requireSame(end.encode(), bytes);
      return new Parsed.Read<>(end);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a payee's channel: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not a payee's channel: " + e.getMessage());
    }
  }
}
