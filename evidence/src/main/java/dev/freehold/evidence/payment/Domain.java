// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.ChainId;

/**
 * For which contract on which chain something is signed (EIP-712, domain separator): nothing signed
 * in one domain is worth anything in another.
 *
 * @param name the contract's name for itself
 * @param version of its typed data
 * @param chain the chain
 * @param contract the contract
 */
public record Domain(String name, String version, ChainId chain, Address contract) {
  private static final Keccak256 TYPE =
      Keccak256.hash(
          "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
  private static final byte[] PREFIX = {0x19, 0x01};

  /** x402's batch settlement. */
  public static Domain ofPaymentChannels(ChainId chain, Address contract) {
    return new Domain("x402 Batch Settlement", "1", chain, contract);
  }

  /** The domain separator. */
  public Keccak256 separator() {
    return new Words(TYPE)
        .word(Keccak256.hash(name))
        .word(Keccak256.hash(version))
        .number(chain.number())
        .address(contract)
        .hash();
  }

  /** What is signed of a struct in this domain. */
  public Keccak256 digest(TypedStruct struct) {
    return digest(separator(), struct);
  }

  /** The same, where the domain's {@link #separator} is known already. */
  public static Keccak256 digest(Keccak256 separator, TypedStruct struct) {
    return Keccak256.hash(PREFIX, separator.bytes(), struct.structHash().bytes());
  }
}
