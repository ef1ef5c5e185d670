// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * What an asker keeps of one sealed job to seal the next ones to the same runner
 * (docs/formats/sealed-job.md). In memory only. Safe for use by many threads.
 */
public final class Ticket {
  /** How long a ticket lasts at either end. */
  public static final Duration LIFE = Duration.ofMinutes(10);

  /** How many jobs are sealed with one ticket. */
  public static final int JOBS = 1000;

  static final int BYTES = TicketId.BYTES + Request.SECRET_BYTES;

  private final NodeId runner;
  private final NodeId asker;
  private final TicketId id;
  private final byte[] secret;
  private final long made;

  /** Owned by this object's monitor. */
  private int next;

  /**
   * @param exported the id and the secret
   * @param made by the asker's monotonic clock, in nanoseconds
   */
  Ticket(NodeId runner, NodeId asker, byte[] exported, long made) {
    this.runner = runner;
    this.asker = asker;
    this.id = TicketId.at(exported, 0);
    this.secret = Arrays.copyOfRange(exported, TicketId.BYTES, BYTES);
    this.made = made;
  }

  /** The runner that keeps the other end of it. */
  public NodeId runner() {
    return runner;
  }

  NodeId asker() {
    return asker;
  }

  TicketId id() {
    return id;
  }

  byte[] secret() {
    return secret.clone();
  }

  /** A number that no other job under this ticket has; empty when its time or its jobs are over. */
  synchronized OptionalInt number(long now) {
    return over(now) || next >= JOBS ? OptionalInt.empty() : OptionalInt.of(next++);
  }

  /** Whether its time is over: then it is to be forgotten. */
  public boolean over(long now) {
    return now - made >= LIFE.toNanos();
  }
}
