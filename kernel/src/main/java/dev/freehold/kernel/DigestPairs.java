// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of two messages side by side, in C for processors with instructions for it (sha256.c):
 * two cost little more than one. It comes with {@link SignatureLanes}. Safe for use by many
 * threads.
 */
public final class DigestPairs {
  /** Length of a digest in bytes. */
  public static final int DIGEST_BYTES = 32;

  /** What {@link SignatureLanes#load} loaded; its owner. */
  private static volatile @Nullable DigestPairs loaded;

  private final MemorySegment many;
  private final MemorySegment grow;

  private DigestPairs(MemorySegment many, MemorySegment grow) {
    this.many = many;
    this.grow = grow;
  }

  /** Empty where the processor lacks the instructions. */
  static Optional<DigestPairs> of(SymbolLookup library) {
    return NativeCalls.call(library.findOrThrow("freehold_sha256_prepare"), 0) == 1
        ? Optional.of(
            new DigestPairs(
                library.findOrThrow("freehold_sha256_many"),
                library.findOrThrow("freehold_sha256_grow")))
        : Optional.empty();
  }

  /** Empty until {@link SignatureLanes#load} has loaded it: this builds and loads nothing. */
  public static Optional<DigestPairs> loaded() {
    return Optional.ofNullable(loaded);
  }

  static void load(DigestPairs pairs) {
    loaded = pairs;
  }

  /**
   * Digests messages of one memory, each behind a byte of its own.
   *
   * @param memory where they lie; all of it is looked at, wherever its position and limit are
   * @param places of each an offset there, and a length, in bytes
   * @param before that byte, 0 to 255
   * @return the digests, side by side
   * @throws IndexOutOfBoundsException if a place leaves the memory
   */
  public byte[] behind(int before, ByteBuffer memory, long[] places) {
    for (int i = 0; i < places.length; i += 2) {
      Objects.checkFromIndexSize(places[i], places[i + 1], (long) memory.capacity());
    }
    byte[] out = new byte[places.length / 2 * DIGEST_BYTES];
    call(
        many,
        MemorySegment.ofBuffer(memory.duplicate().clear()),
        MemorySegment.ofArray(places),
        MemorySegment.ofArray(out),
        NativeCalls.NONE,
        places.length / 2,
        Objects.checkIndex(before, 256),
        0,
        0);
    return out;
  }

  /**
   * Digests two texts, and adds a leaf to a Merkle tree (RFC 6962, section 2.1), side by side.
   *
   * @param room begins with the first text
   * @param length of that, in bytes
   * @param texts the second text, and the leaf behind it
   * @param text length of the second text
   * @param leaf length of the leaf
   * @param edge the roots of the tree's full subtrees, the largest first, and {@value
   *     #DIGEST_BYTES} bytes each; becomes that of the tree with the leaf, for which there must be
   *     room
   * @param size leaves of the tree before
   * @return the digest of each text, and the root of the tree with the leaf, side by side
   * @throws IndexOutOfBoundsException if an array is shorter than that
   */
  public byte[] grow(
      byte[] room, int length, byte[] texts, int text, int leaf, byte[] edge, long size) {
    Objects.checkFromIndexSize(0, length, room.length);
    Objects.checkFromIndexSize(text, leaf, texts.length);
    Objects.checkFromIndexSize(0, (Long.bitCount(size) + 1) * DIGEST_BYTES, edge.length);
    byte[] out = new byte[3 * DIGEST_BYTES];
    call(
        grow,
        MemorySegment.ofArray(room),
        MemorySegment.ofArray(texts),
        MemorySegment.ofArray(edge),
        MemorySegment.ofArray(out),
        length,
        text,
        leaf,
        size);
    return out;
  }

  private static void call(
      MemorySegment function,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment d,
      long i,
      long j,
      long k,
      long l) {
    NativeCalls.call(function, a, b, c, d, i, j, k, l, 0, 0, 0, 0, 0);
  }
}
