// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

/** Why a seller does not take a voucher. */
public enum VoucherRefusal {
  /** Signed for another chain. */
  OTHER_CHAIN("the voucher is for another chain"),
  /** Signed for another contract. */
  OTHER_CONTRACT("the voucher is for another contract"),
  /** Of a channel that was not opened here. */
  UNKNOWN_CHANNEL("the channel was not opened here"),
  /** No more than the one before: no reason to stop where two crossed on their way. */
  NOT_HIGHER("the voucher is for no more than the one before"),
  /** More than the chain holds of the channel. */
  ABOVE_DEPOSIT("the voucher is for more than the channel holds"),
  /** More than will be left once a pending withdrawal is taken. */
  WITHDRAWING("the voucher is for coins that are being withdrawn"),
  /** For another amount than was charged and what the answer costs at most. */
  OTHER_PLACE("the voucher does not start from what was charged"),
  /** Another answer that is paid at its end is under way in this channel. */
  BUSY("another answer of this channel is under way"),
  /** Signed by somebody else, or over something else. */
  WRONG_SIGNATURE("the voucher is not signed by the channel's payer");

  private final String text;

  VoucherRefusal(String text) {
    this.text = text;
  }

  /** For a person. */
  public String text() {
    return text;
  }
}
