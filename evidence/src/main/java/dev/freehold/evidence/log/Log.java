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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The log of one key, for the one process that appends to it (docs/formats/log.md).
 *
 * <p>An entry is durable once {@link #append} completes: it is in the journal, flushed, by the
 * log's own thread or by one that {@linkplain #hasten hastens} it. It becomes part of a signed tree
 * at the next {@link #publish}. Appends that wait while a flush is going on share the next one. The
 * tree's files are flushed when a file of the journal is full, and when the log is closed; until
 * then an opening makes them again from the journal. After a write to the journal, or such a flush,
 * has failed nothing is appended any more until the log is opened again, since nobody can know what
 * of it reached the disk; all that was durable stays so, and can be read and published.
 *
 * <p>Safe for use by many threads.
 */
public final class Log implements AutoCloseable {
  private static final long JOURNAL_FILE_LIMIT = 4L << 20;

  private final LogStorage storage;
  private final Origin origin;
  private final Appends appends;

  /** Guards the tree; taken before what guards the appends. */
  private final Object publishing = new Object();

  private final PublishedTree tree;

  /** What must be shown anew first; null once that is done. */
  private @Nullable Recovery unshown;

  /** Whether partial tiles may be torn. */
  private boolean unchecked = true;

  private boolean closed;

  private Log(
      LogStorage storage,
      Origin origin,
      List<NoteSigner> signers,
      InstantSource clock,
      long journalLimit,
      Recovery recovery) {
    this.storage = storage;
    this.origin = origin;
    this.tree = new PublishedTree(storage, origin, signers, clock, recovery);
    this.appends = new Appends(storage, origin, journalLimit, recovery, this::publish);
    this.unshown = recovery;
  }

  /**
   * Opens the log in a storage, and starts one where there is none. The storage is the log's from
   * here on, and closed with it; also where this throws. Where something was published before, what
   * is durable is published now; if that fails, the next {@link #publish} does it.
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
    return open(storage, origin, signers, clock, JOURNAL_FILE_LIMIT);
  }

  /** Opens the log with files of its journal of another size. */
  static Log open(
      LogStorage storage,
      Origin origin,
      List<NoteSigner> signers,
      InstantSource clock,
      long journalLimit)
      throws LogException {
    try {
      if (!(signers.getFirst() instanceof NoteSigner.Ed25519 own)
          || !own.verifierKey().name().text().equals(origin.text())) {
        throw new LogException(
            "the log " + origin + " is signed by an Ed25519 key that has its name");
      }
      Recovery recovery = Recovery.of(storage, origin, own);
      recovery.replay.clean(storage);
      Log log = new Log(storage, origin, signers, clock, journalLimit, recovery);
      if (recovery.newest().isPresent()) {
        log.publishAnew();
      }
      log.appends.start();
      return log;
    } catch (LogException | RuntimeException e) {
      close(storage, e);
      throw e;
    } catch (IOException e) {
      close(storage, e);
      throw new LogException("the log " + origin + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /** So nobody reads what a power cut left, nor less than what was read before it. */
  private void publishAnew() {
    try {
      publish();
    } catch (LogException e) {
      // Whoever publishes next does it again, and is told.
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
   * the log's thread writes it within some milliseconds, unless somebody {@linkplain #hasten
   * hastens} it.
   *
   * @param record its bytes, which are not read
   */
  public CompletableFuture<Long> append(
      EntryKind kind, Source source, long sequence, byte[] record) {
    return appendLeisurely(
        Held.of(Entry.encode(kind, source, sequence, record), kind, source, sequence));
  }

  /**
   * Appends an entry whose record is canonical JSON already, and writes it, with all that was
   * appended before, as {@link #hasten} does: nobody is woken for it where this thread can do it.
   *
   * @param record its bytes, which are not read
   */
  public CompletableFuture<Long> appendHastened(
      EntryKind kind, Source source, long sequence, byte[] record) {
    Held held = Held.of(Entry.encode(kind, source, sequence, record), kind, source, sequence);
    if (held.length() > Entry.LIMIT) {
      return tooLong(sequence, source, held.length());
    }
    CompletableFuture<Long> appended =
        appends.add(List.of(held), List.of(source), Appends.Waking.NOBODY);
    appends.hasten();
    return appended;
  }

  /** Does the same for a record that is finished only when it is written. */
  public CompletableFuture<Long> append(
      EntryKind kind, Source source, long sequence, LateRecord record) {
    return appendLeisurely(Held.of(record, kind, source, sequence));
  }

  private CompletableFuture<Long> appendLeisurely(Held held) {
    return held.length() > Entry.LIMIT
        ? tooLong(held.sequence(), held.source(), held.length())
        : appends.add(List.of(held), List.of(held.source()), Appends.Waking.WHO_SLEEPS);
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
    return appends.add(held, entries.stream().map(Entry::source).toList(), Appends.Waking.AT_ONCE);
  }

  /** The sequence number of the next entry of this source; empty once it has ended. */
  public OptionalLong nextSequence(Source source) {
    return appends.next(source);
  }

  /** Number of durable entries. */
  public long sizeDurable() {
    return appends.durable();
  }

  /** What the log's first signer is verified with, and its name. */
  public Origin origin() {
    return origin;
  }

  /**
   * Makes all durable entries part of the tree, shows its tiles, and then the signed checkpoint;
   * returns that. Where nothing is new, it is the one there is.
   *
   * @throws LogException if something cannot be written; what was published before stays, nothing
   *     durable is lost, and the next call does it again
   */
  public SignedCheckpoint publish() throws LogException {
    synchronized (publishing) {
      boolean full = false;
      try {
        showAnew();
        List<Durable> fresh = appends.unpublished();
        if (tree.newest().isEmpty() || !fresh.isEmpty()) {
          if (closed) {
            throw new LogException("the log " + origin + " is closed");
          }
          tree.add(fresh);
          full = appends.published(fresh, tree.size());
        }
        if (unchecked) {
          tree.deleteTorn();
          unchecked = false;
        }
      } catch (IOException e) {
        throw new LogException(
            "the tree of %s cannot be written: %s. Nothing is lost; mend that and publish again"
                .formatted(origin, e.getMessage()),
            e);
      }
      if (full) {
        settle();
      }
      return tree.newest().orElseThrow();
    }
  }

  /** Shows what was published before the log was opened and is not flushed. */
  private void showAnew() throws IOException {
    Recovery recovery = unshown;
    if (recovery == null) {
      return;
    }
    // Where there is more to publish, and nothing between, that checkpoint takes its place.
    if (recovery.shown() > 0 || (recovery.lost && appends.unpublished().isEmpty())) {
      tree.restore(recovery.growth, recovery.newest().orElseThrow());
    }
    unshown = null;
  }

  /** Flushes what was published, and deletes what of the journal only held that. */
  private void settle() throws LogException {
    try {
      tree.flush();
    } catch (IOException e) {
      appends.fail(e);
      throw new LogException(
          "the tree of %s cannot be flushed: %s. Nothing is lost; mend that and open the log again"
              .formatted(origin, e.getMessage()),
          e);
    }
    try {
      tree.settle();
    } catch (IOException e) {
      throw new LogException(
          "the tree of %s cannot be settled: %s. Nothing is lost; mend that and publish again"
              .formatted(origin, e.getMessage()),
          e);
    }
    Leftovers.deleteJournals(storage, appends.settled(tree.settled()));
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
      appends.requireOpen();
      try {
        showAnew();
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

  /**
   * Waits until what was appended is durable, flushes what is published, and gives the files back.
   * Does not publish.
   *
   * @throws LogException if something can't be flushed or closed; the files are given back even
   *     then, and nothing is lost
   */
  @Override
  public void close() throws LogException {
    boolean sound = appends.close();
    synchronized (publishing) {
      if (closed) {
        return;
      }
      closed = true;
      try (LogStorage _ = storage) {
        if (sound && !tree.isSettled()) {
          settle();
        } else if (sound) {
          Leftovers.deleteJournals(storage, appends.settled(tree.settled()));
        }
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
    appends.hasten();
  }
}
