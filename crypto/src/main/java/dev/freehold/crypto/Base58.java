// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.math.BigInteger;
import java.util.Optional;

/**
 * Base58 in Bitcoin's alphabet, for numbers whose first byte is not zero: such as the keys in a
 * {@code did:key}, which begin with their multicodec.
 */
public final class Base58 {
  private static final String ALPHABET =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final BigInteger BASE = BigInteger.valueOf(58);

  private Base58() {}

  /** The digits of a big-endian number. */
  public static String encode(byte[] bytes) {
    StringBuilder digits = new StringBuilder();
    BigInteger value = new BigInteger(1, bytes);
    while (value.signum() > 0) {
      BigInteger[] parts = value.divideAndRemainder(BASE);
      digits.append(ALPHABET.charAt(parts[1].intValue()));
      value = parts[0];
    }
    return digits.reverse().toString();
  }

  /** Reads digits whose number takes exactly {@code length} bytes; empty for all others. */
  public static Optional<byte[]> decode(String digits, int length) {
    if (digits.length() > 2 * length) {
      return Optional.empty();
    }
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < digits.length(); i++) {
      int digit = ALPHABET.indexOf(digits.charAt(i));
      if (digit < 0) {
        return Optional.empty();
      }
      value = value.multiply(BASE).add(BigInteger.valueOf(digit));
    }
    byte[] signed = value.toByteArray();
    int zero = signed.length > 1 && signed[0] == 0 ? 1 : 0;
    byte[] bytes = java.util.Arrays.copyOfRange(signed, zero, signed.length);
    return bytes.length == length && encode(bytes).equals(digits)
        ? Optional.of(bytes)
        : Optional.empty();
  }
}
