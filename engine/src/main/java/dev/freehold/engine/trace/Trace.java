// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.trace;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The trace of one sequence while it grows (docs/formats/trace.md). Positions are added in order,
 * from 0. One thread at a time.
 */
public final class Trace {
  private static final int HEADER = 1 + 4 + 4;

  private final MessageDigest hash = Digest.newSha256();
  private final byte[] header = new byte[HEADER];
  private final byte[] result = new byte[Digest.BYTES];
  private final List<Digest> leaves = new ArrayList<>();
  private final MerkleTree tree = new MerkleTree();

  /** An empty trace. */
  public Trace() {}

  /** Positions added so far. */
  public int size() {
    return leaves.size();
  }

  /** The leaf hash of a position. */
  public Digest leaf(int position) {
    return leaves.get(position);
  }

  /**
   * Adds the next position.
   *
   * @param hidden what remains in it is the encoded final hidden state; it is read to its end
   */
  public void add(int token, ByteBuffer hidden) {
    add(hashOf(leaves.size(), token, hidden));
  }

  /** Adds the next position by its leaf hash, which an equal prefix had. */
  public void add(Digest leaf) {
    leaves.add(leaf);
    tree.addHash(leaf);
  }

  /** The root over the positions so far. */
  public Digest root() {
    return tree.root();
  }

  /** The root if a last token followed that was chosen but never fed to the model. */
  public Digest rootWithLast(int token) {
    MerkleTree longer = tree.copy();
    longer.addHash(hashOf(leaves.size(), token, ByteBuffer.allocate(0)));
    return longer.root();
  }

  private Digest hashOf(int position, int token, ByteBuffer hidden) {
    ByteBuffer.wrap(header).putInt(1, position).putInt(5, token);
    hash.update(header);
    hash.update(hidden);
    try {
      hash.digest(result, 0, result.length);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 has 32 bytes", e);
    }
    return Digest.of(result);
  }
}
