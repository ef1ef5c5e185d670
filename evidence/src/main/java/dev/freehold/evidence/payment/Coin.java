// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Address;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Members;

/**
 * In what is paid: a token, through the payment channels of one contract on one chain.
 *
 * @param chain the chain
 * @param contract the payment channels
 * @param token the ERC-20
 */
public record Coin(ChainId chain, Address contract, Address token) {
  /** As formats embed it. */
  public Json.Obj toJson() {
    return Json.object()
        .put("chain", chain.number())
        .put("contract", contract.toString())
        .put("token", token.toString())
        .build();
  }

  /** Reads all members of {@link #toJson}. */
  public static Coin read(Members members) throws Members.MalformedException {
    Coin coin =
        new Coin(chain(members, "chain"), address(members, "contract"), address(members, "token"));
    members.end();
    return coin;
  }

  /** A member that is a chain's number. */
  public static ChainId chain(Members members, String name) throws Members.MalformedException {
    if (members.value(name) instanceof Json.Num number
        && number.integral()
        && number.isSafeInteger()
        && number.value() >= 1) {
      return new ChainId((long) number.value());
    }
    throw new Members.MalformedException("\"" + name + "\" is not a chain's number");
  }

  /** A member that is an address with its checksum. */
  public static Address address(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            Address.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("it is not an address")));
  }

  /** A member that is an amount in plain decimal digits. */
  public static Amount amount(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            Amount.parse(text)
                .orElseThrow(
                    () -> new IllegalArgumentException("it is not an amount in plain digits")));
  }
}
