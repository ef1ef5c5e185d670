// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import com.esaulpaugh.headlong.rlp.RLPEncoder;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.record.ChainId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A transaction of type 2 (EIP-1559) without access list.
 *
 * @param chain on which it is worth something
 * @param nonce its place among those of its sender
 * @param fees what it pays for gas
 * @param gasLimit how much gas it may take
 * @param effect what it does
 */
public record Transaction(ChainId chain, long nonce, Fees fees, long gasLimit, Effect effect) {
  private static final byte[] TYPE = {2};

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is left
   */
  public Transaction {
    if (nonce < 0 || gasLimit < 21_000) {
      throw new IllegalArgumentException("a transaction has a nonce and gas for itself");
    }
  }

  /** Signs it: the bytes that a chain takes. */
  public Attempt sign(PaymentKey key) {
    List<Object> fields = fields();
    PaymentSignature signature = key.sign(Keccak256.hash(TYPE, RLPEncoder.list(fields.toArray())));
    byte[] compact = signature.compact();
    fields.add(integer(BigInteger.valueOf(signature.parity())));
    fields.add(integer(new BigInteger(1, Arrays.copyOf(compact, 32))));
    fields.add(integer(new BigInteger(1, Arrays.copyOfRange(compact, 32, 64))));
    byte[] list = RLPEncoder.list(fields.toArray());
    byte[] raw = new byte[1 + list.length];
    raw[0] = TYPE[0];
    System.arraycopy(list, 0, raw, 1, list.length);
    return new Attempt(fees, gasLimit, raw);
  }

  private List<Object> fields() {
    List<Object> fields = new ArrayList<>();
    fields.add(integer(BigInteger.valueOf(chain.number())));
    fields.add(integer(BigInteger.valueOf(nonce)));
    fields.add(integer(fees.priority().units()));
    fields.add(integer(fees.most().units()));
    fields.add(integer(BigInteger.valueOf(gasLimit)));
    fields.add(effect.to().map(Address::bytes).orElse(new byte[0]));
    fields.add(integer(effect.value().units()));
    fields.add(effect.data());
    fields.add(new Object[0]);
    return fields;
  }

  /** Big-endian without leading zeros; zero has no bytes. */
  private static byte[] integer(BigInteger number) {
    if (number.signum() == 0) {
      return new byte[0];
    }
    byte[] bytes = number.toByteArray();
    return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }
}
