// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.match;

/** Why an offer is not taken. */
public enum Unfit {
  /** Another model. */
  OTHER_MODEL("it is for another model"),
  /** Other bits. */
  OTHER_ARITHMETIC("its arithmetic is of another version"),
  /** Another coin, contract or chain. */
  OTHER_COIN("it wants another coin"),
  /** It doesn't count any more. */
  EXPIRED("it has expired"),
  /** Taken back. */
  WITHDRAWN("it was withdrawn"),
  /** The answer might not fit. */
  CONTEXT("its context is too short"),
  /** More than the buyer pays. */
  TOO_DEAR("it is dearer than allowed"),
  /** Whoever owns the machine could read the words. */
  TIER("its tier is wider than demanded"),
  /** The owner lets this machine buy other models, or of others. */
  OUTSIDE_MANDATE("the owner's mandate names another model, or other sellers"),
  /** A check of an answer failed. */
  LIED("an answer of this seller was wrong");

  private final String text;

  Unfit(String text) {
    this.text = text;
  }

  /** For a person. */
  public String text() {
    return text;
  }
}
