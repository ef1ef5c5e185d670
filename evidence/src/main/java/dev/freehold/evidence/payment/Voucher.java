// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Amount;

/**
 * The payer's word that so much of a channel may be claimed in all. A later one replaces it.
 *
 * @param channel which channel
 * @param maxClaimable 128 bits at most
 */
public record Voucher(ChannelId channel, Amount maxClaimable) implements TypedStruct {
  private static final Keccak256 TYPE =
      Keccak256.hash("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");

  /**
   * Checks the amount.
   *
   * @throws IllegalArgumentException if it has more than 128 bits
   */
  public Voucher {
    if (!maxClaimable.fitsChannel()) {
      throw new IllegalArgumentException("a voucher is for 128 bits at most");
    }
  }

  @Override
  public Keccak256 structHash() {
    return new Words(TYPE).word(channel.digest()).amount(maxClaimable).hash();
  }
}
