// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the files say when the log is opened (docs/formats/log.md): a tree that is flushed, what the
 * journal holds beyond it, and how much of that was published. Nothing is changed by finding out.
 */
final class Recovery {
  /** The checkpoint of the tree that is flushed; null where there is none yet. */
  final @Nullable SignedCheckpoint base;

  /** Whether the file of settled trees says that it is. */
  final boolean said;

  /** Its right edge. */
  final Frontier frontier;

  /** The bundle that is being filled there. */
  final OpenBundle bundle;

  /** Where the sources stand there, or as far beyond as their file was. */
  final Sequences published;

  /** What the journal holds beyond it. */
  final Replay replay;

  /** Where the sources stand after that. */
  final Sequences accepted;

  private final @Nullable SignedCheckpoint newest;

  /** The tree that is flushed, grown to that checkpoint's size. */
  final Growth growth;

  /** Whether the newest checkpoint isn't the one in the file, which a power cut took then. */
  final boolean lost;

  private final LogStorage storage;
  private final Origin origin;
  private final NoteSigner.Ed25519 signer;

  private Recovery(LogStorage storage, Origin origin, NoteSigner.Ed25519 signer)
      throws IOException, LogException {
    this.storage = storage;
    this.origin = origin;
    this.signer = signer;
    SignedCheckpoint settled = own(PublishedTree.SETTLED);
    Optional<byte[]> shown = storage.read(PublishedTree.CHECKPOINT);
    boolean torn =
        shown.isEmpty() || SignedCheckpoint.parse(shown.get()) instanceof Parsed.Malformed;
    // Where nothing was settled yet it is all there is, and can't be torn.
    SignedCheckpoint found = torn && settled != null ? null : own(PublishedTree.CHECKPOINT);
    List<Long> journals = new ArrayList<>();
    storage.list(Journal.FOLDER).forEach(n -> Journal.first(n).ifPresent(journals::add));
    said = settled != null && !continuedByOlderProgram(settled, found, journals);
    base = said ? settled : found;
    if (base == null
        && (journals.isEmpty() ? !storage.list("tile/0").isEmpty() : journals.getFirst() > 0)) {
      throw new LogException(
          "the log %s has tiles or a journal, but its file 'checkpoint' is missing: put it back"
              .formatted(origin));
    }
    LogReader reader = base == null ? null : new LogReader(storage, base);
    frontier = reader == null ? new Frontier() : edge(reader);
    if (reader != null && !frontier.root().equals(reader.checkpoint().root())) {
      throw new LogException(
          "the file '%s' of %s has another root than the tiles at its right edge: run 'freehold log check'"
              .formatted(said ? PublishedTree.SETTLED : PublishedTree.CHECKPOINT, origin));
    }
    if (settled != null && !said && reader != null) {
      requireSame(settled, reader.root(settled.checkpoint().size()));
      requireWhole(reader, settled.checkpoint().size());
    }
    long size = frontier.size();
    int open = (int) (size % Tile.FULL);
    bundle =
        OpenBundle.of(reader == null || open == 0 ? List.of() : reader.entries(size - open, size));
    replay = Replay.of(storage, journals, size);
    published = counted(reader);
    accepted = published.copy();
    long ahead = accepted.size() - size;
    for (Durable entry : replay.entries.subList((int) ahead, replay.entries.size())) {
      count(accepted, entry.kind(), entry.source(), entry.sequence());
    }
    if (said && found != null && reader != null) {
      growth = grow(found.checkpoint().size());
      newest = newest(found, reader);
    } else {
      growth = grow(size);
      newest = base;
    }
    lost = newest != null && !Arrays.equals(newest.encode(), shown.orElse(null));
  }

  static Recovery of(LogStorage storage, Origin origin, NoteSigner.Ed25519 signer)
      throws IOException, LogException {
    return new Recovery(storage, origin, signer);
  }

  /**
   * Whether the journal doesn't reach back to the settled tree. A program that settled nothing was
   * here since: it flushed all that it published, and deleted the journal of that.
   */
  private static boolean continuedByOlderProgram(
      SignedCheckpoint settled, @Nullable SignedCheckpoint found, List<Long> journals) {
    long size = settled.checkpoint().size();
    return found != null
        && found.checkpoint().size() > size
        && (journals.isEmpty() || journals.getFirst() > size);
  }

  /** The newest checkpoint that is known. */
  Optional<SignedCheckpoint> newest() {
    return Optional.ofNullable(newest);
  }

  /** How many entries of the journal the newest checkpoint covers. */
  int shown() {
    return (int) (growth.frontier().size() - frontier.size());
  }

  private Growth grow(long size) throws LogException {
    long durable = frontier.size() + replay.entries.size();
    if (size > durable) {
      throw new LogException(
          "the file 'checkpoint' of %s is of %d entries, but its settled tree and the journal hold %d: the journal has lost its end. Nothing was changed; put back a copy of the log"
              .formatted(origin, size, durable));
    }
    int more = (int) Math.max(0, size - frontier.size());
    return Growth.of(frontier, bundle, published, replay.entries.subList(0, more));
  }

  /** The newest checkpoint, by the file, the tree that is flushed, and the journal. */
  private SignedCheckpoint newest(SignedCheckpoint found, LogReader reader) throws LogException {
    long size = found.checkpoint().size();
    if (size > reader.size()) {
      requireSame(found, growth.frontier().root());
      return found;
    }
    requireSame(found, reader.root(size));
    // Cosignatures may be in one of them only.
    return size < reader.size() ? reader.signed() : reader.signed().with(found.note().signatures());
  }

  private void requireSame(SignedCheckpoint said, Digest root) throws LogException {
    if (!said.checkpoint().root().equals(root)) {
      throw new LogException(
          "the log %s signed a checkpoint of %d entries with another root than these have: run 'freehold log check'. Nothing was changed; put back a copy of the log"
              .formatted(origin, said.checkpoint().size()));
    }
  }

  /** Reads every tile and bundle from an entry on: what an older program built on may be torn. */
  private static void requireWhole(LogReader reader, long from) throws LogException {
    for (long at = from - from % Tile.FULL; at < reader.size(); at += Tile.FULL) {
      reader.entries(at, Math.min(reader.size(), at + Tile.FULL));
      // Its path is made of all the tile's hashes.
      reader.inclusion(at, reader.size());
    }
  }

  /** A file with a checkpoint of the log's own; null where there is none. */
  private @Nullable SignedCheckpoint own(String name) throws IOException, LogException {
    Optional<byte[]> file = storage.read(name);
    if (file.isEmpty()) {
      return null;
    }
    return switch (SignedCheckpoint.parse(file.get())) {
      case Parsed.Malformed<SignedCheckpoint>(String reason) -> throw foreign(name, reason);
      case Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed) -> {
        if (signed.verify(List.of(signer.verifierKey())) instanceof NoteCheck.Refused refused) {
          throw foreign(name, refused.why());
        }
        if (!signed.checkpoint().origin().equals(origin)) {
          throw foreign(name, "it is of " + signed.checkpoint().origin());
        }
        yield signed;
      }
    };
  }

  private LogException foreign(String name, String why) {
    return new LogException(
        "the file '%s' of %s is not the log's own: %s".formatted(name, origin, why));
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

  /** Where each source stood in the tree that is flushed, or a little later. */
  private Sequences counted(@Nullable LogReader reader) throws IOException, LogException {
    long size = frontier.size();
    Optional<Sequences> file =
        storage
            .read(Sequences.FILE)
            .flatMap(Sequences::decode)
            .filter(s -> s.size() >= size && s.size() <= size + replay.entries.size());
    Sequences counted = file.orElseGet(Sequences::new);
    if (file.isEmpty() && reader != null) {
      for (long at = 0; at < size; at += Tile.FULL) {
        for (byte[] bytes : reader.entries(at, Math.min(size, at + Tile.FULL))) {
          Held held = Replay.held(bytes, Tile.bundleOf(at, size).path());
          count(counted, held.kind(), held.source(), held.sequence());
        }
      }
    }
    return counted;
  }

  private static void count(Sequences sequences, EntryKind kind, Source source, long sequence)
      throws LogException {
    Optional<String> wrong = sequences.count(kind, source, sequence);
    if (wrong.isPresent()) {
      throw new LogException(
          "the entries of the log contradict each other: "
              + wrong.get()
              + ". Run 'freehold log check'");
    }
  }
}
