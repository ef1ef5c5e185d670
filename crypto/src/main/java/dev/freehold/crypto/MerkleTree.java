// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The root of a growing Merkle tree (RFC 6962, section 2.1) with SHA-256, in memory for its right
 * edge only. Not safe for use by several threads at once.
 */
public final class MerkleTree {
  private final MessageDigest hash = Digest.newSha256();

  private static final int RIGHT = 1 + Digest.BYTES;

  /** 0x01 and two hashes: what a node is the hash of. One call hashes it. */
  private final byte[] pair = new byte[1 + 2 * Digest.BYTES];

  /** Roots of the full subtrees that make up the tree, the largest first. */
  private byte[][] edge = new byte[64][];

  private int edgeLength;
  private long size;

  /** An empty tree. */
  public MerkleTree() {
    pair[0] = 1;
  }

  /** The hash of a leaf: SHA-256 of 0x00 and the leaf's bytes. */
  public static Digest leaf(byte[]... parts) {
    MessageDigest hash = Digest.newSha256();
    hash.update((byte) 0);
    for (byte[] part : parts) {
      hash.update(part);
    }
    return Digest.of(hash.digest());
  }

  /** The hash of a node: SHA-256 of 0x01, the left hash and the right one. */
  public static Digest node(Digest left, Digest right) {
    MessageDigest hash = Digest.newSha256();
    hash.update((byte) 1);
    hash.update(left.bytes());
    hash.update(right.bytes());
    return Digest.of(hash.digest());
  }

  /** Appends the leaf whose bytes remain in the buffer, and reads them. */
  public void add(ByteBuffer leaf) {
    hash.update((byte) 0);
    hash.update(leaf);
    append(hash.digest());
  }

  /** Appends a leaf given by its bytes. */
  public void add(byte[] leaf) {
    add(ByteBuffer.wrap(leaf));
  }

  /** Appends a leaf given by its hash. */
  public void addHash(Digest leafHash) {
    append(leafHash.bytes());
  }

  /** Number of leaves. */
  public long size() {
    return size;
  }

  /** The root; of an empty tree the SHA-256 of nothing. More leaves may follow. */
  public Digest root() {
    if (size == 0) {
      return Digest.sha256();
    }
    byte[] smallest = edge[edgeLength - 1];
    System.arraycopy(smallest, 0, pair, RIGHT, Digest.BYTES);
    for (int i = edgeLength - 2; i >= 0; i--) {
      System.arraycopy(edge[i], 0, pair, 1, Digest.BYTES);
      hash.update(pair);
      try {
        // Where the next node wants it.
        hash.digest(pair, RIGHT, Digest.BYTES);
      } catch (DigestException e) {
        throw new IllegalStateException("SHA-256 has 32 bytes", e);
      }
    }
    return Digest.of(Arrays.copyOfRange(pair, RIGHT, pair.length));
  }

  /** A tree of the same leaves that grows by itself from here on. */
  public MerkleTree copy() {
    MerkleTree copy = new MerkleTree();
    // The hashes themselves are never written to.
    copy.edge = Arrays.copyOf(edge, edge.length);
    copy.edgeLength = edgeLength;
    copy.size = size;
    return copy;
  }

  private void append(byte[] subtree) {
    // Each trailing one bit of the size is a full subtree that the new leaf completes.
    for (long rest = size; (rest & 1) == 1; rest >>>= 1) {
      subtree = node(edge[--edgeLength], subtree);
    }
    edge[edgeLength++] = subtree;
    size++;
  }

  private byte[] node(byte[] left, byte[] right) {
    System.arraycopy(left, 0, pair, 1, Digest.BYTES);
    System.arraycopy(right, 0, pair, RIGHT, Digest.BYTES);
    return hash.digest(pair);
  }
}
