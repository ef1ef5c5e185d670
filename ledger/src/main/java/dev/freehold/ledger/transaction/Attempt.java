// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.payment.Keccak256;
import java.util.Arrays;

/** One signed form of an intent. All attempts of an intent have its nonce: one at most is mined. */
public final class Attempt {
  private final Fees fees;
  private final long gasLimit;
  private final byte[] raw;
  private final Keccak256 hash;

  Attempt(Fees fees, long gasLimit, byte[] raw) {
    this.fees = fees;
    this.gasLimit = gasLimit;
    this.raw = raw.clone();
    this.hash = Keccak256.hash(raw);
  }

  /** What it pays for gas. */
  public Fees fees() {
    return fees;
  }

  /** How much gas it may take. */
  public long gasLimit() {
    return gasLimit;
  }

  /** A copy of the bytes that a chain takes. */
  public byte[] raw() {
    return raw.clone();
  }

  /** Its name on the chain. */
  public Keccak256 hash() {
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attempt that
        && fees.equals(that.fees)
        && gasLimit == that.gasLimit
        && Arrays.equals(raw, that.raw);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }
}
