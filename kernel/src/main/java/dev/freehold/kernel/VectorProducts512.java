// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The products of the 512-bit lane, of which the build derives 256 and 128 bits. */
final class VectorProducts512 implements Products {
  private static final int ROWS = VectorDecode512.ROWS;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(1L << 48);
  private static final long MASK = (1L << 47) - 1;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  @Override
  public int bits() {
    return 16 * ROWS;
  }

  @Override
  public int rows() {
    return 2 * ROWS;
  }

  @Override
  public int index(int row) {
    int lanes = ROWS / 2;
    int lane = row % lanes;
    return row - lane + (lane & 1) * (lanes / 2) + lane / 2;
  }

  @Override
  public void round(long sums, float scale, int rows, float[] y, int offset) {
    int pairs = ROWS / 4;
    for (int row = 0; row < rows; row += 2 * pairs) {
      long even = (sums + 8L * row) & MASK;
      long odd = even + 8L * pairs;
      for (int i = 0; i < pairs; i++) {
        int r = row + 2 * i;
        if (r < rows) {
          y[offset + r] = ALL.get(LONG, even + 8L * i) * scale;
        }
        if (r + 1 < rows) {
          y[offset + r + 1] = ALL.get(LONG, odd + 8L * i) * scale;
        }
      }
    }
  }

  @Override
  public int tileBytes() {
    return VectorPrefill512.TILE_BYTES;
  }

  @Override
  public int dotBytes() {
    return VectorPrefill512.DOT_BYTES;
  }

  @Override
  public void decode(
      PackedMatrix w, PackedActivations x, int token, int row, int last, Scratch scratch) {
    int second = row + ROWS < last ? row + ROWS : row;
    long a = w.address + w.offset(row / Matrix.GROUP);
    long b = w.address + w.offset(second / Matrix.GROUP);
    VectorDecode512.product(w, a, row % Matrix.GROUP, b, second % Matrix.GROUP, x, token, scratch);
  }

  @Override
  public void prefill(
      PackedMatrix w, PackedActivations x, int from, int to, int row, int last, Scratch scratch) {
    int second = row + ROWS < last ? row + ROWS : row;
    long a = w.address + w.offset(row / Matrix.GROUP);
    long b = w.address + w.offset(second / Matrix.GROUP);
    VectorPrefill512.product(
        w, a, row % Matrix.GROUP, b, second % Matrix.GROUP, x, from, to, scratch);
  }
}
