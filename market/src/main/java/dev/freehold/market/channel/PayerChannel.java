// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.spending.Spent;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * What a buyer keeps of a channel: the amount of its highest voucher is here before that voucher
 * leaves.
 *
 * @param channel the channel
 * @param state what the chain held of it when it was last asked
 * @param signed the amount of the highest voucher that may be in other hands
 * @param day of the last voucher, in UTC; a day before the first one
 * @param before how much was signed before that day
 * @param answers how many answers it was signed for
 * @param tokens how many tokens they put out, as far as they were paid
 */
public record PayerChannel(
    Channel channel,
    ChannelState state,
    Amount signed,
    LocalDate day,
    Amount before,
    Amount answers,
    Amount tokens)
    implements ChannelEnd {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-payer-channel/2";

  private static final int LIMIT = 16 << 10;

  /**
   * Checks the amounts.
   *
   * @throws IllegalArgumentException if they can't be
   */
  public PayerChannel {
    if (!signed.fitsChannel() || before.compareTo(signed) > 0) {
      throw new IllegalArgumentException("what was signed before is part of what was signed");
    }
    if (day.getYear() < 1970 || day.getYear() > 9999) {
      throw new IllegalArgumentException("a day lies between the years 1970 and 9999");
    }
  }

  /** A channel of which nothing is signed yet. */
  public static PayerChannel fresh(Channel channel, ChannelState state) {
    return new PayerChannel(
        channel, state, Amount.ZERO, LocalDate.EPOCH, Amount.ZERO, Amount.ZERO, Amount.ZERO);
  }

  /** How much was signed on a day that is not before {@link #day}. */
  Amount spentOn(LocalDate today) {
    return today.equals(day) ? signed.less(before) : Amount.ZERO;
  }

  /** All that it was spent on. */
  public Spent spent() {
    return new Spent(signed, answers, tokens);
  }

  /** So much more, today. */
  PayerChannel signing(Spent more, LocalDate today) {
    return new PayerChannel(
        channel,
        state,
        signed.plus(more.pay()),
        today,
        today.equals(day) ? before : signed,
        answers.plus(more.answers()),
        tokens.plus(more.tokens()));
  }

  /** The same, with what the chain holds of it now. */
  public PayerChannel with(ChannelState seen) {
    return new PayerChannel(channel, seen, signed, day, before, answers, tokens);
  }

  @Override
  public byte[] encode() {
    return CanonicalJson.bytes(
        Json.object()
            .put("answers", answers.toString())
            .put("before", before.toString())
            .put("channel", channel.toJson())
            .put("day", day.toString())
            .put("format", FORMAT)
            .put("signed", signed.toString())
            .put("state", state.toJson())
            .put("tokens", tokens.toString())
            .build());
  }

  /** Reads the one encoding. */
  public static Parsed<PayerChannel> decode(byte[] bytes) {
    try {
      Members members = new Members("the channel", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      PayerChannel end =
          new PayerChannel(
              Channel.read(members.object("channel")),
              ChannelState.read(members.object("state")),
              Coin.amount(members, "signed"),
              members.typed("day", PayerChannel::day),
              Coin.amount(members, "before"),
              Coin.amount(members, "answers"),
              Coin.amount(members, "tokens"));
      members.end();
      Members.requireSame(end.encode(), bytes);
      return new Parsed.Read<>(end);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a payer's channel: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not a payer's channel: " + e.getMessage());
    }
  }

  private static LocalDate day(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("it is not a day as 2026-11-29", e);
    }
  }
}
