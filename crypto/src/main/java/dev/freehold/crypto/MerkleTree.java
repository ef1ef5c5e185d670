// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.kernel.DigestPairs;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The root of a growing Merkle tree (RFC 6962, section 2.1) with SHA-256, in memory for its right
 * edge only. Not safe for use by several threads at once.
 */
public final class MerkleTree {
  private static final int RIGHT = 1 + Digest.BYTES;

  private final MessageDigest hash = Digest.newSha256();

  /** 0x01 and two hashes: what a node is the hash of. One call hashes it. */
  private final byte[] pair = new byte[1 + 2 * Digest.BYTES];

  /** Roots of the full subtrees that make up the tree, side by side, the largest first. */
  private byte[] edge = new byte[16 * Digest.BYTES];

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

  /**
   * The hashes of leaves that lie in one memory; some of them at once where the machine can, after
   * {@link SigningKey#prepareMany}.
   *
   * @param memory of which all is looked at, wherever its position and limit are
   * @param places of each leaf an offset there, and a length, in bytes
   * @throws IndexOutOfBoundsException if a place leaves the memory
   */
  public static List<Digest> leaves(ByteBuffer memory, long[] places) {
    return leaves(memory, places, DigestPairs.loaded().orElse(null));
  }

  static List<Digest> leaves(ByteBuffer memory, long[] places, @Nullable DigestPairs pairs) {
    if (pairs != null) {
      return digests(pairs.behind(0, memory, places));
    }
    ByteBuffer whole = memory.duplicate().clear();
    List<Digest> hashes = new ArrayList<>(places.length / 2);
    for (int i = 0; i < places.length; i += 2) {
      MessageDigest hash = Digest.newSha256();
      hash.update((byte) 0);
      hash.update(whole.slice(Math.toIntExact(places[i]), Math.toIntExact(places[i + 1])));
      hashes.add(Digest.of(hash.digest()));
    }
    return hashes;
  }

  /**
   * The hashes of the nodes over neighbours, of which there is an even number; some of them at once
   * as those of {@link #leaves}.
   */
  public static List<Digest> nodes(List<Digest> row) {
    return nodes(row, DigestPairs.loaded().orElse(null));
  }

  static List<Digest> nodes(List<Digest> row, @Nullable DigestPairs pairs) {
    int above = row.size() / 2;
    if (pairs != null && above > 1) {
      byte[] memory = new byte[row.size() * Digest.BYTES];
      long[] places = new long[2 * above];
      for (int i = 0; i < row.size(); i++) {
        row.get(i).copyTo(memory, i * Digest.BYTES);
      }
      for (int i = 0; i < above; i++) {
        places[2 * i] = 2L * i * Digest.BYTES;
        places[2 * i + 1] = 2L * Digest.BYTES;
      }
      return digests(pairs.behind(1, ByteBuffer.wrap(memory), places));
    }
    List<Digest> hashes = new ArrayList<>(above);
    for (int i = 0; i < row.size(); i += 2) {
      hashes.add(node(row.get(i), row.get(i + 1)));
    }
    return hashes;
  }

  private static List<Digest> digests(byte[] sideBySide) {
    List<Digest> digests = new ArrayList<>(sideBySide.length / Digest.BYTES);
    for (int at = 0; at < sideBySide.length; at += Digest.BYTES) {
      digests.add(Digest.at(sideBySide, at));
    }
    return digests;
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

  /**
   * What was digested while a leaf was appended.
   *
   * @param room SHA-256 of the first text
   * @param text of the second one
   * @param root of the tree with the leaf
   */
  public record Grown(Digest room, Digest text, Digest root) {}

  /**
   * Appends a leaf and digests two texts beside it: the same as one after the other, and all of it
   * at once where the machine can, after {@link SigningKey#prepareMany}.
   *
   * @param room begins with the first text, of {@code length} bytes
   * @param texts the second text, of {@code text} bytes, and the leaf behind it, of {@code leaf}
   * @throws IndexOutOfBoundsException if an array is shorter than that
   */
  public Grown grow(byte[] room, int length, byte[] texts, int text, int leaf) {
    return grow(room, length, texts, text, leaf, DigestPairs.loaded().orElse(null));
  }

  Grown grow(
      byte[] room, int length, byte[] texts, int text, int leaf, @Nullable DigestPairs pairs) {
    Objects.checkFromIndexSize(0, length, room.length);
    Objects.checkFromIndexSize(text, leaf, texts.length);
    if (pairs == null) {
      Digest first = Digest.sha256(room, length);
      Digest second = Digest.sha256(texts, text);
      add(ByteBuffer.wrap(texts, text, leaf));
      return new Grown(first, second, root());
    }
    need();
    byte[] out = pairs.grow(room, length, texts, text, leaf, edge, size);
    size++;
    edgeLength = Long.bitCount(size);
    return new Grown(
        Digest.at(out, 0), Digest.at(out, Digest.BYTES), Digest.at(out, 2 * Digest.BYTES));
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
    return root(edge, edgeLength);
  }

  /**
   * The root over the leaves so far, computed when it is asked for, by a thread that may use the
   * tree then. More leaves may have followed meanwhile.
   */
  public Supplier<Digest> rootOnDemand() {
    int count = edgeLength;
    byte[] now = Arrays.copyOf(edge, count * Digest.BYTES);
    return () -> root(now, count);
  }

  private Digest root(byte[] subtrees, int count) {
    if (count == 0) {
      return Digest.sha256();
    }
    System.arraycopy(subtrees, (count - 1) * Digest.BYTES, pair, RIGHT, Digest.BYTES);
    for (int i = count - 2; i >= 0; i--) {
      node(subtrees, i);
    }
    return Digest.at(pair, RIGHT);
  }

  /** A tree of the same leaves that grows by itself from here on. */
  public MerkleTree copy() {
    MerkleTree copy = new MerkleTree();
    copy.edge = edge.clone();
    copy.edgeLength = edgeLength;
    copy.size = size;
    return copy;
  }

  private void append(byte[] leafHash) {
    need();
    System.arraycopy(leafHash, 0, pair, RIGHT, Digest.BYTES);
    // Each trailing one bit of the size is a full subtree that the new leaf completes.
    for (long rest = size; (rest & 1) == 1; rest >>>= 1) {
      node(edge, --edgeLength);
    }
    System.arraycopy(pair, RIGHT, edge, edgeLength * Digest.BYTES, Digest.BYTES);
    edgeLength++;
    size++;
  }

  /** Makes room for another subtree. */
  private void need() {
    if (edge.length == edgeLength * Digest.BYTES) {
      edge = Arrays.copyOf(edge, 2 * edge.length);
    }
  }

  /** Puts the hash over a subtree and that to its right, which is in the pair, where that was. */
  private void node(byte[] subtrees, int left) {
    System.arraycopy(subtrees, left * Digest.BYTES, pair, 1, Digest.BYTES);
    hash.update(pair);
    try {
      hash.digest(pair, RIGHT, Digest.BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 has 32 bytes", e);
    }
  }
}
