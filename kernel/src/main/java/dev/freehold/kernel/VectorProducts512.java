// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The products of the 512-bit lane, of which the build derives 256 and 128 bits. */
final class VectorProducts512 implements Products {
  private static final int ROWS = VectorDecode512.ROWS;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;

  /** Whether int64 becomes binary32 in vectors: processors with narrower ones can't. */
  private static final boolean WIDE = ROWS == 32;

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
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
  public void round(long sums, float scale, int rows, float[] y, int offset) {
    int row = 0;
    if (WIDE) {
      for (; row + LONGS.length() <= rows; row += LONGS.length()) {
        // Rounded by the conversion alone: a power of two changes no bits.
        LongVector exact = LongVector.fromMemorySegment(LONGS, ALL, (sums + 8L * row) & MASK, LE);
        ((FloatVector) exact.convertShape(VectorOperators.L2F, FLOATS, 0))
            .mul(scale)
            .intoArray(y, offset + row);
      }
    }
    for (; row < rows; row++) {
      y[offset + row] = ALL.get(LONG, (sums + 8L * row) & MASK) * scale;
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
      PackedMatrix w,
      PackedActivations x,
      int from,
      int to,
      int row,
      int last,
      boolean pairs,
      Scratch scratch) {
    int second = row + ROWS < last ? row + ROWS : row;
    long a = w.address + w.offset(row / Matrix.GROUP);
    long b = w.address + w.offset(second / Matrix.GROUP);
    VectorPrefill512.product(
        w, a, row % Matrix.GROUP, b, second % Matrix.GROUP, x, from, to, pairs, scratch);
  }
}
