// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import java.io.IOException;
import java.time.InstantSource;
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
 * The log of one key, for the one process that appends to it (docs/formats/log.md).
 *
 * <p>An entry is durable once {@link #append} completes: it is in the journal, flushed, by the
 * log's own thread or by one that {@linkplain #hasten hastens} it. It becomes part of a signed tree
 * at the next {@link #publish}. Appends that wait while a flush is going on share the next one.
 * After a write to the journal has failed nothing is appended any more until the log is opened
 * again, since nobody can know what of it reached the disk; all that was durable stays so, and can
 * be read and published.
 *
 * <p>Safe for use by many threads.
 */
public final class Log implements AutoCloseable {
  /** Unpublished bytes at which the log publishes by itself, so that memory stays bounded. */
  private static final int UNPUBLISHED_LIMIT = 8 << 20;

  private static final long JOURNAL_FILE_LIMIT = 16L << 20;

  /** A frame of so many appends tells that many are at it at once. */
  private static final int MANY = 16;

  /** How long a frame waits for more where many are at it, and the log's thread where few are. */
  private static final int GATHER_MILLIS = 4;

  /** How often the log's thread waits so before it sleeps. */
  private static final int NAPS = 25;

  /** What one thread writes to the journal at once. */
  private record Frame(
      String file, FrameMemory.Room room, List<Waiting> batch, List<Held> entries) {}

  private final LogStorage storage;
  private final Origin origin;
  private final Thread committer;

  /** Guards what follows. */
  private final Object lock = new Object();

  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private final ArrayDeque<Durable> unpublished = new ArrayDeque<>();
  private final FrameMemory memory = new FrameMemory();
  private final Sequences accepted;
  private long durable;
  private long unpublishedBytes;
  private long journalFileBytes;
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
  private final List<Long> journalFiles;

  /** Guards the tree; taken before {@link #lock}. */
  private final Object publishing = new Object();

  private final PublishedTree tree;

  private Log(
      LogStorage storage,
      Origin origin,
      List<NoteSigner> signers,
      InstantSource clock,
      Recovery recovery) {
    this.storage = storage;
    this.origin = origin;
    this.tree = new PublishedTree(storage, origin, signers, clock, recovery);
    this.accepted = recovery.published.copy();
    this.journalFiles = recovery.journalFiles;
    this.durable = tree.size();
    // A new file after each opening: the last one may have been cut.
    this.nextFile = true;
    for (Held held : recovery.replayed) {
      if (durable >= accepted.size()) {
        accepted.count(held.kind(), held.source(), held.sequence());
      }
      unpublished.add(Durable.replayed(held));
      unpublishedBytes += held.length();
      durable++;
    }
    this.committer = Thread.ofPlatform().daemon().name("log-commit").unstarted(this::commit);
  }

  /**
   * Opens the log in a storage, and starts one where there is none. The storage is the log's from
   * here on, and closed with it; also where this throws.
   *
   * @param origin the name of the log
   * @param signer its Ed25519 key of this name
   * @param clock for signatures that carry a time
   * @throws LogException if the files contradict each other or the key, or cannot be read
   */
  public static Log open(LogStorage storage, Origin origin, NoteSigner signer, InstantSource clock)
      throws LogException {
    return open(storage, origin, List.of(signer), clock);
  }

  /**
   * Opens the log with further signers, such as an ML-DSA-44 key beside the Ed25519 one.
   *
   * @param signers the first is the log's Ed25519 key; all of them sign every checkpoint
   * @throws LogException if the files contradict each other or the key, or cannot be read
   */
  public static Log open(
      LogStorage storage, Origin origin, List<NoteSigner> signers, InstantSource clock)
      throws LogException {
    try {
      if (!(signers.getFirst() instanceof NoteSigner.Ed25519 own)
          || !own.verifierKey().name().text().equals(origin.text())) {
        throw new LogException(
            "the log " + origin + " is signed by an Ed25519 key that has its name");
      }
      Log log = new Log(storage, origin, signers, clock, Recovery.of(storage, origin, own));
      log.committer.start();
      return log;
    } catch (LogException | RuntimeException e) {
      close(storage, e);
      throw e;
    } catch (IOException e) {
      close(storage, e);
      throw new LogException("the log " + origin + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void close(LogStorage storage, Exception because) {
    try {
      storage.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /**
   * Appends an entry. Completes with its index once it is durable, on the thread that writes the
   * journal: whatever depends on it should be short or go elsewhere. Fails with a {@link
   * LogException} if it is too long, if its sequence number is not the next of its source, or if
   * the journal cannot be written; of the last it may still turn up when the log is opened again.
   */
  public CompletableFuture<Long> append(Entry entry) {
    return append(List.of(entry));
  }

  /**
   * Appends an entry whose record is canonical JSON already, as {@link #append(Entry)} does; for
   * those who write many records, and know that they are an object each. Nobody is woken for it:
   * the log's thread writes it within {@value #GATHER_MILLIS} ms, unless somebody {@linkplain
   * #hasten hastens} it.
   *
   * @param record its bytes, which are not read
   */
  public CompletableFuture<Long> append(
      EntryKind kind, Source source, long sequence, byte[] record) {
    return appendLeisurely(
        Held.of(Entry.encode(kind, source, sequence, record), kind, source, sequence));
  }

  /** Does the same for a record that is finished only when it is written. */
  public CompletableFuture<Long> append(
      EntryKind kind, Source source, long sequence, LateRecord record) {
    return appendLeisurely(Held.of(record, kind, source, sequence));
  }

  private CompletableFuture<Long> appendLeisurely(Held held) {
    return held.length() > Entry.LIMIT
        ? tooLong(held.sequence(), held.source(), held.length())
        : enqueue(List.of(held), List.of(held.source()), false);
  }

  private static CompletableFuture<Long> tooLong(long sequence, Source source, int length) {
    return CompletableFuture.failedFuture(
        new LogException(
            "the entry %d of %s has %d bytes, the log takes %d"
                .formatted(sequence, source, length, Entry.LIMIT)));
  }

  /** Appends entries side by side, all or none; completes with the index of the first. */
  public CompletableFuture<Long> append(List<Entry> entries) {
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("there is nothing to append");
    }
    List<Held> held = new ArrayList<>(entries.size());
    long bytes = 0;
    for (Entry entry : entries) {
      byte[] encoded = entry.encode();
      if (encoded.length > Entry.LIMIT) {
        return tooLong(entry.sequence(), entry.source(), encoded.length);
      }
      bytes += 2 + encoded.length;
      held.add(Held.of(encoded, entry));
    }
    if (bytes > Journal.PAYLOAD_LIMIT) {
      return CompletableFuture.failedFuture(
          new LogException("these entries are more than one write takes: append fewer at once"));
    }
    return enqueue(held, entries.stream().map(Entry::source).toList(), true);
  }

  private CompletableFuture<Long> enqueue(List<Held> held, List<Source> sources, boolean hurried) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    synchronized (lock) {
      if (failed != null) {
        return CompletableFuture.failedFuture(failed);
      }
      if (closed) {
        return CompletableFuture.failedFuture(new LogException("the log " + origin + " is closed"));
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
      if (hurried || asleep) {
        lock.notifyAll();
      }
    }
    return done;
  }

  /** The sequence number of the next entry of this source; empty once it has ended. */
  public OptionalLong nextSequence(Source source) {
    synchronized (lock) {
      return accepted.next(source);
    }
  }

  /** Number of durable entries. */
  public long sizeDurable() {
    synchronized (lock) {
      return durable;
    }
  }

  /** What the log's first signer is verified with, and its name. */
  public Origin origin() {
    return origin;
  }

  /**
   * Makes all durable entries part of the tree, writes its tiles, and then the signed checkpoint;
   * returns that. Where nothing is new, it is the one there is.
   *
   * @throws LogException if something cannot be written; what was published before stays, nothing
   *     durable is lost, and the next call does it again
   */
  public SignedCheckpoint publish() throws LogException {
    synchronized (publishing) {
      List<Durable> fresh;
      synchronized (lock) {
        fresh = List.copyOf(unpublished);
      }
      Optional<SignedCheckpoint> last = tree.newest();
      if (last.isPresent() && fresh.isEmpty()) {
        return last.get();
      }
      try {
        List<String> superseded = tree.add(fresh);
        Leftovers.delete(storage, released(fresh), superseded);
        return tree.newest().orElseThrow();
      } catch (IOException e) {
        throw new LogException(
            "the tree of %s cannot be written: %s. Nothing is lost; mend that and publish again"
                .formatted(origin, e.getMessage()),
            e);
      }
    }
  }

  /** Lets go of entries that are in the tree; returns the journal's files that only held such. */
  private List<Long> released(List<Durable> fresh) {
    List<Long> old = new ArrayList<>();
    synchronized (lock) {
      for (Durable entry : fresh) {
        unpublished.remove();
        unpublishedBytes -= entry.length() - 2;
        memory.release(entry.slab());
      }
      nextFile |= journalFileBytes > JOURNAL_FILE_LIMIT;
      while (journalFiles.size() > 1 && journalFiles.get(1) <= tree.size()) {
        old.add(journalFiles.removeFirst());
      }
    }
    return old;
  }

  /**
   * Puts cosignatures under the newest checkpoint, if it still is this one; they stay there until
   * the next. Whether they hold is the caller's to have checked.
   *
   * @return whether it was the newest
   * @throws LogException if it cannot be written; what was there before stays
   */
  public boolean cosigned(Checkpoint checkpoint, List<SignatureLine> lines) throws LogException {
    synchronized (publishing) {
      synchronized (lock) {
        if (closed) {
          throw new LogException("the log " + origin + " is closed");
        }
      }
      try {
        return tree.cosigned(checkpoint, lines);
      } catch (IOException e) {
        throw new LogException("the checkpoint of %s cannot be written".formatted(origin), e);
      }
    }
  }

  /** The newest checkpoint; empty before the first one is published. */
  public Optional<SignedCheckpoint> newest() {
    synchronized (publishing) {
      return tree.newest();
    }
  }

  /**
   * A reader at the newest checkpoint.
   *
   * @throws LogException if nothing has ever been published
   */
  public LogReader reader() throws LogException {
    return new LogReader(
        storage,
        newest()
            .orElseThrow(
                () -> new LogException("the log " + origin + " has not published anything yet")));
  }

  /** Waits until what was appended is durable, and gives the files back. Does not publish. */
  @Override
  public void close() throws LogException {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    boolean interrupted = false;
    for (boolean settled = false; !settled; ) {
      try {
        settle();
        settled = true;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    synchronized (publishing) {
      try {
        storage.close();
      } catch (IOException e) {
        throw new LogException("the log " + origin + " cannot be closed: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Writes what was appended and waits, on this thread, where nobody is writing and few are
   * waiting; else leaves it to the log's thread. For who is going to wait for its entry anyway; an
   * interrupted thread isn't.
   */
  public void hasten() {
    Frame frame;
    synchronized (lock) {
      if (writing
          || queue.isEmpty()
          || Math.max(queue.size(), lastFrame) >= MANY
          || unpublishedBytes > UNPUBLISHED_LIMIT
          || Thread.currentThread().isInterrupted()) {
        return;
      }
      frame = take();
    }
    write(frame);
  }

  /** Waits until nobody writes any more. */
  private void settle() throws InterruptedException {
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
          publish();
        } else if (!write(frame)) {
          return;
        }
      } catch (LogException e) {
        // Memory would grow without end: no more entries until it is opened again.
        fail(List.of(), e);
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
      journalFileBytes = 0;
      if (journalFiles.isEmpty() || journalFiles.getLast() != durable) {
        journalFiles.add(durable);
      }
    }
    writing = true;
    lastFrame = batch.size();
    return new Frame(Journal.name(journalFiles.getLast()), room, batch, entries);
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
      journalFileBytes += frame.room.length();
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
