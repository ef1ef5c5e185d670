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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hashes and signs what a stage gave out, on a thread of its own. A statement covers all that was
 * before it, so one is made for the steps of a while: the processor that would sign at every token
 * is the one that the next stage's wakes up on (docs/decisions/0099).
 */
final class Notary {
  /** How long a step waits for others that are signed with it, at most. */
  static final Duration WHILE = Duration.ofMillis(100);

  /** Rows that were given out. */
  record Step(StageSequence sequence, Frame.Work work, ByteBuffer given, ByteBuffer choice) {}

  private final Stage stage;
  private final boolean last;
  private final int rowIn;
  private final int rowOut;
  private final Frames frames;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final List<Step> unsigned = new ArrayList<>();
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

  /** Takes in what was given out, in the order of each sequence. */
  void add(List<Step> steps) {
    lock.lock();
    try {
      unsigned.addAll(steps);
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
      if (!unsigned.isEmpty()) {
        hurries = true;
        changed.signal();
      }
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

  /** Signs until the end. */
  void run() {
    try {
      for (List<Step> steps = next(); !steps.isEmpty(); steps = next()) {
        Map<StageSequence, Step> newest = new LinkedHashMap<>();
        for (Step step : steps) {
          hash(step);
          newest.put(step.sequence, step);
        }
        List<Frame> statements = new ArrayList<>();
        newest.forEach(
            (sequence, step) ->
                statements.add(new Frame.Statement(sequence.number, sign(sequence, step.work))));
        frames.write(statements);
      }
    } catch (InterruptedException | IOException e) {
      // The reader sees the end of the stream too.
      frames.close();
    }
  }

  /** Waits for steps, and for more of them; empty at the end. */
  private List<Step> next() throws InterruptedException {
    lock.lock();
    try {
      idle = true;
      while (unsigned.isEmpty() && !ended) {
        changed.await();
      }
      idle = false;
      long left = WHILE.toNanos();
      while (left > 0 && !hurries && !ended) {
        left = changed.awaitNanos(left);
      }
      hurries = false;
      List<Step> steps = ended ? List.of() : List.copyOf(unsigned);
      unsigned.clear();
      return steps;
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

  /** A statement of all steps of a sequence up to this one. */
  private StageReceipt sign(StageSequence sequence, Frame.Work newest) {
    return StageReceipt.sign(
        new StageStatement(
            sequence.run,
            sequence.session,
            stage.model(),
            Kernel.ARITHMETIC_VERSION,
            stage.layers(),
            newest.first() + newest.count(),
            sequence.choosing,
            sequence.asking.digest(),
            sequence.taken.root(),
            sequence.given.root(),
            stage.key().nodeId()),
        stage.key());
  }
}
