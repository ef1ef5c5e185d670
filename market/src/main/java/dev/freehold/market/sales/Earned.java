// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.sales;

import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a machine's selling brought, as it tells its owner's other machines
 * (docs/formats/earned.md). Nothing of it is signed: it is that machine's word.
 *
 * @param days of which it tells
 * @param busy how long the machine worked for buyers in them, to the second
 * @param wattHours that this took, by the owner's estimate; empty where there is none
 * @param coins at most {@value #COINS}, each once
 */
public record Earned(int days, Duration busy, OptionalInt wattHours, List<In> coins) {
  /** The longest encoding in bytes. */
  public static final int LIMIT = 16_384;

  /** Coins at most. */
  public static final int COINS = 16;

  private static final String FORMAT = "freehold-earned/1";
  private static final int MOST_DAYS = 3660;

  /**
   * What was earned in one coin.
   *
   * @param answers that were sold
   * @param sold what they cost by the offers, paid or not
   * @param claimed what was claimed of channels, ever
   * @param unclaimed what vouchers promise beyond that
   */
  public record In(Coin coin, int answers, Amount sold, Amount claimed, Amount unclaimed) {
    /** Refuses less than no answers. */
    public In {
      if (answers < 0) {
        throw new IllegalArgumentException("nobody sells " + answers + " answers");
      }
    }

    private Json toJson() {
      return Json.object()
          .put("answers", answers)
          .put("claimed", claimed.toString())
          .put("coin", coin.toJson())
          .put("sold", sold.toString())
          .put("unclaimed", unclaimed.toString())
          .build();
    }

    private static In read(Json value) throws Members.MalformedException {
      Members members = new Members("coins", value);
      In in =
          new In(
              Coin.read(members.object("coin")),
              members.count("answers", 0),
              Coin.amount(members, "sold"),
              Coin.amount(members, "claimed"),
              Coin.amount(members, "unclaimed"));
      members.end();
      return in;
    }
  }

  /**
   * Cuts off what is finer than a second, and checks the ranges.
   *
   * @throws IllegalArgumentException if one is left
   */
  public Earned {
    busy = Duration.ofSeconds(busy.toSeconds());
    coins = List.copyOf(coins);
    Set<Coin> seen = new HashSet<>();
    if (days < 1
        || days > MOST_DAYS
        || busy.isNegative()
        || busy.compareTo(Duration.ofDays(days)) > 0
        || wattHours.orElse(0) < 0
        || coins.size() > COINS
        || !coins.stream().allMatch(in -> seen.add(in.coin()))) {
      throw new IllegalArgumentException("nobody earns so");
    }
  }

  /** The one encoding. */
  public byte[] encode() {
    Json.Builder told =
        Json.object()
            .put("busySeconds", busy.toSeconds())
            .put("coins", Json.array(coins.stream().map(In::toJson).toList()))
            .put("days", days)
            .put("format", FORMAT);
    if (wattHours.isPresent()) {
      told.put("wattHours", wattHours.getAsInt());
    }
    return CanonicalJson.bytes(told.build());
  }

  /** Reads the one encoding. */
  public static Parsed<Earned> decode(byte[] bytes) {
    try {
      Members members = new Members("what was earned", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        return new Parsed.Malformed<>("not in the format " + FORMAT);
      }
      List<In> coins = new ArrayList<>();
      for (Json each : members.array("coins").items()) {
        coins.add(In.read(each));
      }
      Earned earned =
          new Earned(
              members.count("days", 1),
              Duration.ofSeconds(members.count("busySeconds", 0)),
              members.has("wattHours")
                  ? OptionalInt.of(members.count("wattHours", 0))
                  : OptionalInt.empty(),
              coins);
      members.end();
      Members.requireSame(earned.encode(), bytes);
      return new Parsed.Read<>(earned);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not what was earned: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not what was earned: " + e.getMessage());
    }
  }
}
