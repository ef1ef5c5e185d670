// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

/** Why a buyer signs nothing. */
public enum SpendingRefusal {
  /** A person set no limits for this coin. */
  NO_LIMITS("nobody has set limits for this coin: nothing is spent ('freehold wallet limit')"),
  /** More than a person allows for one answer. */
  ABOVE_ANSWER("one answer would cost more than is allowed for one"),
  /** More than a person allows for a day. */
  ABOVE_DAY("the day's limit would be exceeded"),
  /** More than a person allows for one seller in a day. */
  ABOVE_PEER("the limit for this seller would be exceeded"),
  /** The owner's mandate is not in force, or is none for buying. */
  MANDATE_CLOSED("the owner's mandate lets nothing be spent ('freehold wallet' says why)"),
  /** The owner's mandate speaks of another coin. */
  MANDATE_COIN("the owner's mandate is for another coin"),
  /** The owner's mandate does not name the model or the seller. */
  OUTSIDE_MANDATE("the owner's mandate names another model, or other sellers"),
  /** More tokens than the owner's mandate allows for one answer. */
  ABOVE_MANDATE_ANSWER("the owner's mandate allows no answer of so many tokens"),
  /** More than the owner's mandate leaves. */
  ABOVE_MANDATE("the owner's mandate leaves too little: coins, answers or tokens"),
  /** More than is in the channel. */
  ABOVE_DEPOSIT("the channel holds too little: deposit more, or use another"),
  /** The channel is not one of ours. */
  UNKNOWN_CHANNEL("there is no such channel"),
  /** More than was reserved for this answer. */
  ABOVE_RESERVED("the seller asks more than was reserved for this answer"),
  /** More tokens than we counted ourselves. */
  OVERCOUNTED("the seller counts more tokens than we do"),
  /** The answer was ended before. */
  ENDED("this answer was ended before");

  private final String text;

  SpendingRefusal(String text) {
    this.text = text;
  }

  /** For a person. */
  public String text() {
    return text;
  }
}
