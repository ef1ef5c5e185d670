// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.event;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.Chain;
import java.util.List;

/** What came of asking for more events. */
public sealed interface Reading {
  /**
   * The next events, perhaps none.
   *
   * @param events in the order of the chain
   * @param next where to go on
   */
  record Events(List<Chain.Told> events, Cursor next) implements Reading {
    /** Copies the events. */
    public Events {
      events = List.copyOf(events);
    }
  }

  /**
   * The block up to which was read isn't in the chain any more: what was read of it, and perhaps of
   * blocks before, never happened. Go on from an older cursor whose block is still there.
   *
   * @param cursor that was asked with
   */
  record Reorganised(Cursor cursor) implements Reading {}

  /**
   * Up to where events were read.
   *
   * @param block the last block that was read
   * @param hash which of the blocks that were ever at this place
   */
  record Cursor(long block, Keccak256 hash) {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Cursor {
      if (block < 0) {
        throw new IllegalArgumentException("a block's number is not negative");
      }
    }
  }
}
