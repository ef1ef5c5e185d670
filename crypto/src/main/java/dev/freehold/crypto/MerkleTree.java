// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The root of a growing Merkle tree (RFC 6962, section 2.1) with SHA-256, in memory for its right
 * edge only. Not safe for use by several threads at once.
 */
public final class MerkleTree {
  private final MessageDigest hash = Digest.newSha256();

  /** Roots of the full subtrees that make up the tree, the largest first. */
  private byte[][] edge = new byte[64][];

  private int edgeLength;
  private long size;

  /** An empty tree. */
  public MerkleTree() {}

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
    return Digest.of(node(Digest.newSha256(), left.bytes(), right.bytes()));
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
    byte[] root = edge[edgeLength - 1];
    for (int i = edgeLength - 2; i >= 0; i--) {
      root = node(hash, edge[i], root);
    }
    return Digest.of(root);
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
      subtree = node(hash, edge[--edgeLength], subtree);
    }
    edge[edgeLength++] = subtree;
    size++;
  }

  private static byte[] node(MessageDigest hash, byte[] left, byte[] right) {
    hash.update((byte) 1);
    hash.update(left);
    hash.update(right);
    return hash.digest();
  }
}
