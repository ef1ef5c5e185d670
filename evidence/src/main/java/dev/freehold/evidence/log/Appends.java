// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.evidence.note.Origin;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The near end of a log: takes entries, makes them durable in the journal, and keeps them until
 * they are published. Safe for use by many threads.
 */
final class Appends {
  /** Unpublished bytes at which the log publishes by itself, so that memory stays bounded. */
  private static final int UNPUBLISHED_LIMIT = 8 << 20;

  /** A frame of so many appends tells that many are at it at once. */
  private static final int MANY = 16;

  /** How long a frame waits for more where many are at it, and the log's thread where few are. */
  static final int GATHER_MILLIS = 4;

  /** How often the log's thread waits so before it sleeps. */
  private static final int NAPS = 25;

  /** What one thread writes to the journal at once. */
  private record Frame(
      String file, FrameMemory.Room room, List<Waiting> batch, List<Held> entries) {}

  /** Whether the log's thread is woken for an append. */
  enum Waking {
    AT_ONCE,
    /** Only where it would not look by itself soon. */
    WHO_SLEEPS,
    /** {@link #hasten} follows. */
    NOBODY
  }

  /** Publishes what is durable. */
  interface Publisher {
    void publish() throws LogException;
  }

  private final LogStorage storage;
  private final Origin origin;
  private final long fileLimit;
  private final Publisher publisher;
  private final Thread committer;

  /** Guards what follows. */
  private final Object lock = new Object();

  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private final ArrayDeque<Durable> unpublished = new ArrayDeque<>();
  private final FrameMemory memory = new FrameMemory();
  private final Sequences accepted;
  private long durable;
  private long unpublishedBytes;
  private long fileBytes;
  private boolean nextFile;

  /** Whether somebody writes to the journal. */
  private boolean writing;

  /** How many appends its last frame held. */
  private int lastFrame;

  /** Whether the log's thread must be woken to see an entry. */
  private boolean asleep;

  private boolean closed;
  private @Nullable LogException failed;

  /** First indices of the journal's files. */
  private final List<Long> files;

  /**
   * Goes on where the journal ends.
   *
   * @param fileLimit bytes of a journal's file after which a new one is begun
   * @param publisher for when too much is unpublished
   */
  Appends(
      LogStorage storage, Origin origin, long fileLimit, Recovery recovery, Publisher publisher) {
    this.storage = storage;
    this.origin = origin;
    this.fileLimit = fileLimit;
    this.publisher = publisher;
    this.accepted = recovery.accepted;
    this.files = recovery.replay.files;
    List<Durable> replayed = recovery.replay.entries;
    this.durable = recovery.frontier.size() + replayed.size();
    // A new file after each opening: the last one may have been cut.
    this.nextFile = true;
    for (Durable entry : replayed.subList(recovery.shown(), replayed.size())) {
      unpublished.add(entry);
      unpublishedBytes += entry.length() - 2;
    }
    this.committer = Thread.ofPlatform().daemon().name("log-commit").unstarted(this::commit);
  }

  void start() {
    committer.start();
  }

  /**
   * Queues entries side by side; completes with the index of the first.
   *
   * @param waking whether the log's thread is woken for them
   */
  CompletableFuture<Long> add(List<Held> held, List<Source> sources, Waking waking) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    synchronized (lock) {
      if (failed != null) {
        return CompletableFuture.failedFuture(failed);
      }
      if (closed) {
        return CompletableFuture.failedFuture(closed());
      }
      long first = accepted.size();
      Sequences before = held.size() == 1 ? accepted : accepted.copyOf(Set.copyOf(sources));
      for (Held each : held) {
        Optional<String> wrong = accepted.count(each.kind(), each.source(), each.sequence());
        if (wrong.isPresent()) {
          accepted.restore(before);
          return CompletableFuture.failedFuture(new LogException(wrong.get()));
        }
      }
      queue.add(new Waiting(held, first, done));
      if (waking == Waking.AT_ONCE || (waking == Waking.WHO_SLEEPS && asleep)) {
        lock.notifyAll();
      }
    }
    return done;
  }

  private LogException closed() {
    return new LogException("the log " + origin + " is closed");
  }

  /**
   * Says so where it is.
   *
   * @throws LogException if it is closed
   */
  void requireOpen() throws LogException {
    synchronized (lock) {
      if (closed) {
        throw closed();
      }
    }
  }

  /** The sequence number of the next entry of this source; empty once it has ended. */
  OptionalLong next(Source source) {
    synchronized (lock) {
      return accepted.next(source);
    }
  }

  /** Number of durable entries. */
  long durable() {
    synchronized (lock) {
      return durable;
    }
  }

  /** Those that are not published, in order. */
  List<Durable> unpublished() {
    synchronized (lock) {
      return List.copyOf(unpublished);
    }
  }

  /**
   * Lets go of entries that are published now, the first of those that were not.
   *
   * @return whether the journal has files that hold nothing beyond a tree of this size
   */
  boolean published(List<Durable> entries, long size) {
    synchronized (lock) {
      for (Durable entry : entries) {
        unpublished.remove();
        unpublishedBytes -= entry.length() - 2;
        memory.release(entry.slab());
      }
      nextFile |= fileBytes > fileLimit;
      return files.size() > 1 && files.get(1) <= size;
    }
  }

  /**
   * Lets go of the journal's files that hold nothing beyond a settled tree of this size, and
   * returns their first indices. Of the last one nobody knows that before the log is closed.
   */
  List<Long> settled(long size) {
    List<Long> old = new ArrayList<>();
    synchronized (lock) {
      while (files.size() > 1 && files.get(1) <= size) {
        old.add(files.removeFirst());
      }
      if (closed && !writing && durable <= size) {
        old.addAll(files);
        files.clear();
      }
    }
    return old;
  }

  /**
   * Writes what was appended and waits, on this thread, where nobody is writing and few are
   * waiting; else leaves it to the log's thread.
   */
  void hasten() {
    Frame frame;
    synchronized (lock) {
      if (writing || queue.isEmpty()) {
        return;
      }
      if (Math.max(queue.size(), lastFrame) >= MANY
          || unpublishedBytes > UNPUBLISHED_LIMIT
          || Thread.currentThread().isInterrupted()) {
        if (asleep) {
          lock.notifyAll();
        }
        return;
      }
      frame = take();
    }
    write(frame);
  }

  /**
   * Takes nothing more and waits until what was appended is durable, or failed.
   *
   * @return whether nothing has failed
   */
  boolean close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    boolean interrupted = false;
    for (boolean still = false; !still; ) {
      try {
        await();
        still = true;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    synchronized (lock) {
      return failed == null;
    }
  }

  /** Waits until nobody writes any more. */
  private void await() throws InterruptedException {
    committer.join();
    synchronized (lock) {
      while (writing) {
        lock.wait();
      }
    }
  }

  /** The committer's walk: what waits goes into one frame, and its flush makes it durable. */
  private void commit() {
    boolean many = false;
    while (true) {
      if (many) {
        LockSupport.parkNanos(GATHER_MILLIS * 1_000_000L);
      }
      Frame frame = null;
      int naps = 0;
      synchronized (lock) {
        while (writing || (queue.isEmpty() && !closed && unpublishedBytes <= UNPUBLISHED_LIMIT)) {
          asleep = ++naps > NAPS;
          try {
            lock.wait(asleep ? 0 : GATHER_MILLIS);
          } catch (InterruptedException e) {
            // Nobody else knows this thread: it ends by closing.
          }
        }
        asleep = false;
        if (unpublishedBytes <= UNPUBLISHED_LIMIT) {
          if (queue.isEmpty()) {
            return;
          }
          frame = take();
          many = lastFrame >= MANY;
        }
      }
      try {
        if (frame == null) {
          publisher.publish();
        } else if (!write(frame)) {
          return;
        }
      } catch (LogException e) {
        // Memory would grow without end: no more entries until it is opened again.
        fail(e);
        return;
      }
    }
  }

  /** Takes what waits, for the one who writes it; under the lock. */
  private Frame take() {
    List<Waiting> batch = Waiting.frame(queue);
    List<Held> entries = batch.stream().flatMap(each -> each.entries().stream()).toList();
    int payload = batch.stream().mapToInt(Waiting::payload).sum();
    FrameMemory.Room room = memory.room(Journal.length(payload), entries.size());
    if (nextFile) {
      nextFile = false;
      fileBytes = 0;
      if (files.isEmpty() || files.getLast() != durable) {
        files.add(durable);
      }
    }
    writing = true;
    lastFrame = batch.size();
    return new Frame(Journal.name(files.getLast()), room, batch, entries);
  }

  /** Makes a frame durable and says so; false where that failed. */
  private boolean write(Frame frame) {
    List<Waiting> batch = frame.batch;
    try {
      List<Durable> laid = Durable.frame(batch.getFirst().first(), frame.entries, frame.room);
      storage.append(frame.file, frame.room.bytes(), batch.size() < MANY);
      written(frame, laid);
      return true;
    } catch (IOException | RuntimeException | Error e) {
      fail(batch, e);
      return false;
    }
  }

  private void written(Frame frame, List<Durable> laid) {
    synchronized (lock) {
      durable += laid.size();
      fileBytes += frame.room.length();
      unpublished.addAll(laid);
      for (Durable entry : laid) {
        unpublishedBytes += entry.length() - 2;
      }
      writing = false;
      if (closed || !queue.isEmpty() || unpublishedBytes > UNPUBLISHED_LIMIT) {
        lock.notifyAll();
      }
    }
    frame.batch.forEach(each -> each.done().complete(each.first()));
  }

  /** Takes nothing more until the log is opened again; by one who isn't writing to the journal. */
  void fail(Throwable cause) {
    fail(List.of(), cause);
  }

  private void fail(List<Waiting> batch, Throwable cause) {
    LogException failure =
        new LogException(
            "the log %s cannot be written: %s. Nothing more is appended; mend that and open the log again"
                .formatted(origin, cause.getMessage()),
            cause);
    List<Waiting> all = new ArrayList<>(batch);
    synchronized (lock) {
      failed = failure;
      // Who publishes, and has no batch, may fail while somebody writes.
      writing &= batch.isEmpty();
      all.addAll(queue);
      queue.clear();
      lock.notifyAll();
    }
    all.forEach(each -> each.done().completeExceptionally(failure));
  }
}
