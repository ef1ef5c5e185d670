// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of platform threads that walks through a program together, step by step. A step is a
 * number of pieces of work, and every member has a span of neighbouring ones: reading weights is as
 * fast as memory only where each processor reads its own stretch. Who is done with its span takes
 * shares of the others'. The step is over when all pieces are done, not when all members have come
 * by: a member that the operating system holds up skips the steps it missed, so a busy machine
 * slows a team down little. The caller of {@link #run} is member 0. Waiting spins for some ten
 * microseconds, then parks: an idle team burns nothing. A team of one pays for nothing of this.
 */
public final class Workers implements AutoCloseable {
  /** What every member runs; all must walk through the same steps, whenever they start. */
  interface Program {
    void run(Member member);
  }

  /** Does the pieces {@code from} (inclusive) to {@code to} (exclusive). */
  interface Pieces {
    void run(int from, int to);
  }

  private record Job(Program program, int firstStep) {}

  private static final int SPINS = 3000;
  private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle LONG = MethodHandles.arrayElementVarHandle(long[].class);

  // Slots of an array, two cache lines apart.
  private static final int DONE = 32;
  private static final int JOB = 64;
  private static final int INSIDE = 96;
  private static final int STEP = 128;
  private static final int SLOTS = 160;

  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken() {
      super("another member failed", null, false, false);
    }
  }

  private final int threads;
  private final int[] state = new int[SLOTS];

  /** Of each member's span: the step in the upper half, how many pieces are taken in the lower. */
  private final long[] claims;

  private final Thread[] members;
  private final int[] parked;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean closed;
  private volatile @Nullable Job job;
  private int nextStep;

  /** Starts a team. */
  public Workers(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException(threads + " threads: a team has 1 to 1024");
    }
    this.threads = threads;
    this.members = new Thread[threads];
    this.parked = new int[32 * threads];
    this.claims = new long[16 * (threads + 1)];
    members[0] = Thread.currentThread();
    for (int i = 1; i < threads; i++) {
      int index = i;
      members[i] =
          Thread.ofPlatform()
              .daemon()
              .name("freehold-arithmetic-" + i)
              .unstarted(() -> serve(index));
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
   * Runs a program and returns when all its steps are over. One caller at a time. What a member
   * throws ends the program for all, and is thrown here.
   */
  synchronized void run(Program program) {
    if (closed) {
      throw new IllegalStateException("the workers are closed");
    }
    if (threads == 1) {
      program.run(new Member(0, 0));
      return;
    }
    members[0] = Thread.currentThread();
    job = new Job(program, nextStep);
    INT.getAndAdd(state, JOB, 1);
    wake();
    Member member = new Member(0, nextStep);
    attempt(program, member);
    job = null;
    if (failure.get() == null) {
      nextStep = member.step;
    } else {
      breakOff();
    }
  }

  /** Waits until every member has left the broken program, and throws what broke it. */
  private void breakOff() {
    awaitNobodyInside();
    // past any step that somebody could still look for
    nextStep += 1 << 24;
    begin(nextStep);
    switch (failure.getAndSet(null)) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null -> throw new IllegalStateException("a failure vanished");
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Frees the pieces of a step, and lets everybody go on to it. */
  private void begin(int step) {
    INT.setOpaque(state, DONE, 0);
    for (int i = 0; i < threads; i++) {
      LONG.setRelease(claims, claim(i), (long) step << 32);
    }
    INT.setVolatile(state, STEP, step);
  }

  /** The first piece of a member's span. */
  private int first(int member, int total) {
    return (int) ((long) total * member / threads);
  }

  private static int claim(int member) {
    return 16 * (member + 1);
  }

  /** One member's walk through one program. Used by its thread alone. */
  final class Member {
    private final int index;
    private int step;

    Member(int index, int firstStep) {
      this.index = index;
      this.step = firstStep;
    }

    /**
     * Does a share of a step and returns when the step is over.
     *
     * @param total pieces, at least one; large shares are taken first, smaller ones towards the end
     * @param largest pieces of a share, at most
     * @param alone run by one member when all pieces are done, before anybody goes on
     */
    void step(int total, int largest, Pieces work, @Nullable Runnable alone) {
      if (threads == 1) {
        work.run(0, total);
        if (alone != null) {
          alone.run();
        }
        return;
      }
      int mine = 0;
      for (int i = 0; i < threads; i++) {
        mine += take((index + i) % threads, total, largest, work);
      }
      if (mine > 0 && (int) INT.getAndAdd(state, DONE, mine) + mine == total) {
        if (alone != null) {
          alone.run();
        }
        begin(step + 1);
        wake();
      } else {
        awaitEnd();
      }
      step++;
    }

    /** Takes shares of a span as long as there are any, and gives how many pieces they were. */
    private int take(int span, int total, int largest, Pieces work) {
      int mine = 0;
      int first = first(span, total);
      int size = first(span + 1, total) - first;
      // The owner takes half of the rest, others leave it most.
      int divisor = span == index ? 2 : 2 * threads;
      long claim = (long) LONG.getAcquire(claims, claim(span));
      while ((int) (claim >> 32) == step && (int) claim < size) {
        int taken = (int) claim;
        int share = Math.min(largest, Math.max(1, (size - taken) / divisor));
        long found = (long) LONG.compareAndExchange(claims, claim(span), claim, claim + share);
        if (found == claim) {
          work.run(first + taken, first + taken + share);
          mine += share;
          found = (long) LONG.getAcquire(claims, claim(span));
        }
        claim = found;
      }
      return mine;
    }

    private boolean isOver() {
      if (failure.get() != null) {
        throw new Broken();
      }
      return (int) INT.getAcquire(state, STEP) != step;
    }

    private void awaitEnd() {
      for (int i = 0; i < SPINS; i++) {
        if (isOver()) {
          return;
        }
        Thread.onSpinWait();
      }
      INT.setVolatile(parked, 32 * index, 1);
      try {
        while (!isOver()) {
          LockSupport.park(Workers.this);
        }
      } finally {
        INT.setVolatile(parked, 32 * index, 0);
      }
    }
  }

  private void serve(int index) {
    int seen = 0;
    while (!closed) {
      awaitJobAfter(index, seen);
      seen = (int) INT.getVolatile(state, JOB);
      INT.getAndAdd(state, INSIDE, 1);
      Job current = job;
      if (current != null && !closed) {
        attempt(current.program(), new Member(index, current.firstStep()));
      }
      if ((int) INT.getAndAdd(state, INSIDE, -1) == 1 && failure.get() != null) {
        wake();
      }
    }
  }

  private void attempt(Program program, Member member) {
    try {
      program.run(member);
    } catch (Broken e) {
      // the failure that broke the program is kept already
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      wake();
    }
  }

  private void awaitJobAfter(int index, int seen) {
    for (int i = 0; i < SPINS; i++) {
      if ((int) INT.getAcquire(state, JOB) != seen) {
        return;
      }
      Thread.onSpinWait();
    }
    INT.setVolatile(parked, 32 * index, 1);
    while ((int) INT.getVolatile(state, JOB) == seen && !closed) {
      LockSupport.park(this);
    }
    INT.setVolatile(parked, 32 * index, 0);
  }

  private void awaitNobodyInside() {
    INT.setVolatile(parked, 0, 1);
    while ((int) INT.getVolatile(state, INSIDE) != 0) {
      LockSupport.park(this);
    }
    INT.setVolatile(parked, 0, 0);
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
