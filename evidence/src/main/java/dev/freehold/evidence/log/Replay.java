// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.record.Parsed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the journal holds beyond a tree when the log is opened. */
final class Replay {
  /** First indices of the files that are still needed. */
  final List<Long> files;

  /** The entries that are not in the tree, in order. */
  final List<Durable> entries = new ArrayList<>();

  private final List<Long> old = new ArrayList<>();
  private @Nullable String cut;
  private int sound;

  private Replay(List<Long> files) {
    this.files = new ArrayList<>(files);
  }

  /**
   * Reads the journal; changes nothing.
   *
   * @param files first indices of its files
   * @param size of the tree
   * @throws LogException if it does not continue the tree, or is damaged
   */
  static Replay of(LogStorage storage, List<Long> files, long size)
      throws IOException, LogException {
    Replay replay = new Replay(files);
    // Their deletion was cut off, or came undone with the power.
    while (replay.files.size() > 1 && replay.files.get(1) <= size) {
      replay.old.add(replay.files.removeFirst());
    }
    replay.read(storage, size);
    return replay;
  }

  private void read(LogStorage storage, long size) throws IOException, LogException {
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
      List<Journal.Place> found = read.get().entries();
      List<Journal.Place> fresh =
          found.subList(Math.clamp(size - end, 0, found.size()), found.size());
      FrameMemory.Slab slab = FrameMemory.Slab.of(bytes, fresh.size());
      for (Journal.Place place : fresh) {
        entries.add(Durable.of(held(place.bytes(bytes), name), slab, place.at()));
      }
      end += found.size();
      if (read.get().sound() < bytes.length && i == files.size() - 1) {
        cut = name;
        sound = read.get().sound();
      }
    }
    if (end < size) {
      // All of it is in the tree already: the next frame starts a file there.
      old.addAll(files);
      files.clear();
      cut = null;
    }
  }

  /** Cuts off what was being written when the machine stopped, and deletes what isn't needed. */
  void clean(LogStorage storage) throws IOException {
    if (cut != null) {
      storage.truncate(cut, sound);
    }
    Leftovers.deleteJournals(storage, old);
  }

  /**
   * Reads an entry.
   *
   * @param where the file, for the reason
   * @throws LogException if it is none
   */
  static Held held(byte[] bytes, String where) throws LogException {
    Optional<Held> held = Held.around(bytes);
    if (held.isPresent()) {
      return held.get();
    }
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
}
