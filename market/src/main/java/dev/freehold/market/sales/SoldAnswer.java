// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.sales;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.util.Optional;

/**
 * One answer that was sold, whole or broken off.
 *
 * @param time when it ended
 * @param model digest of the model's file
 * @param coin in which it is paid
 * @param channel through which; empty where it was paid at once (x402 {@code exact})
 * @param counts of its tokens
 * @param amount what they cost by the offer, paid or not
 * @param busy how long the machine worked at it: to the millisecond, at most 24 days
 * @param receipt of the answer; empty in lines that were written before they named it
 */
public record SoldAnswer(
    Timestamp time,
    Digest model,
    Coin coin,
    Optional<ChannelId> channel,
    TokenCounts counts,
    Amount amount,
    Duration busy,
    Optional<ReceiptId> receipt) {
  /** The longest line in bytes, without its line feed. */
  static final int LIMIT = 1024;

  /**
   * Cuts off what is finer than a millisecond, and checks the ranges.
   *
   * @throws IllegalArgumentException if one is left
   */
  public SoldAnswer {
    busy = Duration.ofMillis(busy.toMillis());
    if (busy.isNegative() || busy.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a machine works at an answer for 0 to 24 days");
    }
  }

  /** The one encoding, without the line feed. */
  public byte[] encode() {
    Json.Builder line =
        Json.object()
            .put("amount", amount.toString())
            .put(
                "channel",
                channel.<Json>map(each -> Json.of(each.toString())).orElse(Json.Null.VALUE))
            .put("coin", coin.toJson())
            .put("input", counts.input())
            .put("millis", busy.toMillis())
            .put("model", model.toString())
            .put("output", counts.output())
            .put("time", time.toString());
    receipt.ifPresent(id -> line.put("receipt", id.text()));
    return CanonicalJson.bytes(line.build());
  }

  /** Reads the one encoding. */
  public static Parsed<SoldAnswer> decode(byte[] bytes) {
    try {
      Members members = new Members("the line", Members.parse(bytes, LIMIT));
      Optional<ChannelId> channel =
          members.value("channel") instanceof Json.Null
              ? Optional.empty()
              : Optional.of(
                  members.typed(
                      "channel",
                      text ->
                          ChannelId.parse(text)
                              .orElseThrow(
                                  () -> new IllegalArgumentException("it is no channel's id"))));
      SoldAnswer answer =
          new SoldAnswer(
              members.typed("time", Timestamp::parse),
              members.digest("model"),
              Coin.read(members.object("coin")),
              channel,
              new TokenCounts(members.count("input", 0), members.count("output", 0)),
              Coin.amount(members, "amount"),
              Duration.ofMillis(members.count("millis", 0)),
              members.has("receipt")
                  ? Optional.of(members.typed("receipt", ReceiptId::new))
                  : Optional.empty());
      members.end();
      Members.requireSame(answer.encode(), bytes);
      return new Parsed.Read<>(answer);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a sold answer: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not a sold answer: " + e.getMessage());
    }
  }
}
