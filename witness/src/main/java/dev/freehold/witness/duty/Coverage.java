// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A duty of the form: every entry stands, within the declared time, under a checkpoint that
 * somebody outside has taken. Its thread goes round now and then; what a round does is the duty's
 * own. What an earlier process left is due at once, the rest after half the time.
 */
public final class Coverage implements LogDuty {
  /** So many entries are looked at singly, to tell whether they ask for anything. */
  private static final int TAIL = 256;

  /** What is done now and then, on the duty's thread alone. */
  @FunctionalInterface
  public interface Round {
    /**
     * One round.
     *
     * @param newest the newest published checkpoint
     * @throws IOException as {@code LogException} does, to be named in the alarm
     */
    void go(SignedCheckpoint newest, Coverage coverage)
        throws IOException, LogException, InterruptedException;
  }

  private final String duty;
  private final Duration within;
  private final Set<EntryKind> exempt;
  private final WatchedLog log;
  private final Duties duties;
  private final Round round;
  private final Thread thread;

  private final Object lock = new Object();

  /** Guarded by the lock. */
  private @Nullable SignedCheckpoint newest;

  /** Guarded by the lock. */
  private boolean closing;

  // What follows is the thread's own.

  /** Whether entries wait, and since when by the clock that never jumps. */
  private boolean owed;

  private long since;

  /** Whether what an earlier process left is not seen to yet. */
  private boolean first = true;

  private Coverage(
      String duty,
      Duration within,
      Set<EntryKind> exempt,
      WatchedLog log,
      Duties duties,
      Round round) {
    this.duty = duty;
    this.within = within;
    this.exempt = Set.copyOf(exempt);
    this.log = log;
    this.duties = duties;
    this.round = round;
    this.thread = Thread.ofVirtual().name(duty).unstarted(this::walk);
  }

  /**
   * Declares the duty and takes it on; tell it of the newest checkpoint, and of each that follows.
   *
   * @param exempt kinds whose entries ask for nothing: those that the duty itself makes, or it
   *     would never end
   */
  public static Coverage start(
      String duty,
      Duration within,
      Set<EntryKind> exempt,
      WatchedLog log,
      Duties duties,
      Round round) {
    duties.declare(duty, within);
    Coverage coverage = new Coverage(duty, within, exempt, log, duties, round);
    coverage.thread.start();
    return coverage;
  }

  @Override
  public void published(SignedCheckpoint checkpoint) {
    synchronized (lock) {
      newest = checkpoint;
      lock.notifyAll();
    }
  }

  private void walk() {
    // Looked at often enough to leave some tries within the time.
    long tick = Math.clamp(within.toMillis() / 20, 20, 30_000);
    try {
      while (true) {
        SignedCheckpoint seen;
        synchronized (lock) {
          if (!closing) {
            lock.wait(tick);
          }
          if (closing) {
            return;
          }
          seen = newest;
        }
        if (seen == null) {
          continue;
        }
        try {
          round.go(seen, this);
        } catch (IOException | LogException | RuntimeException e) {
          // Each says what to do about it, in the alarm. The duty must outlive whatever it was.
          duties.hindered(duty, String.valueOf(e.getMessage()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether entries ask for more than the checkpoint of so many entries that is taken. */
  public boolean lacks(SignedCheckpoint seen, long covered) throws LogException {
    long to = seen.checkpoint().size();
    if (covered >= to || to - covered > TAIL) {
      return covered < to;
    }
    for (byte[] bytes : new LogReader(log.files(), seen).entries(covered, to)) {
      if (!(Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry))
          || !exempt.contains(entry.kind())) {
        return true;
      }
    }
    return false;
  }

  /** Whether the log has an entry with this record, from an index on. */
  public boolean logged(SignedCheckpoint seen, long from, Json.Obj record) throws LogException {
    LogReader reader = new LogReader(log.files(), seen);
    for (long at = from; at < reader.size(); at += TAIL) {
      for (byte[] bytes : reader.entries(at, Math.min(reader.size(), at + TAIL))) {
        if (Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)
            && entry.record().equals(record)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Entries wait, since a time of the clock that never jumps, unless some already did. */
  public void owedSince(long time) {
    if (!owed) {
      owed = true;
      since = time;
      duties.owed(duty, time);
    }
  }

  /** Whether something is to be done now for what is owed. */
  public boolean due() {
    return owed && (first || duties.now() - since > half());
  }

  /** Half of the declared time, in nanoseconds. */
  public long half() {
    return within.toNanos() / 2;
  }

  /** What an earlier process left is being seen to. */
  public void begun() {
    first = false;
  }

  /** Nothing is owed. */
  public void met() {
    first = false;
    owed = false;
    duties.met(duty);
  }

  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    try {
      thread.interrupt();
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
