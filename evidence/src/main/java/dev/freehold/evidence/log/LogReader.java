// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.crypto.InclusionProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads a log at one of its checkpoints, from its files alone: entries, hashes, and proofs for this
 * size or any smaller one. It holds some {@value #CACHED} tiles in memory however long the log is.
 * Every entry is checked against its hash, and every proof against the root before it is given out.
 * Whether to believe the checkpoint is the caller's to know. Safe for use by many threads.
 */
public final class LogReader {
  private static final int CACHED = 512;

  private final TileSource source;
  private final SignedCheckpoint signed;
  private final Map<Tile.Hashes, List<Digest>> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Tile.Hashes, List<Digest>> eldest) {
          return size() > CACHED;
        }
      };

  /** A reader of the files behind this checkpoint. */
  public LogReader(TileSource source, SignedCheckpoint checkpoint) {
    this.source = source;
    this.signed = checkpoint;
  }

  /** The checkpoint. */
  public Checkpoint checkpoint() {
    return signed.checkpoint();
  }

  /** The checkpoint with its signatures. */
  public SignedCheckpoint signed() {
    return signed;
  }

  /** Number of entries. */
  public long size() {
    return checkpoint().size();
  }

  /**
   * The root of the tree when it had this size.
   *
   * @throws IndexOutOfBoundsException if it never had
   */
  public Digest root(long size) throws LogException {
    Objects.checkFromToIndex(0, size, size());
    return size == 0 ? new MerkleTree().root() : range(0, size);
  }

  /**
   * The bytes of an entry.
   *
   * @throws IndexOutOfBoundsException if there is none of this index
   */
  public byte[] entry(long index) throws LogException {
    return entries(index, index + 1).getFirst();
  }

  /**
   * The bytes of entries, {@code from} inclusive, {@code to} exclusive; all of them in memory.
   *
   * @throws IndexOutOfBoundsException if they are not all there
   */
  public List<byte[]> entries(long from, long to) throws LogException {
    Objects.checkFromToIndex(from, to, size());
    List<byte[]> entries = new ArrayList<>();
    for (long at = from; at < to; ) {
      Tile.Bundle tile = Tile.bundleOf(at, size());
      List<byte[]> bundle = bundle(tile);
      List<Digest> hashes = hashes(new Tile.Hashes(0, tile.index(), tile.width()));
      for (; at < to && at / Tile.FULL == tile.index(); at++) {
        byte[] entry = bundle.get((int) (at % Tile.FULL));
        if (!MerkleTree.leaf(entry).equals(hashes.get((int) (at % Tile.FULL)))) {
          throw new LogException(
              "entry %d in %s is not the one that was hashed: run 'freehold log check'"
                  .formatted(at, tile.path()));
        }
        entries.add(entry);
      }
    }
    return entries;
  }

  /**
   * Proves that an entry stands in the tree of this size.
   *
   * @throws IndexOutOfBoundsException if there is no such entry or size
   */
  public InclusionProof inclusion(long index, long size) throws LogException {
    Objects.checkFromToIndex(0, size, size());
    Objects.checkIndex(index, size);
    List<Digest> path = new ArrayList<>();
    long from = 0;
    long to = size;
    while (to - from > 1) {
      long middle = from + split(to - from);
      if (index < middle) {
        path.addFirst(range(middle, to));
        to = middle;
      } else {
        path.addFirst(range(from, middle));
        from = middle;
      }
    }
    InclusionProof proof = new InclusionProof(index, size, path);
    if (!proof.proves(range(index, index + 1), rootToProve(size))) {
      throw contradiction();
    }
    return proof;
  }

  /**
   * Proves that the tree of the newer size starts with the one of the older.
   *
   * @throws IndexOutOfBoundsException unless {@code 0 <= oldSize <= newSize <= size()}
   */
  public ConsistencyProof consistency(long oldSize, long newSize) throws LogException {
    Objects.checkFromToIndex(oldSize, newSize, size());
    List<Digest> path = new ArrayList<>();
    if (oldSize > 0) {
      subproof(oldSize, 0, newSize, true, path);
    }
    ConsistencyProof proof = new ConsistencyProof(oldSize, newSize, path);
    if (oldSize > 0 && !proof.proves(root(oldSize), rootToProve(newSize))) {
      throw contradiction();
    }
    return proof;
  }

  /** SUBPROOF of RFC 6962, section 2.1.2, over the entries from..to. */
  private void subproof(long old, long from, long to, boolean whole, List<Digest> path)
      throws LogException {
    if (old == to - from) {
      if (!whole) {
        path.add(range(from, to));
      }
      return;
    }
    long left = split(to - from);
    if (old <= left) {
      subproof(old, from, from + left, whole, path);
      path.add(range(from + left, to));
    } else {
      subproof(old - left, from + left, to, false, path);
      path.add(range(from, from + left));
    }
  }

  private Digest rootToProve(long size) throws LogException {
    return size == size() ? checkpoint().root() : root(size);
  }

  private LogException contradiction() {
    return new LogException(
        "the tiles of %s contradict its checkpoint of size %d: run 'freehold log check'"
            .formatted(checkpoint().origin(), size()));
  }

  /** The largest power of two below a size. */
  private static long split(long size) {
    return Long.highestOneBit(size - 1);
  }

  /** The root over the entries from..to, a subtree that the recursion of RFC 6962 reaches. */
  private Digest range(long from, long to) throws LogException {
    long length = to - from;
    if (Long.bitCount(length) == 1) {
      int height = Long.numberOfTrailingZeros(length);
      int level = height / 8;
      int width = 1 << (height % 8);
      long place = from >>> (8 * level);
      long index = place / Tile.FULL;
      long there = (size() >>> (8 * level)) - index * Tile.FULL;
      List<Digest> hashes = hashes(new Tile.Hashes(level, index, (int) Math.min(Tile.FULL, there)));
      int at = (int) (place % Tile.FULL);
      return Frontier.treeHash(hashes.subList(at, at + width));
    }
    long left = split(length);
    return MerkleTree.node(range(from, from + left), range(from + left, to));
  }

  /** The hashes of a tile of the tree at this size. */
  List<Digest> hashes(Tile.Hashes tile) throws LogException {
    synchronized (cache) {
      List<Digest> cached = cache.get(tile);
      if (cached != null) {
        return cached;
      }
    }
    Found found = find(tile);
    List<Digest> hashes =
        Frontier.decode(found.bytes, tile.width(), found.full)
            .orElseThrow(() -> new LogException(tile.path() + " has not the length of a tile"));
    synchronized (cache) {
      cache.put(tile, hashes);
    }
    return hashes;
  }

  /** The entries of a bundle of the tree at this size. */
  List<byte[]> bundle(Tile.Bundle tile) throws LogException {
    Found found = find(tile);
    return Bundles.decode(found.bytes, found.full ? Tile.FULL : tile.width())
        .orElseThrow(
            () ->
                new LogException(
                    "%s is not a bundle of %d entries".formatted(tile.path(), tile.width())));
  }

  private record Found(ByteBuffer bytes, boolean full) {}

  /** A tile, or the full one that has taken its place. */
  private Found find(Tile tile) throws LogException {
    try {
      Optional<byte[]> bytes = source.read(tile.path());
      boolean full = tile.width() == Tile.FULL;
      if (bytes.isEmpty() && !full) {
        bytes = source.read(tile.full().path());
        full = true;
      }
      return new Found(
          ByteBuffer.wrap(
              bytes.orElseThrow(
                  () ->
                      new LogException(
                          "%s is missing, which a log of %d entries has"
                              .formatted(tile.path(), size())))),
          full);
    } catch (IOException e) {
      throw new LogException(tile.path() + " cannot be read: " + e.getMessage(), e);
    }
  }
}
