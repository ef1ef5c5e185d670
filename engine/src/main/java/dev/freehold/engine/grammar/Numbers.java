// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.engine.grammar.Expression.Choice;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers between bounds, as expressions over their digits. At most 15 digits are written, so that
 * reading them as binary64 can't carry a number over a bound.
 */
final class Numbers {
  private static final int DIGITS = 15;
  private static final BigInteger MOST = BigInteger.TEN.pow(DIGITS).subtract(BigInteger.ONE);

  private Numbers() {}

  /** The bounds of a number; null is none. */
  record Bounds(
      @Nullable BigDecimal least,
      boolean leastExcluded,
      @Nullable BigDecimal most,
      boolean mostExcluded) {

    /** The smallest whole multiple of 10^-scale that is inside. */
    BigInteger low(int scale, BigInteger absent) {
      if (least == null) {
        return absent;
      }
      BigDecimal scaled = least.scaleByPowerOfTen(scale);
      BigInteger whole = scaled.setScale(0, RoundingMode.CEILING).toBigIntegerExact();
      return leastExcluded && new BigDecimal(whole).compareTo(scaled) == 0
          ? whole.add(BigInteger.ONE)
          : whole;
    }

    /** The largest whole multiple of 10^-scale that is inside. */
    BigInteger high(int scale, BigInteger absent) {
      if (most == null) {
        return absent;
      }
      BigDecimal scaled = most.scaleByPowerOfTen(scale);
      BigInteger whole = scaled.setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
      return mostExcluded && new BigDecimal(whole).compareTo(scaled) == 0
          ? whole.subtract(BigInteger.ONE)
          : whole;
    }
  }

  /** The integers inside, of up to 15 digits. */
  static Expression integers(Bounds bounds) {
    return scaled(
        bounds.low(0, MOST.negate()).max(MOST.negate()), bounds.high(0, MOST).min(MOST), 0);
  }

  /**
   * The decimals inside, without exponent, with at most {@code places} digits after the point (-1:
   * as many as 15 digits leave room for).
   */
  static Expression decimals(Bounds bounds, int places) {
    int whole = 1;
    for (BigDecimal bound : new BigDecimal[] {bounds.least(), bounds.most()}) {
      if (bound != null) {
        whole = Math.max(whole, bound.precision() - bound.scale());
      }
    }
    if (bounds.least() == null || bounds.most() == null) {
      whole = Math.max(whole, 9);
    }
    whole = Math.min(whole, DIGITS);
    int most = places < 0 ? DIGITS - whole : Math.min(places, DIGITS - whole);
    List<Expression> parts = new ArrayList<>();
    for (int scale = 0; scale <= most; scale++) {
      BigInteger limit = BigInteger.TEN.pow(whole + scale).subtract(BigInteger.ONE);
      parts.add(
          scaled(
              bounds.low(scale, limit.negate()).max(limit.negate()),
              bounds.high(scale, limit).min(limit),
              scale));
    }
    return new Choice(parts);
  }

  /** Numbers i·10^-scale for low ≤ i ≤ high, with exactly {@code scale} digits after the point. */
  private static Expression scaled(BigInteger low, BigInteger high, int scale) {
    List<Expression> parts = new ArrayList<>();
    if (low.signum() < 0) {
      BigInteger near = high.signum() < 0 ? high.negate() : BigInteger.ONE;
      parts.add(
          Expression.sequence(Expression.literal("-"), magnitudes(near, low.negate(), scale)));
    }
    if (high.signum() >= 0) {
      parts.add(magnitudes(low.max(BigInteger.ZERO), high, scale));
    }
    return new Choice(parts);
  }

  private static Expression magnitudes(BigInteger low, BigInteger high, int scale) {
    List<Expression> parts = new ArrayList<>();
    int longest = Math.max(high.toString().length(), scale + 1);
    for (int length = scale + 1; length <= longest; length++) {
      // With scale + 1 digits the first may be 0; longer ones must not start with it.
      BigInteger least = length == scale + 1 ? BigInteger.ZERO : BigInteger.TEN.pow(length - 1);
      BigInteger from = low.max(least);
      BigInteger to = high.min(BigInteger.TEN.pow(length).subtract(BigInteger.ONE));
      if (from.compareTo(to) <= 0) {
        parts.add(sameLength(padded(from, length), padded(to, length), length - scale, scale > 0));
      }
    }
    return new Choice(parts);
  }

  private static String padded(BigInteger value, int length) {
    String digits = value.toString();
    return "0".repeat(length - digits.length()) + digits;
  }

  /** Digit strings from a to b; a point goes in before the digit number {@code point}. */
  private static Expression sameLength(String a, String b, int point, boolean hasPoint) {
    Expression dot = point == 0 && hasPoint ? Expression.literal(".") : Expression.EMPTY;
    if (a.isEmpty()) {
      return Expression.EMPTY;
    }
    int first = a.charAt(0) - '0';
    int last = b.charAt(0) - '0';
    String restA = a.substring(1);
    String restB = b.substring(1);
    String nines = "9".repeat(restA.length());
    String zeros = "0".repeat(restA.length());
    List<Expression> parts = new ArrayList<>();
    int from = first;
    int to = last;
    if (first == last) {
      parts.add(
          Expression.sequence(
              Expression.digit(first, first), sameLength(restA, restB, point - 1, hasPoint)));
      return Expression.sequence(dot, new Choice(parts));
    }
    if (!restA.equals(zeros)) {
      parts.add(
          Expression.sequence(
              Expression.digit(first, first), sameLength(restA, nines, point - 1, hasPoint)));
      from++;
    }
    if (!restB.equals(nines)) {
      parts.add(
          Expression.sequence(
              Expression.digit(last, last), sameLength(zeros, restB, point - 1, hasPoint)));
      to--;
    }
    if (from <= to) {
      parts.add(
          Expression.sequence(
              Expression.digit(from, to), sameLength(zeros, nines, point - 1, hasPoint)));
    }
    return Expression.sequence(dot, new Choice(parts));
  }

  /** Integers of any sign whose digits make a multiple of {@code divisor}. */
  static Dfa multiples(int divisor) {
    // State 0 begins, 1 has read a sign, 2 + r has read digits with remainder r.
    int[][] next = new int[divisor + 2][256];
    boolean[] accept = new boolean[divisor + 2];
    for (int s = 0; s < next.length; s++) {
      Arrays.fill(next[s], -1);
      for (int d = 0; d < 10; d++) {
        int remainder = s < 2 ? 0 : s - 2;
        next[s]['0' + d] = 2 + (remainder * 10 + d) % divisor;
      }
    }
    next[0]['-'] = 1;
    accept[2] = true;
    return Dfa.of(next, accept);
  }
}
