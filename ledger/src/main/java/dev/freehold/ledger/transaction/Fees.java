// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.record.Amount;
import java.math.BigInteger;

/**
 * What a transaction pays for each unit of gas (EIP-1559).
 *
 * @param most altogether
 * @param priority of it beside the base fee, at most
 */
public record Fees(Amount most, Amount priority) {
  /**
   * Checks the order.
   *
   * @throws IllegalArgumentException if the part is more than the whole
   */
  public Fees {
    if (priority.compareTo(most) > 0) {
      throw new IllegalArgumentException("a priority fee is part of the whole fee");
    }
  }

  /** Enough for six full blocks in a row, each of which raises the base fee by an eighth. */
  static Fees over(Amount baseFee, Amount priority) {
    BigInteger most = baseFee.units().shiftLeft(1).add(priority.units());
    return new Fees(new Amount(most), priority);
  }

  /**
   * What must be paid at least to replace a transaction with these fees: an eighth more of both.
   */
  Fees raised() {
    return new Fees(raise(most), raise(priority));
  }

  /** The higher of both in each part. */
  Fees atLeast(Fees other) {
    return new Fees(max(most, other.most), max(priority, other.priority));
  }

  private static Amount raise(Amount amount) {
    BigInteger units = amount.units();
    return new Amount(units.add(units.shiftRight(3)).add(BigInteger.ONE));
  }

  private static Amount max(Amount a, Amount b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
