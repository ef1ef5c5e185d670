// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

import dev.freehold.record.Amount;
import java.math.BigInteger;

/**
 * For a million tokens each, in the smallest unit of a token.
 *
 * @param input below 2^96
 * @param output below 2^96
 */
public record Price(Amount input, Amount output) {
  /** The number of bits below which a price lies, so that any answer's cost fits a channel. */
  static final int BITS = 96;

  /** Times a count of tokens, of two such prices: what 64 bits hold. */
  private static final int SHORT = 31;

  private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if one is too high
   */
  public Price {
    if (input.units().bitLength() > BITS || output.units().bitLength() > BITS) {
      throw new IllegalArgumentException("a price for a million tokens is below 2^" + BITS);
    }
  }

  /** What so many tokens of one answer cost in all, rounded up once. */
  public Amount cost(TokenCounts counts) {
    if (input.units().bitLength() <= SHORT && output.units().bitLength() <= SHORT) {
      // The same in 64 bits, for a choice among a thousand offers.
      long millionths =
          input.units().longValue() * counts.input() + output.units().longValue() * counts.output();
      return Amount.of((millionths + 999_999) / 1_000_000);
    }
    BigInteger millionths =
        input
            .units()
            .multiply(BigInteger.valueOf(counts.input()))
            .add(output.units().multiply(BigInteger.valueOf(counts.output())));
    return new Amount(millionths.add(MILLION).subtract(BigInteger.ONE).divide(MILLION));
  }

  /**
   * How many tokens of an answer so much pays for: at least 1, and no bound where they are free.
   */
  public int affordable(Amount amount) {
    if (output.equals(Amount.ZERO)) {
      return Integer.MAX_VALUE;
    }
    return amount
        .units()
        .multiply(MILLION)
        .divide(output.units())
        .max(BigInteger.ONE)
        .min(BigInteger.valueOf(Integer.MAX_VALUE))
        .intValueExact();
  }

  /** Whether neither part is higher than that of another price. */
  public boolean within(Price most) {
    return input.compareTo(most.input) <= 0 && output.compareTo(most.output) <= 0;
  }
}
