// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Checks a whole log from its entries: every hash of every tile is derived again, the root compared
 * with the checkpoint, the checkpoint's signature verified, and the entries' sequences followed.
 * Memory use does not grow with the log, except with the number of sources.
 *
 * <p>While a log's process runs, and after it ended, the files are whole. After a power cut those
 * that were not flushed yet may be torn or missing, and are found here, until the log is opened and
 * makes them anew: nothing of it is lost then.
 */
public final class LogCheck {
  private static final int FINDING_LIMIT = 100;

  /**
   * What was found.
   *
   * @param entries how many entries were read
   * @param sources how many sources they have
   * @param findings what is wrong, at most {@value #FINDING_LIMIT}; empty where nothing is
   */
  public record Report(long entries, int sources, List<Finding> findings) {
    /** Copies the findings. */
    public Report {
      findings = List.copyOf(findings);
    }

    /** Whether nothing is wrong. */
    public boolean sound() {
      return findings.isEmpty();
    }
  }

  /**
   * Something that is wrong.
   *
   * @param where the file
   * @param what for a person
   */
  public record Finding(String where, String what) {
    @Override
    public String toString() {
      return where + ": " + what;
    }
  }

  private final LogReader reader;
  private final boolean entriesAreOurs;
  private final List<Finding> findings = new ArrayList<>();
  private final Sequences sequences = new Sequences();

  private LogCheck(LogReader reader, boolean entriesAreOurs) {
    this.reader = reader;
    this.entriesAreOurs = entriesAreOurs;
  }

  /** Checks a log of Freehold entries. */
  public static Report run(
      TileSource source, SignedCheckpoint checkpoint, Collection<VerifierKey> keys) {
    return new LogCheck(new LogReader(source, checkpoint), true).check(keys);
  }

  /** Checks the tree of any log in tlog-tiles form; of the entries only their hashes. */
  public static Report tree(
      TileSource source, SignedCheckpoint checkpoint, Collection<VerifierKey> keys) {
    return new LogCheck(new LogReader(source, checkpoint), false).check(keys);
  }

  private Report check(Collection<VerifierKey> keys) {
    long size = reader.size();
    if (reader.signed().verify(keys) instanceof NoteCheck.Refused refused) {
      find("checkpoint", refused.why());
    }
    Frontier tree = new Frontier();
    long read = 0;
    for (long at = 0; at < size && findings.size() < FINDING_LIMIT; at += Tile.FULL) {
      Tile.Bundle tile = Tile.bundleOf(at, size);
      Optional<List<Digest>> leaves = leaves(tile, at);
      if (leaves.isEmpty()) {
        // Neither the entries nor their hashes are there: nothing after them can be judged.
        return new Report(read, sequences.sources(), findings);
      }
      read += tile.width();
      leaves.get().forEach(leaf -> tree.add(leaf, this::compare));
    }
    tree.partial(this::compare);
    if (tree.size() == size && !tree.root().equals(reader.checkpoint().root())) {
      find("checkpoint", "its root is not the one of the entries");
    }
    return new Report(read, sequences.sources(), findings.stream().limit(FINDING_LIMIT).toList());
  }

  /** The leaf hashes by the entries, or where these are not to be had by the tile. */
  private Optional<List<Digest>> leaves(Tile.Bundle tile, long first) {
    try {
      List<byte[]> entries = reader.bundle(tile);
      List<Digest> leaves = new ArrayList<>(entries.size());
      for (byte[] entry : entries.subList(0, tile.width())) {
        leaves.add(MerkleTree.leaf(entry));
      }
      if (entriesAreOurs) {
        for (int i = 0; i < tile.width(); i++) {
          follow(tile, first + i, entries.get(i));
        }
      }
      return Optional.of(leaves);
    } catch (LogException e) {
      find(tile.path(), String.valueOf(e.getMessage()));
    }
    try {
      return Optional.of(reader.hashes(new Tile.Hashes(0, tile.index(), tile.width())));
    } catch (LogException e) {
      find(tile.path(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void follow(Tile.Bundle tile, long index, byte[] bytes) {
    switch (Entry.decode(bytes)) {
      case Parsed.Malformed<Entry>(String reason) ->
          find(tile.path(), "entry " + index + ": " + reason);
      case Parsed.Read<Entry>(Entry entry) -> {
        Optional<String> wrong = sequences.count(entry.kind(), entry.source(), entry.sequence());
        if (wrong.isPresent()) {
          find(tile.path(), "entry " + index + ": " + wrong.get());
          sequences.resume(entry.kind(), entry.source(), entry.sequence());
        }
      }
    }
  }

  private void compare(Tile.Hashes tile, List<Digest> hashes) {
    if (findings.size() >= FINDING_LIMIT) {
      return;
    }
    try {
      List<Digest> stored = reader.hashes(tile);
      int difference = Arrays.mismatch(stored.toArray(), hashes.toArray());
      if (difference >= 0) {
        find(tile.path(), "its hash " + difference + " is not the one of the entries");
      }
    } catch (LogException e) {
      find(tile.path(), String.valueOf(e.getMessage()));
    }
  }

  private void find(String where, String what) {
    findings.add(new Finding(where, what));
  }
}
