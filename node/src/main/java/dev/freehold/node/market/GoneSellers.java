// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Gives sellers up that are gone: a link is looked for without end, and holds a place of the
 * strangers', so one to a seller of whom nothing has been wanted for long is closed.
 */
final class GoneSellers implements AutoCloseable {
  /** How long a seller has neither an offer here nor coins in its channel when it is given up. */
  static final Duration PATIENCE = Duration.ofHours(1);

  private static final Duration LOOK = Duration.ofMinutes(1);

  /** With whom there are accounts. */
  interface Sellers {
    /** All of them. */
    List<NodeId> all();

    /** Whether it has an offer here, or coins in its channel. */
    boolean wanted(NodeId seller);

    /** Closes its account, and the link to it. */
    void giveUp(NodeId seller);
  }

  private final Sellers sellers;
  private final LongSupplier nanos;
  private final Thread thread;

  /** Since when nothing is wanted of a seller; owned by whoever looks. */
  private final Map<NodeId, Long> unwanted = new HashMap<>();

  /**
   * @param nanos a clock that only goes on
   */
  GoneSellers(Sellers sellers, LongSupplier nanos) {
    this.sellers = sellers;
    this.nanos = nanos;
    this.thread = Thread.ofVirtual().name("gone-sellers").unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  private void work() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        look();
      }
    } catch (InterruptedException e) {
      // It is being closed.
    }
  }

  /** Gives up who has been gone for long by now. */
  void look() {
    long now = nanos.getAsLong();
    List<NodeId> all = sellers.all();
    unwanted.keySet().retainAll(Set.copyOf(all));
    for (NodeId seller : all) {
      if (sellers.wanted(seller)) {
        unwanted.remove(seller);
        continue;
      }
      long since = unwanted.computeIfAbsent(seller, _ -> now);
      if (now - since >= PATIENCE.toNanos()) {
        unwanted.remove(seller);
        sellers.giveUp(seller);
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
