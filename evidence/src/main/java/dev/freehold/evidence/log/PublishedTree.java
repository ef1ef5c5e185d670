// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tree of a log as far as it is published: its right edge, and the newest checkpoint. What is
 * published can be read at once and is flushed when the tree is settled; until then the journal
 * holds the same. Owned by whoever publishes.
 */
final class PublishedTree {
  static final String CHECKPOINT = "checkpoint";

  /** The checkpoint whose whole tree is flushed; never served. */
  static final String SETTLED = "settled";

  private final LogStorage storage;
  private final Origin origin;
  private final List<NoteSigner> signers;
  private final InstantSource clock;
  private Sequences published;
  private Frontier frontier;
  private OpenBundle bundle;
  private @Nullable SignedCheckpoint newest;

  /** Size of the tree that is flushed. */
  private long settled;

  /** Whether the file says so. */
  private boolean said;

  /** What was found when the log was opened: the tree that is flushed. */
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
    this.newest = recovery.shown() == 0 ? recovery.newest().orElse(null) : recovery.base;
    this.frontier = recovery.frontier;
    this.bundle = recovery.bundle;
    this.published = recovery.published;
    this.settled = recovery.frontier.size();
    this.said = recovery.said;
  }

  /** The newest checkpoint; empty before the first one is published. */
  Optional<SignedCheckpoint> newest() {
    return Optional.ofNullable(newest);
  }

  /** How many entries it has. */
  long size() {
    return frontier.size();
  }

  /** How many of them need no journal any more. */
  long settled() {
    return settled;
  }

  /**
   * Adds entries, shows the tiles, and then the signed checkpoint.
   *
   * @throws IOException if something cannot be written; what was published before stays
   */
  void add(List<Durable> fresh) throws IOException {
    Growth growth = Growth.of(frontier, bundle, published, fresh);
    Frontier tree = growth.frontier();
    show(growth, sign(new Checkpoint(origin, tree.size(), tree.root())));
  }

  /**
   * Shows tiles anew whose checkpoint was found when the log was opened, and then that.
   *
   * @throws IOException if something cannot be written
   */
  void restore(Growth growth, SignedCheckpoint found) throws IOException {
    show(growth, found);
  }

  private void show(Growth growth, SignedCheckpoint signed) throws IOException {
    if (!said) {
      // From here on what is flushed is known by this file alone.
      SignedCheckpoint base =
          newest == null ? sign(new Checkpoint(origin, 0, new MerkleTree().root())) : newest;
      storage.write(SETTLED, base.encode());
      said = true;
    }
    storage.show(growth.files());
    storage.show(Map.of(CHECKPOINT, whole(signed.encode())));
    long before = frontier.size();
    frontier = growth.frontier();
    // Of its own memory: that of the frames is for others from here on.
    bundle = growth.bundle().copy();
    newest = signed;
    published = growth.counted();
    Leftovers.deletePartials(
        storage, TreeFiles.filled(before, frontier.size()), TreeFiles.edge(settled));
  }

  /** Deletes partial tiles of older checkpoints at its right edge that a power cut tore. */
  void deleteTorn() throws IOException {
    List<Tile> tiles = new ArrayList<>();
    List<byte[]> contents = new ArrayList<>();
    frontier.partial(
        (tile, hashes) -> {
          tiles.add(tile);
          contents.add(Frontier.encode(hashes));
        });
    if (bundle.entries() > 0) {
      tiles.add(new Tile.Bundle(frontier.size() / Tile.FULL, bundle.entries()));
      contents.add(bundle.bytes());
    }
    for (int i = 0; i < tiles.size(); i++) {
      Leftovers.deleteTorn(storage, tiles.get(i), contents.get(i));
    }
  }

  /** Whether all of it is flushed, and the file says so. */
  boolean isSettled() {
    return newest == null || (said && settled == frontier.size());
  }

  /**
   * Flushes what was shown since the tree was settled; then {@link #settle} may say so.
   *
   * @throws IOException if that failed: then nobody knows what of it is on the disk, and nothing of
   *     this tree can be settled any more until the log is opened again and shows it anew
   */
  void flush() throws IOException {
    List<String> names = new ArrayList<>(TreeFiles.between(settled, frontier.size()));
    names.add(CHECKPOINT);
    storage.flush(names);
  }

  /**
   * Says that all of it is flushed: nothing of it needs a journal any more.
   *
   * @throws IOException if that can't be written; then it is as before
   */
  void settle() throws IOException {
    storage.write(Sequences.FILE, published.encode());
    storage.write(SETTLED, newest().orElseThrow().encode());
    List<Tile> full = new ArrayList<>(TreeFiles.edge(settled));
    settled = frontier.size();
    said = true;
    full.removeIf(tile -> tile.index() == TreeFiles.open(tile, settled));
    Leftovers.deletePartials(storage, full, List.of());
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
      storage.show(Map.of(CHECKPOINT, whole(more.encode())));
      newest = more;
    }
    return true;
  }
}
