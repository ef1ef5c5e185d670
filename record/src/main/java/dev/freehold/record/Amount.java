// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.math.BigInteger;
import java.util.Optional;

/**
 * An amount of a token or of a chain's own coin, in its smallest unit: what an EVM holds in 256
 * bits.
 *
 * @param units from 0 to 2^256 - 1
 */
public record Amount(BigInteger units) implements Comparable<Amount> {
  /** Nothing. */
  public static final Amount ZERO = new Amount(BigInteger.ZERO);

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is negative or has more than 256 bits
   */
  public Amount {
    if (units.signum() < 0 || units.bitLength() > 256) {
      throw new IllegalArgumentException("an amount has 256 bits and no sign, this is " + units);
    }
  }

  /** An amount that fits a {@code long}. */
  public static Amount of(long units) {
    return new Amount(BigInteger.valueOf(units));
  }

  /** Reads a plain decimal number without sign and leading zeros; empty for everything else. */
  public static Optional<Amount> parse(String text) {
    boolean plain =
        !text.isEmpty()
            && text.length() <= 78
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
            && (text.length() == 1 || text.charAt(0) != '0');
    if (!plain) {
      return Optional.empty();
    }
    BigInteger units = new BigInteger(text);
    return units.bitLength() > 256 ? Optional.empty() : Optional.of(new Amount(units));
  }

  /** Whether it fits 128 bits, which is what payment channels count in. */
  public boolean fitsChannel() {
    return units.bitLength() <= 128;
  }

  /**
   * Both together.
   *
   * @throws IllegalArgumentException if that has more than 256 bits
   */
  public Amount plus(Amount other) {
    return new Amount(units.add(other.units));
  }

  /** What is left of it, down to nothing. */
  public Amount less(Amount other) {
    return compareTo(other) <= 0 ? ZERO : new Amount(units.subtract(other.units));
  }

  /** The greater of the two. */
  public Amount atLeast(Amount other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /** The smaller of the two. */
  public Amount atMost(Amount other) {
    return compareTo(other) <= 0 ? this : other;
  }

  @Override
  public int compareTo(Amount other) {
    return units.compareTo(other.units);
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return units.toString();
  }
}
