// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.payment.Keccak256;

/** What became of an intent, as far as it can't change any more. */
public sealed interface Outcome {
  /** Nobody knows yet. */
  record Pending() implements Outcome {}

  /**
   * It was done.
   *
   * @param block the block's number
   * @param blockHash the block
   */
  record Executed(long block, Keccak256 blockHash) implements Outcome {}

  /**
   * It was tried, and had no effect but its fee.
   *
   * @param block the block's number
   * @param blockHash the block
   */
  record Reverted(long block, Keccak256 blockHash) implements Outcome {}

  /** Another transaction of the same account took its place: it was not done and never will be. */
  record Displaced() implements Outcome {}
}
