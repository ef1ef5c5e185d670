// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

/** Why a seller serves no further. */
public enum Stop {
  /** More than the window would be unpaid. */
  UNPAID("more would be unpaid than the offer's window"),
  /** The buyer takes its coins back. */
  WITHDRAWING("the channel's coins are being withdrawn"),
  /** Of a channel that was not opened here. */
  UNKNOWN_CHANNEL("the channel was not opened here");

  private final String text;

  Stop(String text) {
    this.text = text;
  }

  /** For a person. */
  public String text() {
    return text;
  }
}
