// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.account;

import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;

/** A message of an account's stream. */
public sealed interface AccountMessage {
  /** The longest, in bytes. */
  int LIMIT = 8192;

  /** Characters of a reason at most. */
  int REASON = 500;

  /**
   * The buyer pays from this channel.
   *
   * @param channel all of it, so that the seller can ask the chain
   * @param binding of the buyer's, not yet believed
   */
  record Open(Channel channel, KeyBinding binding) implements AccountMessage {}

  /**
   * The buyer pays.
   *
   * @param voucher not yet believed
   */
  record Pay(SignedVoucher voucher) implements AccountMessage {}

  /**
   * The seller serves from this channel.
   *
   * @param channel which one
   * @param paid of the best voucher it has
   * @param served the worth of what it served in all
   */
  record Opened(ChannelId channel, Amount paid, Amount served) implements AccountMessage {}

  /**
   * The seller has a voucher.
   *
   * @param channel whose
   * @param paid of the best one
   */
  record Taken(ChannelId channel, Amount paid) implements AccountMessage {}

  /**
   * The seller did nothing.
   *
   * @param channel of which the message was
   * @param reason for a person
   */
  record Refused(ChannelId channel, String reason) implements AccountMessage {
    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if it is none or too long
     */
    public Refused {
      if (reason.isEmpty() || reason.length() > REASON) {
        throw new IllegalArgumentException("a reason has 1 to " + REASON + " characters");
      }
    }
  }

  /** The one encoding. */
  default byte[] encode() {
    Json.Builder json = Json.object();
    return CanonicalJson.bytes(
        switch (this) {
          case Open(Channel channel, KeyBinding binding) ->
              json.put("binding", binding.toJson())
                  .put("channel", channel.toJson())
                  .put("type", "open")
                  .build();
          case Pay(SignedVoucher voucher) ->
              json.put("amount", voucher.voucher().maxClaimable().toString())
                  .put("chain", voucher.chain().number())
                  .put("channel", voucher.voucher().channel().toString())
                  .put("contract", voucher.contract().toString())
                  .put("signature", voucher.signature().toString())
                  .put("type", "pay")
                  .build();
          case Opened(ChannelId channel, Amount paid, Amount served) ->
              json.put("channel", channel.toString())
                  .put("paid", paid.toString())
                  .put("served", served.toString())
                  .put("type", "opened")
                  .build();
          case Taken(ChannelId channel, Amount paid) ->
              json.put("channel", channel.toString())
                  .put("paid", paid.toString())
                  .put("type", "taken")
                  .build();
          case Refused(ChannelId channel, String reason) ->
              json.put("channel", channel.toString())
                  .put("reason", reason)
                  .put("type", "refused")
                  .build();
        });
  }

  /** Reads the one encoding. */
  static Parsed<AccountMessage> decode(byte[] bytes) {
    try {
      Members members = new Members("the message", Members.parse(bytes, LIMIT));
      AccountMessage message = read(members);
      members.end();
      Members.requireSame(message.encode(), bytes);
      return new Parsed.Read<>(message);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("no message of an account: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("no message of an account: " + e.getMessage());
    }
  }

  private static AccountMessage read(Members members) throws Members.MalformedException {
    String type = members.string("type");
    return switch (type) {
      case "open" ->
          new Open(
              Channel.read(members.object("channel")), KeyBinding.read(members.object("binding")));
      case "pay" ->
          new Pay(
              new SignedVoucher(
                  Coin.chain(members, "chain"),
                  Coin.address(members, "contract"),
                  new Voucher(id(members), Coin.amount(members, "amount")),
                  members.typed("signature", AccountMessage::signature)));
      case "opened" ->
          new Opened(id(members), Coin.amount(members, "paid"), Coin.amount(members, "served"));
      case "taken" -> new Taken(id(members), Coin.amount(members, "paid"));
      case "refused" -> new Refused(id(members), members.string("reason"));
      default -> throw new Members.MalformedException("there is no type \"" + type + "\"");
    };
  }

  private static ChannelId id(Members members) throws Members.MalformedException {
    return members.typed("channel", AccountMessage::id);
  }

  private static ChannelId id(String text) {
    return ChannelId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no channel's id"));
  }

  private static PaymentSignature signature(String text) {
    return PaymentSignature.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no signature"));
  }
}
