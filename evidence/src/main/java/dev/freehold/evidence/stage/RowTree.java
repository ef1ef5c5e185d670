// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * The Merkle tree over the rows that pass one boundary of a model, position by position from 0. One
 * thread at a time.
 */
public final class RowTree {
  private final MerkleTree tree = new MerkleTree();
  private ByteBuffer leaf = ByteBuffer.allocate(256);

  /** An empty tree. */
  public RowTree() {}

  /** Adds the next position's row: the bytes that remain in the parts, which are not moved. */
  public void add(ByteBuffer... parts) {
    int length = 4;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    if (leaf.capacity() < length) {
      leaf = ByteBuffer.allocate(length);
    }
    leaf.clear().putInt((int) tree.size());
    for (ByteBuffer part : parts) {
      leaf.put(part.duplicate());
    }
    tree.add(leaf.flip());
  }

  /** Positions so far. */
  public int size() {
    return (int) tree.size();
  }

  /** The root over them. */
  public Digest root() {
    return tree.root();
  }

  /** The root over the positions so far, computed when it is asked for. */
  public Supplier<Digest> rootOnDemand() {
    return tree.rootOnDemand();
  }
}
