// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One of two ends within a process: frames are handed over as they are, and taken on the thread
 * that writes them, so that nobody has to be woken (docs/decisions/0100).
 */
final class InnerFrames implements Frames {
  private final Way in;
  private final Way out;

  private InnerFrames(Way in, Way out) {
    this.in = in;
    this.out = out;
  }

  /** Two ends. */
  record Pair(InnerFrames one, InnerFrames other) {}

  static Pair pair() {
    Way there = new Way();
    Way back = new Way();
    return new Pair(new InnerFrames(back, there), new InnerFrames(there, back));
  }

  /** One direction. All state is owned by the lock, which nobody holds while a taker takes. */
  private static final class Way {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Frame> waiting = new ArrayDeque<>();
    private @Nullable Taker taker;
    private boolean ended;

    /** What the taker threw on another's thread. */
    private @Nullable Exception thrown;

    /** Leaves frames to a reader, or returns whoever takes them. */
    @Nullable Taker add(List<? extends Frame> frames) throws IOException {
      lock.lock();
      try {
        if (ended) {
          throw new IOException("the stage's connection is closed");
        }
        if (taker == null) {
          waiting.addAll(frames);
          changed.signalAll();
        }
        return taker;
      } finally {
        lock.unlock();
      }
    }

    Frame read() throws EOFException {
      lock.lock();
      try {
        while (waiting.isEmpty() && !ended) {
          changed.awaitUninterruptibly();
        }
        if (waiting.isEmpty()) {
          throw new EOFException("the other end is gone");
        }
        return waiting.remove();
      } finally {
        lock.unlock();
      }
    }

    /** What waits; where nothing does, the taker has what comes from now on. */
    List<Frame> takenBy(Taker takes) {
      lock.lock();
      try {
        List<Frame> frames = List.copyOf(waiting);
        waiting.clear();
        if (frames.isEmpty()) {
          taker = takes;
        }
        return frames;
      } finally {
        lock.unlock();
      }
    }

    void awaitEnd() throws IOException {
      lock.lock();
      try {
        while (!ended) {
          changed.awaitUninterruptibly();
        }
        switch (thrown) {
          case null -> throw new EOFException("the other end is gone");
          case IOException broken -> throw broken;
          case RuntimeException broken -> throw broken;
          case Exception broken -> throw new IllegalStateException(broken);
        }
      } finally {
        lock.unlock();
      }
    }

    @Nullable Taker taker() {
      lock.lock();
      try {
        return ended ? null : taker;
      } finally {
        lock.unlock();
      }
    }

    void end(@Nullable Exception why) {
      lock.lock();
      try {
        if (!ended) {
          ended = true;
          thrown = why;
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public Frame read() throws IOException {
    return in.read();
  }

  @Override
  public void deliver(Taker taker) throws IOException {
    try {
      for (List<Frame> first = in.takenBy(taker); !first.isEmpty(); first = in.takenBy(taker)) {
        taker.take(first);
        taker.work(false);
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    in.awaitEnd();
  }

  @Override
  public void write(List<? extends Frame> frames) throws IOException {
    Taker taker = out.add(frames);
    if (taker != null && !frames.isEmpty()) {
      try {
        taker.take(new ArrayList<>(frames));
      } catch (IOException | RuntimeException e) {
        end(e);
      }
    }
  }

  @Override
  public void work(boolean here) {
    Taker taker = out.taker();
    if (taker != null) {
      try {
        taker.work(here);
      } catch (IOException | RuntimeException e) {
        end(e);
      }
    }
  }

  /** The other end's taker threw: its {@link #deliver} throws it, as if it had read by itself. */
  private void end(Exception why) {
    out.end(why);
    in.end(null);
  }

  @Override
  public void close() {
    // Whoever reads the end can't write any more.
    in.end(null);
    out.end(null);
  }
}
