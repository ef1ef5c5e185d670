// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.Hex;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A transaction that is to happen once: docs/formats/intent.md.
 *
 * @param purpose what it is for; no other intent of the account has the same
 * @param nonce its place among the account's transactions
 * @param effect what it does
 * @param attempts its signed forms, oldest first
 * @param outcome what became of it
 */
public record Intent(
    Purpose purpose, long nonce, Effect effect, List<Attempt> attempts, Outcome outcome) {
  private static final int LIMIT = 4 << 20;

  /**
   * Copies the attempts.
   *
   * @throws IllegalArgumentException if there is none, or the nonce is negative
   */
  public Intent {
    attempts = List.copyOf(attempts);
    if (attempts.isEmpty() || nonce < 0) {
      throw new IllegalArgumentException("an intent has a nonce and a signed form");
    }
  }

  /** Whether nobody knows yet what becomes of it. */
  public boolean pending() {
    return outcome instanceof Outcome.Pending;
  }

  Attempt last() {
    return attempts.getLast();
  }

  Intent with(Attempt attempt) {
    List<Attempt> more = new ArrayList<>(attempts);
    more.add(attempt);
    return new Intent(purpose, nonce, effect, more, outcome);
  }

  Intent with(Outcome known) {
    return new Intent(purpose, nonce, effect, attempts, known);
  }

  /** The one encoding. */
  public byte[] encode() {
    Json.Builder intent = Json.object().put("version", 1).put("purpose", purpose.text());
    intent.put("nonce", Long.toString(nonce));
    intent.put("to", effect.to().<Json>map(to -> Json.of(to.toString())).orElse(Json.Null.VALUE));
    intent.put("value", effect.value().toString()).put("data", Hex.data(effect.data()));
    intent.put("attempts", Json.array(attempts.stream().map(Intent::encode).toList()));
    return CanonicalJson.bytes(intent.put("outcome", encode(outcome)).build());
  }

  private static Json encode(Attempt attempt) {
    return Json.object()
        .put("raw", Hex.data(attempt.raw()))
        .put("gasLimit", Long.toString(attempt.gasLimit()))
        .put("most", attempt.fees().most().toString())
        .put("priority", attempt.fees().priority().toString())
        .build();
  }

  private static Json encode(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Pending() -> Json.object().put("state", "pending").build();
      case Outcome.Executed(long block, Keccak256 hash) -> encode("executed", block, hash);
      case Outcome.Reverted(long block, Keccak256 hash) -> encode("reverted", block, hash);
      case Outcome.Displaced() -> Json.object().put("state", "displaced").build();
    };
  }

  private static Json encode(String state, long block, Keccak256 hash) {
    return Json.object()
        .put("state", state)
        .put("block", Long.toString(block))
        .put("blockHash", hash.toString())
        .build();
  }

  /** Reads the one encoding. */
  public static Parsed<Intent> parse(byte[] bytes) {
    try {
      Members members = new Members("the intent", Members.parse(bytes, LIMIT));
      if (members.count("version", 1) != 1) {
        throw new Members.MalformedException("an intent of another version");
      }
      Intent intent =
          new Intent(
              members.typed("purpose", Purpose::new),
              number(members, "nonce"),
              effect(members),
              attempts(members.array("attempts")),
              outcome(members.object("outcome")));
      members.end();
      Members.requireSame(intent.encode(), bytes);
      return new Parsed.Read<>(intent);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not an intent: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not an intent: " + e.getMessage());
    }
  }

  private static Effect effect(Members members) throws Members.MalformedException {
    Optional<Address> to = Optional.empty();
    if (!(members.value("to") instanceof Json.Null)) {
      to = Optional.of(members.typed("to", text -> required(Address.parse(text), "an address")));
    }
    return Effect.of(to, amount(members, "value"), data(members, "data"));
  }

  private static List<Attempt> attempts(Json.Arr items) throws Members.MalformedException {
    List<Attempt> attempts = new ArrayList<>();
    for (Json item : items.items()) {
      Members members = new Members("an attempt", item);
      byte[] raw = data(members, "raw");
      if (raw.length == 0 || raw[0] != 2) {
        throw new Members.MalformedException("an attempt that is no transaction of type 2");
      }
      attempts.add(
          new Attempt(
              new Fees(amount(members, "most"), amount(members, "priority")),
              number(members, "gasLimit"),
              raw));
      members.end();
    }
    return attempts;
  }

  private static Outcome outcome(Members members) throws Members.MalformedException {
    String state = members.string("state");
    Outcome outcome =
        switch (state) {
          case "pending" -> new Outcome.Pending();
          case "executed" -> new Outcome.Executed(number(members, "block"), hash(members));
          case "reverted" -> new Outcome.Reverted(number(members, "block"), hash(members));
          case "displaced" -> new Outcome.Displaced();
          default -> throw new Members.MalformedException("an unknown outcome '" + state + "'");
        };
    members.end();
    return outcome;
  }

  private static Keccak256 hash(Members members) throws Members.MalformedException {
    return Keccak256.of(data(members, "blockHash"));
  }

  private static Amount amount(Members members, String name) throws Members.MalformedException {
    return members.typed(name, text -> required(Amount.parse(text), "a plain number"));
  }

  private static long number(Members members, String name) throws Members.MalformedException {
    Amount amount = amount(members, name);
    if (amount.units().bitLength() > 63) {
      throw new Members.MalformedException("\"" + name + "\" has more than 63 bits");
    }
    return amount.units().longValue();
  }

  private static byte[] data(Members members, String name) throws Members.MalformedException {
    return members.typed(name, text -> required(Hex.data(text), "0x and hexadecimal digits"));
  }

  private static <T> T required(Optional<T> value, String due) {
    return value.orElseThrow(() -> new IllegalArgumentException("it is not " + due));
  }

  /**
   * What an intent is for, in the words of whoever wants it.
   *
   * @param text 1 to 200 printable ASCII characters
   */
  public record Purpose(String text) {
    /**
     * Checks the characters.
     *
     * @throws IllegalArgumentException if there are none, too many or others
     */
    public Purpose {
      if (text.isEmpty()
          || text.length() > 200
          || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
        throw new IllegalArgumentException("a purpose has 1 to 200 printable ASCII characters");
      }
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
