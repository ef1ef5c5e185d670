// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A page in the layout of layout.h: [layer][head] of keys, values and their scales. */
final class NativePage implements KeyValuePage {
  final KeyValueShape shape;
  private final NativeLibrary.Shared shared;
  private final long headBytes;
  private MemorySegment data;

  NativePage(KeyValueShape shape, NativeLibrary.Shared shared) {
    this.shape = shape;
    this.shared = shared;
    headBytes = (long) POSITIONS * (2 * shape.headSize() + paddedSize(shape) + 8);
    data = shared.page((long) shape.layers() * shape.heads() * headBytes);
  }

  /** Elements of a value vector in memory. */
  private static int paddedSize(KeyValueShape shape) {
    return (shape.headSize() + 15) / 16 * 16;
  }

  /** Where the page lies; refuses a page that was given back. */
  MemorySegment data() {
    if (data.byteSize() == 0) {
      throw new IllegalStateException("a page of attention memory is used after it was freed");
    }
    return data;
  }

  /** Where a layer's head lies in the page. */
  long offset(int layer, int head) {
    Objects.checkIndex(layer, shape.layers());
    Objects.checkIndex(head, shape.heads());
    return ((long) layer * shape.heads() + head) * headBytes;
  }

  @Override
  public long bytes() {
    return data.byteSize();
  }

  @Override
  public void copyFrom(KeyValuePage source, int slots) {
    if (!(source instanceof NativePage from) || !from.shape.equals(shape)) {
      throw new IllegalArgumentException(
          "a page is copied only from one of the same kernel and shape");
    }
    Objects.checkFromToIndex(0, slots, POSITIONS);
    // Keys lie in stripes of 16 positions, values in fours: what is copied beyond is never read.
    long keyStripe = 32L * shape.headSize();
    long valueQuad = 4L * paddedSize(shape);
    long keys = POSITIONS * 2L * shape.headSize();
    long scales = keys + (long) POSITIONS * paddedSize(shape);
    for (long at = 0; at < data().byteSize(); at += headBytes) {
      copy(from, at, (slots + 15) / 16 * keyStripe);
      copy(from, at + keys, (slots + 3) / 4 * valueQuad);
      copy(from, at + scales, 4L * slots);
      copy(from, at + scales + 4L * POSITIONS, 4L * slots);
    }
  }

  private void copy(NativePage from, long at, long bytes) {
    MemorySegment.copy(from.data(), at, data(), at, bytes);
  }

  @Override
  public void free() {
    if (data.byteSize() != 0) {
      shared.freePage(data);
      data = MemorySegment.NULL;
    }
  }
}
