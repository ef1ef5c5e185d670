// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.record.Amount;
import java.util.Optional;

/** A payment that was found good, until it is closed. Nothing is taken before it is settled. */
public interface Payment extends AutoCloseable {
  /** Through which channel it comes; empty where it is a transfer. */
  Optional<ChannelId> channel();

  /**
   * How much is taken for an answer.
   *
   * @param cost what it cost
   */
  Amount takes(Amount cost);

  /**
   * Takes it. Called once, when the answer is made and before it is given out.
   *
   * @param cost what the answer cost: what is taken, where the way to pay allows it
   * @return whether it was paid: if not, the answer is not given out
   * @throws InterruptedException if the thread is interrupted while the chain works; what was sent
   *     is looked up later
   */
  SettlementResponse settle(Amount cost) throws InterruptedException;

  /** Lets go of it. What was not settled costs nothing. */
  @Override
  void close();
}
