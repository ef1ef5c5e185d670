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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the files say when the log is opened. */
final class Recovery {
  final Frontier frontier;
  final List<byte[]> bundle;
  final @Nullable SignedCheckpoint newest;
  final Sequences published;
  final List<Held> replayed;
  final List<Long> journalFiles;

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
    Optional<byte[]> file = storage.read(PublishedTree.CHECKPOINT);
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
      if (read.isEmpty()) {
        throw damaged(name, "a sound frame follows one that is not");
      }
      if (read.get().torn() && i < files.size() - 1) {
        throw damaged(name, "it ends in a frame that is not sound, but is not the last file");
      }
      for (byte[] entry : read.get().entries()) {
        if (end >= size) {
          replayed.add(held(entry, name));
        }
        end++;
      }
      if (read.get().sound() < bytes.length && i == files.size() - 1) {
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
      case Parsed.Read<Entry>(Entry entry) -> Held.of(bytes, entry);
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
    Optional<String> wrong = sequences.count(held.kind(), held.source(), held.sequence());
    if (wrong.isPresent()) {
      throw new LogException(
          "the entries of the log contradict each other: "
              + wrong.get()
              + ". Run 'freehold log check'");
    }
  }
}
