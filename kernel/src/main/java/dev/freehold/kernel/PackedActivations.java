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
   * For vectors: every a as a pair of int16, and behind that as binary32, of [block][token][32]: a
   * product reads a block of several tokens from one address. Else empty.
   */
  final MemorySegment spread;

  /** Bytes of a block of one token, as pairs or as binary32. */
  static final int BLOCK_BYTES = 4 * BLOCK;

  /** Blocks past the end that a product may read, and ignore. */
  private static final int PADDING = 8;

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
    spread =
        vectors
            ? Arena.ofAuto().allocate(8L * capacity * width + PADDING * BLOCK_BYTES, 64)
            : MemorySegment.NULL;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int width() {
    return width;
  }

  /** Where the int16 pairs of a token's block begin; the next token's follow. */
  long pairs(int token, int block) {
    return spread.address() + BLOCK_BYTES * ((long) block * capacity + token);
  }

  /** Where the binary32 elements of a token's block begin; the next token's follow. */
  long floats(int token, int block) {
    return pairs(token, blocks + block);
  }

  /** Σ a of a block, counted over all tokens. */
  int sum(int block) {
    int i = 4 * block;
    return sums[i] + sums[i + 1] + sums[i + 2] + sums[i + 3];
  }

  /** Derives the sums of a token from its exact integers. */
  void derive(int token) {
    int first = 4 * token * blocks;
    for (int i = 0; i < 4 * blocks; i++) {
      // Eight bytes at once, each 128 too large, and so never negative.
      long eight = (long) EIGHT.get(element, token * width + 8 * i) ^ 0x8080808080808080L;
      long pairs = (eight & 0x00ff00ff00ff00ffL) + ((eight >>> 8) & 0x00ff00ff00ff00ffL);
      sums[first + i] = (int) ((pairs * 0x0001000100010001L) >>> 48) - 8 * 128;
    }
    for (int b = token * blocks; b < (token + 1) * blocks; b++) {
      weighted[b] = factor[b] * sum(b);
    }
  }

  /** Spreads a token's elements for vectors, where there is room for it. */
  void spread(int token) {
    if (spread.byteSize() > 0) {
      for (int i = 0; i < width; i++) {
        int a = element[token * width + i];
        long at = ((long) (i / BLOCK) * capacity + token) * BLOCK + i % BLOCK;
        spread.setAtIndex(ValueLayout.JAVA_INT, at, (a & 0xffff) | a << 16);
        spread.setAtIndex(ValueLayout.JAVA_FLOAT, (long) capacity * width + at, a);
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
