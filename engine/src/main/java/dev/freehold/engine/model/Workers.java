// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of platform threads that runs one program together: every member runs the same body,
 * takes its share of the work by {@link #claim}, and waits for the others at {@link #barrier}. The
 * caller of {@link #run} is member 0. Waiting spins for some ten microseconds, then parks: an idle
 * team burns nothing. A team of one has no barriers to pay for.
 */
public final class Workers implements AutoCloseable {
  private static final int SPINS = 3000;
  private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);

  // Slots of one array, a cache line apart.
  private static final int ARRIVED = 32;
  private static final int PHASE = 64;
  private static final int CLAIMED = 96;
  private static final int JOB = 128;
  private static final int RUNNING = 160;
  private static final int SLOTS = 192;

  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken() {
      super("another member failed", null, false, false);
    }
  }

  private final int threads;
  private final int[] state = new int[SLOTS];
  private final Thread[] members;
  private final int[] parked;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean closed;
  private volatile @Nullable IntConsumer body;

  /** Starts a team. */
  public Workers(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException(threads + " threads: a team has 1 to 1024");
    }
    this.threads = threads;
    this.members = new Thread[threads];
    this.parked = new int[32 * threads];
    members[0] = Thread.currentThread();
    for (int i = 1; i < threads; i++) {
      int member = i;
      members[i] =
          Thread.ofPlatform()
              .daemon()
              .name("freehold-arithmetic-" + i)
              .unstarted(() -> serve(member));
    }
    for (int i = 1; i < threads; i++) {
      members[i].start();
    }
  }

  /** Members, the caller included. */
  public int threads() {
    return threads;
  }

  /**
   * Runs a body on every member and returns when all are done. One caller at a time. What a member
   * throws ends the run for all, and is thrown here.
   */
  public synchronized void run(IntConsumer program) {
    if (closed) {
      throw new IllegalStateException("the workers are closed");
    }
    INT.setVolatile(state, CLAIMED, 0);
    if (threads == 1) {
      program.accept(0);
      return;
    }
    members[0] = Thread.currentThread();
    body = program;
    INT.setVolatile(state, RUNNING, threads - 1);
    INT.setVolatile(state, JOB, (int) INT.getVolatile(state, JOB) + 1);
    wake();
    attempt(program, 0);
    await(0, RUNNING, 0, true);
    body = null;
    Throwable thrown = failure.getAndSet(null);
    if (thrown != null) {
      INT.setVolatile(state, ARRIVED, 0);
      switch (thrown) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(thrown);
      }
    }
  }

  /** Waits until every member is here. Claims start anew. */
  void barrier(int member) {
    barrier(member, null);
  }

  /** Waits until every member is here; the last to come first runs {@code alone}. */
  void barrier(int member, @Nullable Runnable alone) {
    int phase = (int) INT.getVolatile(state, PHASE);
    if (failure.get() != null) {
      throw new Broken();
    }
    if (threads > 1 && (int) INT.getAndAdd(state, ARRIVED, 1) < threads - 1) {
      await(member, PHASE, phase, false);
      if (failure.get() != null) {
        throw new Broken();
      }
      return;
    }
    if (alone != null) {
      alone.run();
    }
    INT.setOpaque(state, ARRIVED, 0);
    INT.setOpaque(state, CLAIMED, 0);
    if (threads > 1) {
      INT.setVolatile(state, PHASE, phase + 1);
      wake();
    }
  }

  /**
   * Takes a share of {@code total} pieces of work: large shares first, smaller ones towards the
   * end. Every piece is given once between two barriers.
   *
   * @return the first piece in the upper and the end in the lower 32 bits; -1 when none is left
   */
  long claim(int total) {
    int from = (int) INT.getOpaque(state, CLAIMED);
    while (from < total) {
      int share = threads == 1 ? total : Math.max(1, (total - from) / (2 * threads));
      int found = (int) INT.compareAndExchange(state, CLAIMED, from, from + share);
      if (found == from) {
        return (long) from << 32 | (from + share);
      }
      from = found;
    }
    return -1;
  }

  private void serve(int member) {
    int job = 0;
    while (true) {
      await(member, JOB, job, false);
      job = (int) INT.getVolatile(state, JOB);
      IntConsumer program = body;
      if (closed || program == null) {
        return;
      }
      attempt(program, member);
      if ((int) INT.getAndAdd(state, RUNNING, -1) == 1) {
        wake();
      }
    }
  }

  private void attempt(IntConsumer program, int member) {
    try {
      program.accept(member);
    } catch (Broken e) {
      // the failure that broke the run is kept already
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      // those who wait at a barrier look again
      INT.getAndAdd(state, PHASE, 1);
      wake();
    }
  }

  /** Waits until a slot differs from a value ({@code until}: until it equals it). */
  private void await(int member, int slot, int value, boolean until) {
    for (int i = 0; i < SPINS; i++) {
      if ((int) INT.getAcquire(state, slot) == value == until) {
        return;
      }
      Thread.onSpinWait();
    }
    INT.setVolatile(parked, 32 * member, 1);
    while ((int) INT.getVolatile(state, slot) == value != until && !closed) {
      LockSupport.park(this);
    }
    INT.setVolatile(parked, 32 * member, 0);
  }

  private void wake() {
    for (int i = 0; i < threads; i++) {
      if ((int) INT.getVolatile(parked, 32 * i) != 0) {
        LockSupport.unpark(members[i]);
      }
    }
  }

  /** Ends the threads. Not called during {@link #run}. */
  @Override
  public synchronized void close() {
    closed = true;
    INT.getAndAdd(state, JOB, 1);
    wake();
  }
}
