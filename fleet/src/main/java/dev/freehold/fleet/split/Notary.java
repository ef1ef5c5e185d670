// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.evidence.stage.Choice;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.kernel.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hashes and signs each step that a stage gave out, on a thread of its own that looks for steps
 * every millisecond while there are any: nobody wakes it at the moment at which the next stage is
 * woken. A statement goes with the next step, or by itself after a while (docs/decisions/0105).
 */
final class Notary {
  /** How long a statement waits for a step that it can go with, at most. */
  static final Duration WHILE = Duration.ofMillis(100);

  private static final long LOOK = 1_000_000;

  /** Rows that were given out. */
  record Step(StageSequence sequence, Frame.Work work, ByteBuffer given, ByteBuffer choice) {}

  private final Stage stage;
  private final boolean last;
  private final int rowIn;
  private final int rowOut;
  private final Frames frames;

  /** Held by whoever takes statements and writes them, so that they go in their order. */
  private final ReentrantLock sending = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final List<Step> unsigned = new ArrayList<>();
  private final List<Frame> signed = new ArrayList<>();

  /** When the newest step came. */
  private long newest;

  /** When the first of the signed was signed. */
  private long since;

  private boolean hurries;
  private boolean ended;

  /** The thread waits for a first step; else it looks by itself. */
  private boolean idle;

  /**
   * Begins with its thread.
   *
   * @param rowIn bytes of a row that the stage takes in
   * @param rowOut bytes of a row that it gives out, without a choice
   */
  Notary(Stage stage, int rowIn, int rowOut, Frames frames) {
    this.stage = stage;
    this.last = stage.transformer().layers().isLast();
    this.rowIn = rowIn;
    this.rowOut = rowOut;
    this.frames = frames;
  }

  /**
   * Writes what is given out, with what was signed of earlier steps behind it, and has it signed.
   *
   * @param steps the same, in the order of each sequence
   */
  void give(List<Frame> given, List<Step> steps) throws IOException {
    sending.lock();
    try {
      List<Frame> together = new ArrayList<>(given);
      together.addAll(takeSigned());
      frames.write(together);
    } finally {
      sending.unlock();
    }
    lock.lock();
    try {
      unsigned.addAll(steps);
      newest = System.nanoTime();
      if (idle) {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A sequence is over: somebody waits for its last statement. */
  void hurry() {
    lock.lock();
    try {
      hurries = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody is there any more who would take a statement: its thread ends. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Signs, and sends what nothing followed, until the end. */
  void run() {
    try {
      while (awaitTurn()) {
        sign();
        sendDue();
      }
    } catch (InterruptedException | IOException e) {
      // The reader sees the end of the stream too.
      frames.close();
    }
  }

  /** Waits for the next look; false at the end. */
  private boolean awaitTurn() throws InterruptedException {
    lock.lock();
    try {
      long left = LOOK;
      while (left > 0 && !hurries && !ended) {
        if (unsigned.isEmpty() && signed.isEmpty() && isOver(newest)) {
          idle = true;
          changed.await();
          idle = false;
        } else {
          left = changed.awaitNanos(left);
        }
      }
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  private static boolean isOver(long from) {
    return System.nanoTime() - from > WHILE.toNanos();
  }

  private void sendDue() throws IOException {
    sending.lock();
    try {
      if (isDue()) {
        frames.write(takeSigned());
      }
    } finally {
      sending.unlock();
    }
  }

  /** Whether what is signed is to go now; then nobody is hurried any more for what is signed. */
  private boolean isDue() {
    lock.lock();
    try {
      boolean hurried = hurries;
      hurries = hurried && !unsigned.isEmpty();
      return !signed.isEmpty() && (hurried || isOver(since));
    } finally {
      lock.unlock();
    }
  }

  private List<Frame> takeSigned() {
    lock.lock();
    try {
      List<Frame> statements = List.copyOf(signed);
      signed.clear();
      return statements;
    } finally {
      lock.unlock();
    }
  }

  private void sign() {
    List<Step> steps;
    lock.lock();
    try {
      steps = List.copyOf(unsigned);
      unsigned.clear();
    } finally {
      lock.unlock();
    }
    List<StageStatement> statements = new ArrayList<>(steps.size());
    for (Step step : steps) {
      hash(step);
      statements.add(statement(step.sequence, step.work));
    }
    List<StageReceipt> receipts = StageReceipt.signAll(statements, stage.key());
    lock.lock();
    try {
      if (signed.isEmpty()) {
        since = System.nanoTime();
      }
      for (int i = 0; i < receipts.size(); i++) {
        signed.add(new Frame.Statement(steps.get(i).sequence.number, receipts.get(i)));
      }
    } finally {
      lock.unlock();
    }
  }

  private void hash(Step step) {
    StageSequence sequence = step.sequence;
    int count = step.work.count();
    for (int i = 0; i < count; i++) {
      sequence.taken.add(step.work.rows().slice(i * rowIn, rowIn));
      ByteBuffer row = step.given.slice(i * rowOut, rowOut);
      if (last) {
        sequence.given.add(row, i == count - 1 ? step.choice : Choice.none());
      } else {
        sequence.given.add(row);
      }
    }
    if (step.work.choose() && sequence.choosing.isEmpty()) {
      sequence.choosing = OptionalInt.of(step.work.first() + count - 1);
    }
  }

  /** Says of a sequence all up to this step. */
  private StageStatement statement(StageSequence sequence, Frame.Work newest) {
    return new StageStatement(
        sequence.run,
        sequence.session,
        stage.model(),
        Kernel.ARITHMETIC_VERSION,
        stage.layers(),
        newest.first() + newest.count(),
        sequence.choosing,
        sequence.asked,
        sequence.taken.root(),
        sequence.given.root(),
        stage.key().nodeId());
  }
}
