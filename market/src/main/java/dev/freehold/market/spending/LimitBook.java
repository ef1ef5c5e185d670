// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The limits of all coins (docs/formats/channel-end.md).
 *
 * @param coins by coin, in the order of the file
 */
public record LimitBook(SortedMap<Coin, SpendingLimits> coins) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-spending-limits/1";

  private static final int LIMIT = 64 << 10;
  private static final Comparator<Coin> ORDER =
      Comparator.<Coin>comparingLong(coin -> coin.chain().number())
          .thenComparing(coin -> coin.contract().toString())
          .thenComparing(coin -> coin.token().toString());

  /** No coin: nothing may be spent. */
  public static final LimitBook EMPTY = new LimitBook(new TreeMap<>(ORDER));

  /** Copies and orders. */
  public LimitBook {
    SortedMap<Coin, SpendingLimits> copy = new TreeMap<>(ORDER);
    copy.putAll(coins);
    coins = Collections.unmodifiableSortedMap(copy);
  }

  /** A copy with other limits of one coin. */
  public LimitBook with(Coin coin, SpendingLimits limits) {
    SortedMap<Coin, SpendingLimits> copy = new TreeMap<>(coins);
    copy.put(coin, limits);
    return new LimitBook(copy);
  }

  /** A copy without one coin. */
  public LimitBook without(Coin coin) {
    SortedMap<Coin, SpendingLimits> copy = new TreeMap<>(coins);
    copy.remove(coin);
    return new LimitBook(copy);
  }

  /** The one encoding. */
  public byte[] encode() {
    List<Json> items = new ArrayList<>();
    for (Map.Entry<Coin, SpendingLimits> entry : coins.entrySet()) {
      items.add(
          Json.object()
              .put("answer", entry.getValue().answer().toString())
              .put("coin", entry.getKey().toJson())
              .put("day", entry.getValue().day().toString())
              .put("peer", entry.getValue().peer().toString())
              .build());
    }
    return CanonicalJson.bytes(
        Json.object().put("coins", Json.array(items)).put("format", FORMAT).build());
  }

  /** Reads the one encoding. */
  public static Parsed<LimitBook> decode(byte[] bytes) {
    try {
      Members members = new Members("the limits", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      SortedMap<Coin, SpendingLimits> coins = new TreeMap<>(ORDER);
      for (Json item : members.array("coins").items()) {
        Members one = new Members("a coin's limits", item);
        coins.put(
            Coin.read(one.object("coin")),
            new SpendingLimits(
                Coin.amount(one, "answer"), Coin.amount(one, "day"), Coin.amount(one, "peer")));
        one.end();
      }
      members.end();
      LimitBook book = new LimitBook(coins);
      Members.requireSame(book.encode(), bytes);
      return new Parsed.Read<>(book);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not spending limits: " + e.reason());
    }
  }
}
