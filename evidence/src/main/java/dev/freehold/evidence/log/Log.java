// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The log of one key, for the one process that appends to it (docs/formats/log.md).
 *
 * <p>An entry is durable once {@link #append} completes: it is in the journal, flushed. It becomes
 * part of a signed tree at the next {@link #publish}. Appends that wait while a flush is going on
 * share the next one. After a write to the journal has failed nothing is appended any more until
 * the log is opened again, since nobody can know what of it reached the disk; all that was durable
 * stays so, and can be read and published.
 *
 * <p>Safe for use by many threads.
 */
public final class Log implements AutoCloseable {
  /** Unpublished bytes at which the log publishes by itself, so that memory stays bounded. */
  private static final int UNPUBLISHED_LIMIT = 32 << 20;

  private static final long JOURNAL_FILE_LIMIT = 16L << 20;
  private static final int WRITE_LIMIT = 8 << 20;
  private static final String CHECKPOINT = "checkpoint";

  /** An entry on its way from the caller to a tile. */
  private static final class Held {
    private final byte[] bytes;
    private final EntryKind kind;
    private final Source source;
    private final long sequence;

    Held(byte[] bytes, Entry entry) {
      this(bytes, entry.kind(), entry.source(), entry.sequence());
    }

    Held(byte[] bytes, EntryKind kind, Source source, long sequence) {
      this.bytes = bytes;
      this.kind = kind;
      this.source = source;
      this.sequence = sequence;
    }
  }

  private record Waiting(List<Held> entries, long first, CompletableFuture<Long> done) {}

  private final LogStorage storage;
  private final Origin origin;
  private final List<NoteSigner> signers;
  private final InstantSource clock;
  private final Thread committer;

  /** Guards what follows. */
  private final Object lock = new Object();

  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private final ArrayDeque<Held> unpublished = new ArrayDeque<>();
  private final Sequences accepted;
  private long durable;
  private long unpublishedBytes;
  private long journalFileBytes;
  private boolean nextFile;
  private boolean closed;
  private @Nullable LogException failed;

  /** First indices of the journal's files. */
  private final List<Long> journalFiles;

  /** Guards what follows; taken before {@link #lock}. */
  private final Object publishing = new Object();

  private Sequences published;
  private Frontier frontier;
  private List<byte[]> bundle;
  private @Nullable SignedCheckpoint newest;

  private Log(
      LogStorage storage,
      Origin origin,
      List<NoteSigner> signers,
      InstantSource clock,
      Recovery recovery) {
    this.storage = storage;
    this.origin = origin;
    this.signers = List.copyOf(signers);
    this.clock = clock;
    this.newest = recovery.newest;
    this.frontier = recovery.frontier;
    this.bundle = recovery.bundle;
    this.published = recovery.published;
    this.accepted = recovery.published.copy();
    this.journalFiles = recovery.journalFiles;
    this.durable = frontier.size();
    // A new file after each opening: the last one may have been cut.
    this.nextFile = true;
    for (Held held : recovery.replayed) {
      if (durable >= accepted.size()) {
        accepted.count(held.kind, held.source, held.sequence);
      }
      unpublished.add(held);
      unpublishedBytes += held.bytes.length;
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
   * those who write many records, and know that they are an object each.
   *
   * @param record its bytes, which are not read
   */
  public CompletableFuture<Long> append(
      EntryKind kind, Source source, long sequence, byte[] record) {
    byte[] encoded = Entry.encode(kind, source, sequence, record);
    if (encoded.length > Entry.LIMIT) {
      return tooLong(sequence, source, encoded.length);
    }
    return enqueue(List.of(new Held(encoded, kind, source, sequence)), List.of(source));
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
      held.add(new Held(encoded, entry));
    }
    if (bytes > Journal.PAYLOAD_LIMIT) {
      return CompletableFuture.failedFuture(
          new LogException("these entries are more than one write takes: append fewer at once"));
    }
    return enqueue(held, entries.stream().map(Entry::source).toList());
  }

  private CompletableFuture<Long> enqueue(List<Held> held, List<Source> sources) {
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
        Optional<String> wrong = accepted.count(each.kind, each.source, each.sequence);
        if (wrong.isPresent()) {
          accepted.restore(before);
          return CompletableFuture.failedFuture(new LogException(wrong.get()));
        }
      }
      queue.add(new Waiting(held, first, done));
      lock.notifyAll();
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
      List<Held> fresh;
      synchronized (lock) {
        fresh = List.copyOf(unpublished);
      }
      SignedCheckpoint last = newest;
      if (last != null && fresh.isEmpty()) {
        return last;
      }
      try {
        return publish(fresh);
      } catch (IOException e) {
        throw new LogException(
            "the tree of %s cannot be written: %s. Nothing is lost; mend that and publish again"
                .formatted(origin, e.getMessage()),
            e);
      }
    }
  }

  private SignedCheckpoint publish(List<Held> fresh) throws IOException {
    Frontier grown = frontier.copy();
    Sequences counted = published.copy();
    List<byte[]> open = new ArrayList<>(bundle);
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<String> superseded = new ArrayList<>();
    long waiting = 0;
    for (Held held : fresh) {
      // After an opening the file of the sources may have been ahead of the tree.
      if (grown.size() >= counted.size()) {
        counted.count(held.kind, held.source, held.sequence);
      }
      open.add(held.bytes);
      waiting += held.bytes.length;
      grown.add(
          MerkleTree.leaf(held.bytes),
          (tile, hashes) -> {
            files.put(tile.path(), Frontier.encode(hashes));
            superseded.add(tile.path() + ".p");
          });
      if (open.size() == Tile.FULL) {
        Tile.Bundle full = new Tile.Bundle(grown.size() / Tile.FULL - 1, Tile.FULL);
        files.put(full.path(), Bundles.encode(open));
        superseded.add(full.path() + ".p");
        open.clear();
      }
      if (waiting > WRITE_LIMIT) {
        storage.write(files);
        files.clear();
        waiting = 0;
      }
    }
    if (!fresh.isEmpty()) {
      grown.partial((tile, hashes) -> files.put(tile.path(), Frontier.encode(hashes)));
      if (!open.isEmpty()) {
        files.put(
            new Tile.Bundle(grown.size() / Tile.FULL, open.size()).path(), Bundles.encode(open));
      }
      storage.write(files);
      storage.write(Map.of(Sequences.FILE, counted.encode()));
    }
    SignedCheckpoint signed = sign(new Checkpoint(origin, grown.size(), grown.root()));
    storage.write(Map.of(CHECKPOINT, signed.encode()));
    frontier = grown;
    bundle = List.copyOf(open);
    newest = signed;
    published = counted;
    List<Long> old = new ArrayList<>();
    synchronized (lock) {
      for (Held held : fresh) {
        unpublished.remove();
        unpublishedBytes -= held.bytes.length;
      }
      nextFile |= journalFileBytes > JOURNAL_FILE_LIMIT;
      while (journalFiles.size() > 1 && journalFiles.get(1) <= grown.size()) {
        old.add(journalFiles.removeFirst());
      }
    }
    tidy(old, superseded);
    return signed;
  }

  private SignedCheckpoint sign(Checkpoint checkpoint) {
    SignedCheckpoint signed =
        checkpoint.signed(signers.getFirst().sign(checkpoint, clock.instant()));
    for (NoteSigner further : signers.subList(1, signers.size())) {
      signed = signed.with(List.of(further.sign(checkpoint, clock.instant())));
    }
    return signed;
  }

  /** Deletes what nobody needs any more; if it can't, it lies there and does no harm. */
  private void tidy(List<Long> journals, List<String> partials) {
    try {
      List<String> names = new ArrayList<>();
      journals.forEach(first -> names.add(Journal.name(first)));
      for (String folder : partials) {
        storage.list(folder).forEach(name -> names.add(folder + "/" + name));
      }
      if (!names.isEmpty()) {
        storage.delete(names);
      }
    } catch (IOException e) {
      // As the comment above says: the next opening reads past it.
    }
  }

  /** The newest checkpoint; empty before the first one is published. */
  public Optional<SignedCheckpoint> newest() {
    synchronized (publishing) {
      return Optional.ofNullable(newest);
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
    while (committer.isAlive()) {
      try {
        committer.join();
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

  /** The committer's walk: all that waits goes into one frame, and its flush makes it durable. */
  private void commit() {
    while (true) {
      List<Waiting> batch = new ArrayList<>();
      String file;
      synchronized (lock) {
        while (queue.isEmpty() && !closed) {
          try {
            lock.wait();
          } catch (InterruptedException e) {
            // Nobody else knows this thread: it ends by closing.
          }
        }
        if (queue.isEmpty()) {
          return;
        }
        long bytes = 0;
        while (!queue.isEmpty()) {
          bytes += queue.element().entries.stream().mapToLong(e -> 2 + e.bytes.length).sum();
          if (!batch.isEmpty() && bytes > Journal.PAYLOAD_LIMIT) {
            break;
          }
          batch.add(queue.remove());
        }
        if (nextFile) {
          nextFile = false;
          journalFileBytes = 0;
          if (journalFiles.isEmpty() || journalFiles.getLast() != durable) {
            journalFiles.add(durable);
          }
        }
        file = Journal.name(journalFiles.getLast());
      }
      List<Held> entries = batch.stream().flatMap(each -> each.entries.stream()).toList();
      byte[] frame =
          Journal.frame(
              batch.getFirst().first, entries.stream().map(entry -> entry.bytes).toList());
      try {
        storage.append(file, frame);
      } catch (IOException | RuntimeException e) {
        fail(batch, e);
        return;
      }
      boolean full;
      synchronized (lock) {
        durable += entries.size();
        journalFileBytes += frame.length;
        unpublished.addAll(entries);
        for (Held entry : entries) {
          unpublishedBytes += entry.bytes.length;
        }
        full = unpublishedBytes > UNPUBLISHED_LIMIT;
      }
      batch.forEach(each -> each.done.complete(each.first));
      if (full) {
        try {
          publish();
        } catch (LogException e) {
          // Memory would grow without end: no more entries until it is opened again.
          fail(List.of(), e);
          return;
        }
      }
    }
  }

  private void fail(List<Waiting> batch, Exception cause) {
    LogException failure =
        new LogException(
            "the log %s cannot be written: %s. Nothing more is appended; mend that and open the log again"
                .formatted(origin, cause.getMessage()),
            cause);
    List<Waiting> all = new ArrayList<>(batch);
    synchronized (lock) {
      failed = failure;
      all.addAll(queue);
      queue.clear();
    }
    all.forEach(each -> each.done.completeExceptionally(failure));
  }

  /** What the files say when the log is opened. */
  private static final class Recovery {
    private final Frontier frontier;
    private final List<byte[]> bundle;
    private final @Nullable SignedCheckpoint newest;
    private Sequences published;
    private final List<Held> replayed;
    private final List<Long> journalFiles;

    private Recovery(
        Frontier frontier,
        List<byte[]> bundle,
        @Nullable SignedCheckpoint newest,
        Sequences published,
        List<Held> replayed,
        List<Long> journalFiles) {
      this.frontier = frontier;
      this.bundle = bundle;
      this.newest = newest;
      this.published = published;
      this.replayed = replayed;
      this.journalFiles = journalFiles;
    }

    static Recovery of(LogStorage storage, Origin origin, NoteSigner.Ed25519 signer)
        throws IOException, LogException {
      Optional<byte[]> file = storage.read(CHECKPOINT);
      List<Long> journals = new ArrayList<>();
      storage.list(Journal.FOLDER).forEach(n -> Journal.first(n).ifPresent(journals::add));
      Frontier frontier = new Frontier();
      List<byte[]> bundle = List.of();
      SignedCheckpoint newest = null;
      LogReader reader = null;
      if (file.isPresent()) {
        newest = own(file.get(), origin, signer);
        reader = new LogReader(storage, newest);
        frontier = edge(reader);
        if (!frontier.root().equals(newest.checkpoint().root())) {
          throw new LogException(
              "the checkpoint of %s has another root than the tiles at its right edge: run 'freehold log check'"
                  .formatted(origin));
        }
        int open = (int) (frontier.size() % Tile.FULL);
        if (open > 0) {
          bundle = reader.entries(frontier.size() - open, frontier.size());
        }
      } else if (journals.isEmpty() ? !storage.list("tile/0").isEmpty() : journals.getFirst() > 0) {
        throw new LogException(
            "the log %s has tiles or a journal, but its file 'checkpoint' is missing: put it back"
                .formatted(origin));
      }
      long size = frontier.size();
      List<Held> replayed = replay(storage, journals, size);
      return new Recovery(
          frontier, bundle, newest, sequences(storage, reader, size, replayed), replayed, journals);
    }

    private static SignedCheckpoint own(byte[] file, Origin origin, NoteSigner.Ed25519 signer)
        throws LogException {
      String because =
          switch (SignedCheckpoint.parse(file)) {
            case Parsed.Malformed<SignedCheckpoint>(String reason) -> reason;
            case Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed) ->
                switch (signed.verify(List.of(signer.verifierKey()))) {
                  case NoteCheck.Refused refused -> refused.why();
                  case NoteCheck.Accepted _ -> {
                    if (signed.checkpoint().origin().equals(origin)) {
                      yield "";
                    }
                    yield "it is of " + signed.checkpoint().origin();
                  }
                };
          };
      if (!because.isEmpty()) {
        throw new LogException(
            "the file 'checkpoint' of %s is not the log's own: %s".formatted(origin, because));
      }
      return SignedCheckpoint.parse(file)
          .orElse(
              reason -> {
                throw new IllegalStateException(reason);
              });
    }

    private static Frontier edge(LogReader reader) throws LogException {
      List<List<Digest>> levels = new ArrayList<>();
      for (long rest = reader.size(); rest > 0; rest /= Tile.FULL) {
        int width = (int) (rest % Tile.FULL);
        levels.add(
            width == 0
                ? List.of()
                : reader.hashes(new Tile.Hashes(levels.size(), rest / Tile.FULL, width)));
      }
      return new Frontier(reader.size(), levels);
    }

    private static List<Held> replay(LogStorage storage, List<Long> files, long size)
        throws IOException, LogException {
      List<Held> replayed = new ArrayList<>();
      long end = files.isEmpty() ? size : files.getFirst();
      if (end > size) {
        throw damaged(Journal.name(end), "the entries before it are not in the tree");
      }
      for (int i = 0; i < files.size(); i++) {
        String name = Journal.name(files.get(i));
        if (files.get(i) != end) {
          throw damaged(name, "it does not continue the one before it");
        }
        byte[] bytes = storage.read(name).orElse(new byte[0]);
        Optional<Journal.Replayed> read = Journal.replay(bytes, end);
        boolean torn = read.isPresent() && read.get().sound() < bytes.length;
        if (read.isEmpty()) {
          throw damaged(name, "a sound frame follows one that is not");
        }
        if (torn && i < files.size() - 1) {
          throw damaged(name, "it ends in a frame that is not sound, but is not the last file");
        }
        for (byte[] entry : read.get().entries()) {
          if (end >= size) {
            replayed.add(held(entry, name));
          }
          end++;
        }
        if (torn) {
          storage.truncate(name, read.get().sound());
        }
      }
      if (end < size) {
        // All of it is in the tree already: the next frame starts a file there.
        storage.delete(files.stream().map(Journal::name).toList());
        files.clear();
      }
      return replayed;
    }

    private static Held held(byte[] bytes, String where) throws LogException {
      return switch (Entry.decode(bytes)) {
        case Parsed.Read<Entry>(Entry entry) -> new Held(bytes, entry);
        case Parsed.Malformed<Entry>(String reason) -> throw damaged(where, reason);
      };
    }

    private static LogException damaged(String file, String why) {
      return new LogException(
          "the journal file %s is damaged: %s. Nothing was changed; put back a copy of the log"
              .formatted(file, why));
    }

    /** Where each source stood at this size. */
    private static Sequences sequences(
        LogStorage storage, @Nullable LogReader reader, long size, List<Held> replayed)
        throws IOException, LogException {
      Optional<Sequences> file =
          storage
              .read(Sequences.FILE)
              .flatMap(Sequences::decode)
              .filter(s -> s.size() >= size && s.size() <= size + replayed.size());
      Sequences counted = file.orElseGet(Sequences::new);
      if (file.isEmpty() && reader != null) {
        for (long at = 0; at < size; at += Tile.FULL) {
          for (byte[] bytes : reader.entries(at, Math.min(size, at + Tile.FULL))) {
            count(counted, held(bytes, Tile.bundleOf(at, size).path()));
          }
        }
      }
      Sequences after = counted.copy();
      for (Held held : replayed.subList((int) (counted.size() - size), replayed.size())) {
        count(after, held);
      }
      return counted;
    }

    private static void count(Sequences sequences, Held held) throws LogException {
      Optional<String> wrong = sequences.count(held.kind, held.source, held.sequence);
      if (wrong.isPresent()) {
        throw new LogException(
            "the entries of the log contradict each other: "
                + wrong.get()
                + ". Run 'freehold log check'");
      }
    }
  }
}
