// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

/** Why a seller does not serve through a channel. */
public enum OpeningRefusal {
  /** On another chain than was offered. */
  OTHER_CHAIN("the channel is on another chain"),
  /** Of another contract than was offered. */
  OTHER_CONTRACT("the channel is of another contract"),
  /** In another coin than was offered. */
  OTHER_TOKEN("the channel is in another token"),
  /** It pays somebody else. */
  OTHER_RECEIVER("the channel pays another account"),
  /** Somebody else could claim or give back its coins. */
  OTHER_AUTHORIZER("another key than ours claims for the channel's receiver"),
  /** A contract could change its mind about a voucher after it was given. */
  NO_VOUCHER_KEY("the channel names no key that signs its vouchers"),
  /** We might not come online in time. */
  DELAY_TOO_SHORT("a withdrawal from the channel takes less time than was offered"),
  /** There is nothing to be had. */
  UNFUNDED("the chain holds nothing unclaimed of this channel"),
  /** The table is full. */
  TOO_MANY("too many channels are open already");

  private final String text;

  OpeningRefusal(String text) {
    this.text = text;
  }

  /** For a person. */
  public String text() {
    return text;
  }
}
