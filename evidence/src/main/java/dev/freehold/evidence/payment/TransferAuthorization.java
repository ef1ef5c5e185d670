// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Amount;
import java.math.BigInteger;

/**
 * A transfer that the owner of the coins only signs (ERC-3009).
 *
 * @param kind who may submit it
 * @param from whose coins
 * @param to who gets them
 * @param value how many
 * @param validAfter seconds since 1970: not before this is past
 * @param validBefore seconds since 1970: not from this on
 * @param nonce used once
 */
public record TransferAuthorization(
    Kind kind,
    Address from,
    Address to,
    Amount value,
    BigInteger validAfter,
    BigInteger validBefore,
    Keccak256 nonce)
    implements TypedStruct {
  /** Who may submit an authorization. */
  public enum Kind {
    /** Anybody. */
    TRANSFER("TransferWithAuthorization"),
    /** The recipient only. */
    RECEIVE("ReceiveWithAuthorization");

    private final String type;

    Kind(String name) {
      this.type =
          name
              + "(address from,address to,uint256 value,uint256 validAfter,"
              + "uint256 validBefore,bytes32 nonce)";
    }
  }

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException if one is negative or has more than 256 bits
   */
  public TransferAuthorization {
    if (validAfter.signum() < 0
        || validAfter.bitLength() > 256
        || validBefore.signum() < 0
        || validBefore.bitLength() > 256) {
      throw new IllegalArgumentException("an authorization's times have 256 bits and no sign");
    }
  }

  @Override
  public Keccak256 structHash() {
    return new Words(Keccak256.hash(kind.type))
        .address(from)
        .address(to)
        .amount(value)
        .number(validAfter)
        .number(validBefore)
        .word(nonce)
        .hash();
  }
}
