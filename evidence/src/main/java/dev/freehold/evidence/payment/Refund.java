// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Amount;
import java.math.BigInteger;

/**
 * The receiver's word that unclaimed coins go back to the payer.
 *
 * @param channel which channel
 * @param nonce the channel's next, as the contract says: not negative
 * @param amount 128 bits at most
 */
public record Refund(ChannelId channel, BigInteger nonce, Amount amount) implements TypedStruct {
  private static final Keccak256 TYPE =
      Keccak256.hash("Refund(bytes32 channelId,uint256 nonce,uint128 amount)");

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is left
   */
  public Refund {
    if (nonce.signum() < 0 || nonce.bitLength() > 256 || !amount.fitsChannel()) {
      throw new IllegalArgumentException("a refund's nonce has 256 bits, its amount 128");
    }
  }

  @Override
  public Keccak256 structHash() {
    return new Words(TYPE).word(channel.digest()).number(nonce).amount(amount).hash();
  }
}
