// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** Quantised vectors as plain arrays, token after token. Every Java lane uses it. */
final class PackedActivations implements Activations {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int capacity;
  private final int width;

  /** Where the binary32 elements begin in {@link #spread}. */
  private final long floats;

  /** Blocks of a token. */
  final int blocks;

  /** f of every token. */
  final int[] exponent;

  /** n of [token][block]. */
  final int[] factor;

  /** a of [token][element]. */
  final byte[] element;

  /** Σ a of 8 elements: [token][block][4]. */
  final int[] sums;

  /** n·Σ a of [token][block]. */
  final int[] weighted;

  /**
   * For vectors, of {@link #TOGETHER} tokens after each other: every a as a pair of int16, of
   * [block][token][32]; behind all of those the same as binary32; and behind those n, n·Σ a and, in
   * binary32, the sum of the products of neighbours (columns 0 and 1, 2 and 3, ...), of
   * [block][3][8]. So a product reads what it needs of a few tokens in one stream. Else empty.
   */
  final MemorySegment spread;

  /** Tokens whose blocks lie side by side: as many as a product with many tokens takes at once. */
  static final int TOGETHER = 6;

  /** Bytes of a block of one token, as pairs or as binary32. */
  static final int BLOCK_BYTES = 4 * BLOCK;

  /** Bytes of n, of n·Σ a, or of neighbours' products, of a block of the tokens together. */
  static final int MULTIPLE_BYTES = 32;

  /** Bytes of all three. */
  static final int MULTIPLES_BYTES = 3 * MULTIPLE_BYTES;

  PackedActivations(int capacity, int width, boolean vectors) {
    if (capacity < 1 || width < BLOCK || width % BLOCK != 0) {
      throw new IllegalArgumentException(
          capacity + " vectors of width " + width + " cannot be quantised in blocks of " + BLOCK);
    }
    this.capacity = capacity;
    this.width = width;
    blocks = width / BLOCK;
    exponent = new int[capacity];
    factor = new int[Math.multiplyExact(capacity, blocks)];
    element = new byte[Math.multiplyExact(capacity, width)];
    sums = new int[Math.multiplyExact(capacity, 4 * blocks)];
    weighted = new int[factor.length];
    int bundles = (capacity + TOGETHER - 1) / TOGETHER;
    floats = (long) bundles * blocks * TOGETHER * BLOCK_BYTES;
    // A product takes two blocks at a time, and reads behind a last odd one what it ignores.
    long multiples = ((long) bundles * blocks + 1) * MULTIPLES_BYTES;
    spread = vectors ? Arena.ofAuto().allocate(2 * floats + multiples, 64) : MemorySegment.NULL;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int width() {
    return width;
  }

  /** Where the int16 pairs of a token's block begin; those of the next one beside it follow. */
  long pairs(int token, int block) {
    return spread.address() + BLOCK_BYTES * place(token, block);
  }

  /** Where the binary32 elements of a token's block begin; those of the next one follow. */
  long floats(int token, int block) {
    return pairs(token, block) + floats;
  }

  /**
   * Where n of a token's block lies; those of the tokens beside it follow. n·Σ a lies {@link
   * #MULTIPLE_BYTES} further on, and the products of neighbours as far behind that.
   */
  long multiples(int token, int block) {
    return spread.address() + multiple(token, block);
  }

  /** A block of a token, counted over all that lie before it. */
  private long place(int token, int block) {
    return ((long) (token / TOGETHER) * blocks + block) * TOGETHER + token % TOGETHER;
  }

  private long multiple(int token, int block) {
    long bundle = (long) (token / TOGETHER) * blocks + block;
    return 2 * floats + MULTIPLES_BYTES * bundle + 4L * (token % TOGETHER);
  }

  /** Σ a of a block, counted over all tokens. */
  int sum(int block) {
    int i = 4 * block;
    return sums[i] + sums[i + 1] + sums[i + 2] + sums[i + 3];
  }

  /** Derives the sums of a token, and its multiples for vectors, from its exact integers. */
  void derive(int token) {
    int first = 4 * token * blocks;
    for (int i = 0; i < 4 * blocks; i++) {
      // Eight bytes at once, each 128 too large, and so never negative.
      long eight = (long) EIGHT.get(element, token * width + 8 * i) ^ 0x8080808080808080L;
      long pairs = (eight & 0x00ff00ff00ff00ffL) + ((eight >>> 8) & 0x00ff00ff00ff00ffL);
      sums[first + i] = (int) ((pairs * 0x0001000100010001L) >>> 48) - 8 * 128;
    }
    for (int block = 0; block < blocks; block++) {
      int b = token * blocks + block;
      weighted[b] = factor[b] * sum(b);
      if (spread.byteSize() > 0) {
        long at = multiple(token, block);
        spread.set(ValueLayout.JAVA_INT, at, factor[b]);
        spread.set(ValueLayout.JAVA_INT, at + MULTIPLE_BYTES, weighted[b]);
      }
    }
  }

  /** Spreads a token's elements for vectors, and neighbours' products, where there is room. */
  void spread(int token) {
    if (spread.byteSize() > 0) {
      for (int i = 0; i < width; i++) {
        int a = element[token * width + i];
        long at = BLOCK_BYTES * place(token, i / BLOCK) + 4L * (i % BLOCK);
        spread.set(ValueLayout.JAVA_INT, at, (a & 0xffff) | a << 16);
        spread.set(ValueLayout.JAVA_FLOAT, floats + at, a);
      }
      for (int block = 0; block < blocks; block++) {
        int products = 0;
        for (int i = token * width + block * BLOCK;
            i < token * width + (block + 1) * BLOCK;
            i += 2) {
          products += element[i] * element[i + 1];
        }
        long at = multiple(token, block) + 2 * MULTIPLE_BYTES;
        spread.set(ValueLayout.JAVA_FLOAT, at, products);
      }
    }
  }

  @Override
  public void encode(int token, ByteBuffer out) {
    Objects.checkIndex(token, capacity);
    short f = (short) exponent[token];
    out.put((byte) (f >> 8)).put((byte) f);
    for (int b = token * blocks; b < (token + 1) * blocks; b++) {
      out.put((byte) (factor[b] >> 8)).put((byte) factor[b]);
    }
    out.put(element, token * width, width);
  }

  /** Refuses activations or a range that do not fit a matrix. */
  static PackedActivations fitting(PackedMatrix matrix, Activations x, int from, int to) {
    PackedActivations packed = (PackedActivations) x;
    Objects.checkFromToIndex(from, to, packed.capacity);
    if (matrix.columns() != packed.width) {
      throw new IllegalArgumentException(
          "a matrix of "
              + matrix.columns()
              + " columns cannot take vectors of width "
              + packed.width);
    }
    return packed;
  }
}
