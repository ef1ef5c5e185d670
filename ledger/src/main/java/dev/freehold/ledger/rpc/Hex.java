// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.rpc;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Optional;

/** The two ways in which JSON-RPC writes numbers and bytes. */
public final class Hex {
  private Hex() {}

  /** A quantity: 0x and hexadecimal digits without leading zeros. */
  public static String quantity(BigInteger number) {
    return "0x" + number.toString(16);
  }

  /** A quantity of at most 256 bits; empty for everything else. */
  public static Optional<BigInteger> quantity(String text) {
    if (text.length() < 3
        || text.length() > 66
        || !text.startsWith("0x")
        || (text.charAt(2) == '0' && text.length() > 3)
        || !digits(text)) {
      return Optional.empty();
    }
    return Optional.of(new BigInteger(text.substring(2), 16));
  }

  /** Bytes: 0x and two digits for each. */
  public static String data(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  /** Bytes; empty for everything that is not written so. */
  public static Optional<byte[]> data(String text) {
    if (text.length() % 2 != 0 || !text.startsWith("0x") || !digits(text)) {
      return Optional.empty();
    }
    return Optional.of(HexFormat.of().parseHex(text, 2, text.length()));
  }

  private static boolean digits(String text) {
    return text.chars().skip(2).allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
}
