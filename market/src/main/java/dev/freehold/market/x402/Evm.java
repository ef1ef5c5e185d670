// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** Reads the members that payloads on EVM chains are made of. */
final class Evm {
  private static final String HEX = "0x[0-9a-fA-F]*";

  private Evm() {}

  static Address address(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            address(text).orElseThrow(() -> new IllegalArgumentException("it is not an address")));
  }

  /** All lower-case, or with the right checksum. */
  static Optional<Address> address(String text) {
    if (text.matches("0x[0-9a-f]{40}")) {
      return Optional.of(Address.of(HexFormat.of().parseHex(text, 2, text.length())));
    }
    return Address.parse(text);
  }

  static Amount amount(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            Amount.parse(text)
                .orElseThrow(
                    () -> new IllegalArgumentException("it is not an amount in plain digits")));
  }

  static Amount channelAmount(Members members, String name) throws Members.MalformedException {
    Amount amount = amount(members, name);
    if (!amount.fitsChannel()) {
      throw new Members.MalformedException("\"" + name + "\" has more than 128 bits");
    }
    return amount;
  }

  static Keccak256 word(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text -> {
          if (text.length() != 2 + 2 * Keccak256.BYTES || !text.matches(HEX)) {
            throw new IllegalArgumentException("it is not 0x and 64 hexadecimal digits");
          }
          return Keccak256.of(HexFormat.of().parseHex(text, 2, text.length()));
        });
  }

  static PaymentSignature signature(Members members, String name)
      throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            PaymentSignature.parse(text.toLowerCase(Locale.ROOT))
                .orElseThrow(
                    () -> new IllegalArgumentException("it is not the signature of a key")));
  }

  /** An object that is handed on as it is; empty where it is missing. */
  static Json.Obj open(Members members, String name) throws Members.MalformedException {
    return members.has(name) ? members.members(name) : Json.object().build();
  }

  static Optional<String> text(Members members, String name) throws Members.MalformedException {
    return members.has(name) ? Optional.of(members.string(name)) : Optional.empty();
  }

  static void version(Members members) throws Members.MalformedException {
    if (members.count("x402Version", 0) != PaymentRequired.VERSION) {
      throw new Members.MalformedException("another version of x402 than 2");
    }
  }
}
