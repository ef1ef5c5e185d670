// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.Statement;
import dev.freehold.market.offer.Speed;
import dev.freehold.record.Digest;

/** What this machine can serve. */
@FunctionalInterface
public interface Capacity {
  /** With one model. */
  Answer of(Digest model);

  /** Whether it can, and how much. */
  sealed interface Answer {
    /**
     * It can.
     *
     * @param model as receipts call it
     * @param context the model's own, in tokens
     * @param positions tokens of all answers together that fit the memory for attention
     * @param atOnce answers that it makes at a time
     * @param speed measured here
     */
    record Able(Statement.Model model, int context, long positions, int atOnce, Speed speed)
        implements Answer {}

    /**
     * It can't.
     *
     * @param why and what to do
     */
    record Unable(String why) implements Answer {}

    /**
     * It may be able to in a moment.
     *
     * @param why not now
     */
    record NotYet(String why) implements Answer {}
  }
}
