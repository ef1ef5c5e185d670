// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.record.Amount;

/**
 * What a receiver can claim of one channel.
 *
 * @param channel in full, as a contract wants it
 * @param best the highest voucher
 * @param due how much of it is the receiver's, in all
 */
public record Claimable(Channel channel, SignedVoucher best, Amount due) {
  /**
   * Checks that they belong together.
   *
   * @throws IllegalArgumentException if the voucher is of another channel, or for less
   */
  public Claimable {
    if (!channel.id().equals(best.voucher().channel())) {
      throw new IllegalArgumentException("the voucher is of another channel than " + channel.id());
    }
    if (due.compareTo(best.voucher().maxClaimable()) > 0) {
      throw new IllegalArgumentException("a voucher is claimed for no more than it says");
    }
  }

  /** All that the voucher says. */
  public Claimable(Channel channel, SignedVoucher best) {
    this(channel, best, best.voucher().maxClaimable());
  }
}
