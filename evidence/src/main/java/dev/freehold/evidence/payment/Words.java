// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Amount;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.List;

/** The words of a struct in the order of its type (EIP-712, encodeData), of 32 bytes each. */
final class Words {
  private final ByteArrayOutputStream words = new ByteArrayOutputStream();

  /** Starts with the hash of a type's description. */
  Words(Keccak256 typeHash) {
    add(typeHash.bytes());
  }

  Words address(Address address) {
    return right(address.bytes());
  }

  Words amount(Amount amount) {
    return number(amount.units());
  }

  Words number(long number) {
    return number(BigInteger.valueOf(number));
  }

  Words number(BigInteger number) {
    byte[] bytes = number.toByteArray();
    // A sign byte of zero is the 33rd.
    int from = bytes.length > 32 ? bytes.length - 32 : 0;
    byte[] magnitude = new byte[bytes.length - from];
    System.arraycopy(bytes, from, magnitude, 0, magnitude.length);
    return right(magnitude);
  }

  Words word(Keccak256 word) {
    add(word.bytes());
    return this;
  }

  /** An array of structs: the hash of their hashes. */
  Words array(List<Keccak256> structs) {
    add(Keccak256.hash(structs.stream().map(Keccak256::bytes).toArray(byte[][]::new)).bytes());
    return this;
  }

  Keccak256 hash() {
    return Keccak256.hash(words.toByteArray());
  }

  private Words right(byte[] bytes) {
    add(new byte[32 - bytes.length]);
    add(bytes);
    return this;
  }

  private void add(byte[] bytes) {
    words.write(bytes, 0, bytes.length);
  }
}
