// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who receives from a path, one at a time: its own thread, which does so for all streams, or a
 * reader that would else have to be woken by it (docs/decisions/0091). Nobody is woken to hand the
 * turn over: the path's thread looks by itself.
 */
final class ReceivingTurns {
  /**
   * How long the path's own thread leaves receiving to a reader that has something else to do, in
   * nanoseconds.
   */
  private static final long READERS_COME_BACK = 3_000_000L;

  /** How long it doesn't look while a reader receives, in nanoseconds. */
  private static final long READERS_STAY = 10_000_000L;

  private final ReentrantLock lock;
  private final MonotonicClock clock;
  private final Condition turn;
  private volatile Lane.@Nullable Receiver receiver;

  // Owned by the lock.
  private boolean taken;
  private boolean closed;
  private boolean looks;

  /** When a reader last left receiving to another, or is about to come back to it. */
  private long leftAt = Long.MIN_VALUE / 2;

  /**
   * @param lock the session's
   */
  ReceivingTurns(ReentrantLock lock, MonotonicClock clock) {
    this.lock = lock;
    this.clock = clock;
    this.turn = lock.newCondition();
  }

  void readersReceive(Lane.Receiver receive) {
    receiver = receive;
  }

  /**
   * The path's own thread waits for its turn; once the path is closed, for its end only.
   *
   * @param look what else it does with the lock held, every few milliseconds while it waits, and
   *     once afterwards
   */
  void await(Runnable look) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      looks = true;
      while (true) {
        long free = closed ? 0 : leftAt + READERS_COME_BACK - clock.nanos();
        long left = taken ? READERS_STAY : free;
        if (left <= 0) {
          taken = true;
          return;
        }
        turn.awaitNanos(left);
        look.run();
      }
    } finally {
      looks = false;
      look.run();
      lock.unlock();
    }
  }

  /** Ends the turn of the path's own thread. */
  void leave() {
    lock.lock();
    try {
      taken = false;
    } finally {
      lock.unlock();
    }
  }

  // What follows is called with the lock held.

  /** Whether the path's own thread waits for its turn, and looks after other things meanwhile. */
  boolean looks() {
    return looks;
  }

  /** Whether a reader may receive now. */
  boolean readersMay() {
    return !closed && !taken && receiver != null;
  }

  /** A reader's turn, if {@link #readersMay}. The lock, held once, is given back meanwhile. */
  void receive() {
    Lane.Receiver receive = Objects.requireNonNull(receiver);
    taken = true;
    lock.unlock();
    try {
      receive.receive();
    } finally {
      lock.lock();
      taken = false;
      leftAt = clock.nanos();
    }
  }

  /** A reader is woken this time, and comes back to receive by itself. */
  void woken(long now) {
    leftAt = now;
  }

  /** The path is gone. */
  void close() {
    closed = true;
    turn.signalAll();
  }
}
