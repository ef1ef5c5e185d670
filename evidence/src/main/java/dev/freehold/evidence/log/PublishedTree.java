// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tree of a log as far as it is published: its right edge, and the newest checkpoint. Owned by
 * whoever publishes.
 */
final class PublishedTree {
  static final String CHECKPOINT = "checkpoint";

  private static final int WRITE_LIMIT = 8 << 20;

  private final LogStorage storage;
  private final Origin origin;
  private final List<NoteSigner> signers;
  private final InstantSource clock;
  private Sequences published;
  private Frontier frontier;
  private OpenBundle bundle;
  private @Nullable SignedCheckpoint newest;

  /** What was found when the log was opened. */
  PublishedTree(
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
    this.bundle = OpenBundle.of(recovery.bundle);
    this.published = recovery.published;
  }

  /** The newest checkpoint; empty before the first one is published. */
  Optional<SignedCheckpoint> newest() {
    return Optional.ofNullable(newest);
  }

  /** How many entries it has. */
  long size() {
    return frontier.size();
  }

  /**
   * Adds entries, writes the tiles, and then the signed checkpoint.
   *
   * @return the files that are not needed any more
   * @throws IOException if something cannot be written; what was published before stays
   */
  List<String> add(List<Durable> fresh) throws IOException {
    Frontier grown = frontier.copy();
    Sequences counted = published.copy();
    OpenBundle open = bundle.continued();
    Map<String, List<ByteBuffer>> files = new LinkedHashMap<>();
    List<String> superseded = new ArrayList<>();
    long waiting = 0;
    for (Durable entry : fresh) {
      // After an opening the file of the sources may have been ahead of the tree.
      if (grown.size() >= counted.size()) {
        counted.count(entry.kind(), entry.source(), entry.sequence());
      }
      open.add(entry);
      waiting += entry.length();
      grown.add(
          entry.leaf(),
          (tile, hashes) -> {
            files.put(tile.path(), whole(Frontier.encode(hashes)));
            superseded.add(tile.path() + ".p");
          });
      if (open.entries() == Tile.FULL) {
        Tile.Bundle full = new Tile.Bundle(grown.size() / Tile.FULL - 1, Tile.FULL);
        files.put(full.path(), open.pieces());
        superseded.add(full.path() + ".p");
        open = new OpenBundle();
      }
      if (waiting > WRITE_LIMIT) {
        storage.write(files);
        files.clear();
        waiting = 0;
      }
    }
    if (!fresh.isEmpty()) {
      grown.partial((tile, hashes) -> files.put(tile.path(), whole(Frontier.encode(hashes))));
      if (open.entries() > 0) {
        files.put(new Tile.Bundle(grown.size() / Tile.FULL, open.entries()).path(), open.pieces());
      }
      storage.write(files);
      storage.write(Sequences.FILE, counted.encode());
    }
    SignedCheckpoint signed = sign(new Checkpoint(origin, grown.size(), grown.root()));
    storage.write(CHECKPOINT, signed.encode());
    frontier = grown;
    // Of its own memory: that of the frames is for others from here on.
    bundle = open.copy();
    newest = signed;
    published = counted;
    return superseded;
  }

  private static List<ByteBuffer> whole(byte[] file) {
    return List.of(ByteBuffer.wrap(file));
  }

  private SignedCheckpoint sign(Checkpoint checkpoint) {
    SignedCheckpoint signed =
        checkpoint.signed(signers.getFirst().sign(checkpoint, clock.instant()));
    for (NoteSigner further : signers.subList(1, signers.size())) {
      signed = signed.with(List.of(further.sign(checkpoint, clock.instant())));
    }
    return signed;
  }

  /**
   * Puts cosignatures under the newest checkpoint, if it still is this one.
   *
   * @return whether it is
   * @throws IOException if it cannot be written; what was there before stays
   */
  boolean cosigned(Checkpoint checkpoint, List<SignatureLine> lines) throws IOException {
    SignedCheckpoint last = newest;
    if (last == null || !last.checkpoint().equals(checkpoint)) {
      return false;
    }
    SignedCheckpoint more = last.with(lines);
    if (!more.equals(last)) {
      storage.write(CHECKPOINT, more.encode());
      newest = more;
    }
    return true;
  }
}
