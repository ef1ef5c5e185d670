// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.settlement;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.math.BigInteger;
import java.util.Optional;

/**
 * What a transaction moved, as the record of an entry (docs/formats/payment-entry.md). Not yet
 * believed: the chain says whether it is so.
 *
 * @param chain the chain
 * @param account whose transaction it is
 * @param nonce its place among the account's transactions
 * @param contract that it calls
 * @param data of what it calls it with
 * @param purpose in the words of whoever wanted it: 1 to 200 printable ASCII characters
 * @param executed whether it had an effect beyond its fee
 * @param block the number of its block, at most 2^53 - 1
 * @param blockHash that block
 */
public record LoggedSettlement(
    ChainId chain,
    Address account,
    long nonce,
    Address contract,
    Keccak256 data,
    String purpose,
    boolean executed,
    long block,
    Keccak256 blockHash) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-settlement/1";

  /** The longest record in bytes. */
  public static final int LIMIT = 2_048;

  private static final long SAFE = (1L << 53) - 1;
  private static final String EXECUTED = "executed";
  private static final String REVERTED = "reverted";

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if something is outside of them
   */
  public LoggedSettlement {
    if (nonce < 0 || block < 0 || block > SAFE) {
      throw new IllegalArgumentException("a nonce and a block's number are counted from 0");
    }
    if (purpose.isEmpty()
        || purpose.length() > 200
        || !purpose.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("a purpose has 1 to 200 printable ASCII characters");
    }
  }

  /** The record. */
  public Json.Obj toJson() {
    return Json.object()
        .put("account", account.toString())
        .put("block", block)
        .put("blockHash", blockHash.toString())
        .put("chain", chain.number())
        .put("contract", contract.toString())
        .put("data", data.toString())
        .put("format", FORMAT)
        .put("nonce", Long.toString(nonce))
        .put("purpose", purpose)
        .put("state", executed ? EXECUTED : REVERTED)
        .build();
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** Reads the one encoding. */
  public static Parsed<LoggedSettlement> decode(byte[] bytes) {
    try {
      Members members = new Members("the settlement", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      LoggedSettlement read =
          new LoggedSettlement(
              Coin.chain(members, "chain"),
              Coin.address(members, "account"),
              nonce(members),
              Coin.address(members, "contract"),
              hash(members, "data"),
              members.string("purpose"),
              executed(members.string("state")),
              block(members),
              hash(members, "blockHash"));
      members.end();
      Members.requireSame(read.encode(), bytes);
      return new Parsed.Read<>(read);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("no settlement: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("no settlement: " + e.getMessage());
    }
  }

  private static boolean executed(String state) throws Members.MalformedException {
    return switch (state) {
      case EXECUTED -> true;
      case REVERTED -> false;
      default -> throw new Members.MalformedException("there is no state \"" + state + "\"");
    };
  }

  private static long nonce(Members members) throws Members.MalformedException {
    Optional<BigInteger> nonce =
        Amount.parse(members.string("nonce"))
            .map(Amount::units)
            .filter(units -> units.bitLength() <= 63);
    return nonce
        .orElseThrow(() -> new Members.MalformedException("\"nonce\" is no number of 63 bits"))
        .longValue();
  }

  private static long block(Members members) throws Members.MalformedException {
    if (members.value("block") instanceof Json.Num number
        && number.integral()
        && number.isSafeInteger()
        && number.value() >= 0) {
      return (long) number.value();
    }
    throw new Members.MalformedException("\"block\" is no block's number");
  }

  private static Keccak256 hash(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            Keccak256.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("it is not a hash")));
  }
}
