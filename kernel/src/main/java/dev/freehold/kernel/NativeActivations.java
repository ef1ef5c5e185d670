// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Quantised vectors in the layout of layout.h: token by token, and by tiles of four tokens. */
final class NativeActivations implements Activations {
  private static final int HEADER = 64;
  private static final int TILE = 4;
  private static final int TOKEN_BLOCK = 64;
  private static final int TILE_BLOCK = 208;
  private static final int FACTOR = 32;

  final MemorySegment data;
  private final int capacity;
  private final int width;
  private final long tokens;

  NativeActivations(int capacity, int width) {
    if (capacity < 1 || width < BLOCK || width % BLOCK != 0) {
      throw new IllegalArgumentException(
          capacity + " vectors of width " + width + " cannot be quantised in blocks of " + BLOCK);
    }
    this.capacity = capacity;
    this.width = width;
    long blocks = width / BLOCK;
    tokens = HEADER + (4L * capacity + 63) / 64 * 64;
    long tiles = tokens + capacity * blocks * TOKEN_BLOCK;
    long bytes = tiles + (capacity + TILE - 1L) / TILE * blocks * TILE_BLOCK;
    data = Arena.ofAuto().allocate(bytes, 64);
    data.set(ValueLayout.JAVA_INT, 0, capacity);
    data.set(ValueLayout.JAVA_INT, 4, width);
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
    int f = data.get(ValueLayout.JAVA_INT, HEADER + 4L * token);
    out.put((byte) (f >> 8)).put((byte) f);
    long first = tokens + (long) token * (width / BLOCK) * TOKEN_BLOCK;
    long end = first + (long) (width / BLOCK) * TOKEN_BLOCK;
    for (long at = first; at < end; at += TOKEN_BLOCK) {
      int n = data.get(ValueLayout.JAVA_INT, at + FACTOR);
      out.put((byte) (n >> 8)).put((byte) n);
    }
    byte[] elements = new byte[width];
    int to = 0;
    for (long at = first; at < end; at += TOKEN_BLOCK, to += BLOCK) {
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, elements, to, BLOCK);
    }
    out.put(elements);
  }
}
