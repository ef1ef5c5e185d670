// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The mandate under which a home buys, and of each that it ever took up from where its spending
 * counts (docs/formats/budget.md).
 *
 * @param current the one in use; empty where there is none
 * @param known of mandates that have not expired, by their digests
 */
public record BudgetBook(Optional<Grant> current, SortedMap<Digest, Taken> known) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-budget/1";

  /** The longest file in bytes. */
  public static final int LIMIT = 1 << 20;

  /** So many mandates are known at a time. */
  public static final int KNOWN = 256;

  private static final Comparator<Digest> ORDER = Comparator.comparing(Digest::toString);

  /** No mandate was ever taken up. */
  public static final BudgetBook EMPTY = new BudgetBook(Optional.empty(), new TreeMap<>(ORDER));

  /**
   * Since when a mandate counts.
   *
   * @param expires when it may be forgotten
   * @param before what had been spent when it was first taken up
   */
  public record Taken(Timestamp expires, Spent before) {}

  /**
   * Copies and orders.
   *
   * @throws IllegalArgumentException if the mandate in use is not among those known, or there are
   *     too many
   */
  public BudgetBook {
    SortedMap<Digest, Taken> copy = new TreeMap<>(ORDER);
    copy.putAll(known);
    known = Collections.unmodifiableSortedMap(copy);
    if (known.size() > KNOWN) {
      throw new IllegalArgumentException(
          "more than " + KNOWN + " mandates were taken up that have not expired");
    }
    if (current.isPresent() && !known.containsKey(current.get().acting().digest())) {
      throw new IllegalArgumentException("the mandate in use is not among those known");
    }
  }

  /**
   * A copy in which a mandate is in use. One that was in use before counts from where it counted
   * then: laying it aside gives nothing back.
   *
   * @param spent all that was ever spent, until now
   * @throws IllegalArgumentException if too many are known
   */
  public BudgetBook taking(Grant grant, Spent spent, Timestamp now) {
    SortedMap<Digest, Taken> kept = new TreeMap<>(ORDER);
    known.forEach(
        (digest, taken) -> {
          if (taken.expires().compareTo(now) >= 0) {
            kept.put(digest, taken);
          }
        });
    Mandate acting = grant.acting();
    Taken before = known.get(acting.digest());
    kept.put(acting.digest(), before == null ? new Taken(acting.terms().expires(), spent) : before);
    return new BudgetBook(Optional.of(grant), kept);
  }

  /** A copy in which none is in use. */
  public BudgetBook without() {
    return new BudgetBook(Optional.empty(), known);
  }

  /** All that may ever be spent under the mandate in use. */
  Spent most(Grant grant) {
    Taken taken = Objects.requireNonNull(known.get(grant.acting().digest()));
    return taken.before().plus(grant.allowed());
  }

  /** The one encoding. */
  public byte[] encode() {
    List<Json> items = new ArrayList<>();
    for (Map.Entry<Digest, Taken> entry : known.entrySet()) {
      Spent before = entry.getValue().before();
      items.add(
          Json.object()
              .put("answers", before.answers().toString())
              .put("expires", entry.getValue().expires().toString())
              .put("mandate", entry.getKey().toString())
              .put("pay", before.pay().toString())
              .put("tokens", before.tokens().toString())
              .build());
    }
    return CanonicalJson.bytes(
        Json.object()
            .put("current", current.<Json>map(BudgetBook::json).orElse(Json.Null.VALUE))
            .put("format", FORMAT)
            .put("known", Json.array(items))
            .build());
  }

  private static Json json(Grant grant) {
    return Json.object()
        .put("coin", grant.coin().toJson())
        .put("decimals", grant.decimals())
        .put(
            "mandates",
            Json.array(grant.chain().mandates().stream().<Json>map(Mandate::toJson).toList()))
        .put("owner", grant.owner().toString())
        .put(
            "revocations",
            Json.array(grant.revocations().stream().<Json>map(Revocation::toJson).toList()))
        .build();
  }

  /** Reads the one encoding. */
  public static Parsed<BudgetBook> decode(byte[] bytes) {
    try {
      Members members = new Members("the budget", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      Optional<Grant> current =
          members.value("current") instanceof Json.Null
              ? Optional.empty()
              : Optional.of(grant(members.object("current")));
      SortedMap<Digest, Taken> known = new TreeMap<>(ORDER);
      for (Json item : members.array("known").items()) {
        Members one = new Members("a known mandate", item);
        known.put(
            one.digest("mandate"),
            new Taken(
                one.typed("expires", Timestamp::parse),
                new Spent(
                    Coin.amount(one, "pay"),
                    Coin.amount(one, "answers"),
                    Coin.amount(one, "tokens"))));
        one.end();
      }
      members.end();
      BudgetBook book = new BudgetBook(current, known);
      Members.requireSame(book.encode(), bytes);
      return new Parsed.Read<>(book);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a budget: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not a budget: " + e.getMessage());
    }
  }

  private static Grant grant(Members members) throws Members.MalformedException {
    List<Mandate> mandates = new ArrayList<>();
    for (Json item : members.array("mandates").items()) {
      mandates.add(read(Mandate.decode(CanonicalJson.bytes(item))));
    }
    List<Revocation> revocations = new ArrayList<>();
    for (Json item : members.array("revocations").items()) {
      revocations.add(read(Revocation.decode(CanonicalJson.bytes(item))));
    }
    Grant grant =
        new Grant(
            Coin.read(members.object("coin")),
            members.count("decimals", 0),
            Owner.parse(members.string("owner"))
                .orElseThrow(() -> new Members.MalformedException("\"owner\" names no owner")),
            new MandateChain(mandates),
            revocations);
    members.end();
    return grant;
  }

  private static <T> T read(Parsed<T> parsed) throws Members.MalformedException {
    return switch (parsed) {
      case Parsed.Read<T>(T value) -> value;
      case Parsed.Malformed<T>(String reason) -> throw new Members.MalformedException(reason);
    };
  }
}
