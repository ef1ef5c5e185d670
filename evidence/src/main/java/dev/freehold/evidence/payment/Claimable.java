// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

/**
 * What a receiver can claim of one channel.
 *
 * @param channel in full, as a contract wants it
 * @param best the highest voucher
 */
public record Claimable(Channel channel, SignedVoucher best) {
  /**
   * Checks that they belong together.
   *
   * @throws IllegalArgumentException if the voucher is of another channel
   */
  public Claimable {
    if (!channel.id().equals(best.voucher().channel())) {
      throw new IllegalArgumentException("the voucher is of another channel than " + channel.id());
    }
  }
}
