// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Quantised vectors as plain arrays, token after token. Every Java lane uses it. */
final class PackedActivations implements Activations {
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

  PackedActivations(int capacity, int width) {
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
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int width() {
    return width;
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
