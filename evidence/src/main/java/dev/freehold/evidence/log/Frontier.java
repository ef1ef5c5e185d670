// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The right edge of the tree: the hashes of the tile that is being filled, at each level. */
final class Frontier {
  /** Takes a tile once it is full. */
  interface Filled {
    void tile(Tile.Hashes tile, List<Digest> hashes);
  }

  private final List<List<Digest>> levels = new ArrayList<>();
  private long size;

  Frontier() {}

  /** The edge of a tree of this size whose partial tiles hold these hashes. */
  Frontier(long size, List<List<Digest>> levels) {
    this.size = size;
    levels.forEach(hashes -> this.levels.add(new ArrayList<>(hashes)));
  }

  Frontier copy() {
    return new Frontier(size, levels);
  }

  long size() {
    return size;
  }

  void add(Digest leaf, Filled filled) {
    size++;
    Digest hash = leaf;
    for (int level = 0; ; level++) {
      if (level == levels.size()) {
        levels.add(new ArrayList<>());
      }
      List<Digest> hashes = levels.get(level);
      hashes.add(hash);
      if (hashes.size() < Tile.FULL) {
        return;
      }
      long index = (size >>> (8 * (level + 1))) - 1;
      List<Digest> full = List.copyOf(hashes);
      filled.tile(new Tile.Hashes(level, index, Tile.FULL), full);
      hash = treeHash(full);
      hashes.clear();
    }
  }

  /** Gives out the tiles that are not full. */
  void partial(Filled filled) {
    for (int level = 0; level < levels.size(); level++) {
      List<Digest> hashes = levels.get(level);
      if (!hashes.isEmpty()) {
        long index = size >>> (8 * (level + 1));
        filled.tile(new Tile.Hashes(level, index, hashes.size()), List.copyOf(hashes));
      }
    }
  }

  Digest root() {
    List<Digest> subtrees = new ArrayList<>();
    for (int level = levels.size() - 1; level >= 0; level--) {
      List<Digest> hashes = levels.get(level);
      int at = 0;
      for (int width = Tile.FULL / 2; width > 0; width /= 2) {
        if ((hashes.size() & width) != 0) {
          subtrees.add(treeHash(hashes.subList(at, at + width)));
          at += width;
        }
      }
    }
    if (subtrees.isEmpty()) {
      return new MerkleTree().root();
    }
    Digest root = subtrees.getLast();
    for (int i = subtrees.size() - 2; i >= 0; i--) {
      root = MerkleTree.node(subtrees.get(i), root);
    }
    return root;
  }

  /** The root over a power of two of hashes. */
  static Digest treeHash(List<Digest> hashes) {
    List<Digest> row = hashes;
    while (row.size() > 1) {
      row = MerkleTree.nodes(row);
    }
    return row.getFirst();
  }

  static byte[] encode(List<Digest> hashes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(hashes.size() * Digest.BYTES);
    hashes.forEach(hash -> out.writeBytes(hash.bytes()));
    return out.toByteArray();
  }

  /**
   * The first hashes of a tile; empty where its length is not that of so many, or of a full one.
   */
  static Optional<List<Digest>> decode(ByteBuffer in, int width, boolean full) {
    if (in.remaining() != (full ? Tile.FULL : width) * Digest.BYTES) {
      return Optional.empty();
    }
    List<Digest> hashes = new ArrayList<>(width);
    byte[] hash = new byte[Digest.BYTES];
    for (int i = 0; i < width; i++) {
      in.get(hash);
      hashes.add(Digest.of(hash));
    }
    return Optional.of(hashes);
  }
}
