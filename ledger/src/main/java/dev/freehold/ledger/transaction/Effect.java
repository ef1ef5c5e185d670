// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.payment.Address;
import dev.freehold.record.Amount;
import java.util.Arrays;
import java.util.Optional;

/** What a transaction does: a call of a contract, a payment, or the creation of a contract. */
public final class Effect {
  private final Optional<Address> to;
  private final Amount value;
  private final byte[] data;

  private Effect(Optional<Address> to, Amount value, byte[] data) {
    this.to = to;
    this.value = value;
    this.data = data.clone();
  }

  /** Calls a contract. */
  public static Effect call(Address contract, byte[] callData) {
    return new Effect(Optional.of(contract), Amount.ZERO, callData);
  }

  /** Pays in the chain's own coin. */
  public static Effect pay(Address to, Amount value) {
    return new Effect(Optional.of(to), value, new byte[0]);
  }

  /** Creates a contract from its creation code and what its constructor is given. */
  public static Effect create(byte[] code) {
    return new Effect(Optional.empty(), Amount.ZERO, code);
  }

  static Effect of(Optional<Address> to, Amount value, byte[] data) {
    return new Effect(to, value, data);
  }

  /** Whom it concerns; empty where it creates a contract. */
  public Optional<Address> to() {
    return to;
  }

  /** How much of the chain's own coin it pays. */
  public Amount value() {
    return value;
  }

  /** A copy of the call data or creation code. */
  public byte[] data() {
    return data.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Effect that
        && to.equals(that.to)
        && value.equals(that.value)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * to.hashCode() + Arrays.hashCode(data);
  }
}
