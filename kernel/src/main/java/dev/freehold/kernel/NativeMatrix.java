// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A matrix in the layout of layout.h, the same for every variant. */
final class NativeMatrix implements Matrix {
  /** Bytes before the first group. */
  static final int HEADER = 64;

  final TensorType type;
  final MemorySegment data;
  private final int rows;
  private final int columns;
  private final NativeLibrary.Shared shared;

  NativeMatrix(
      TensorType type, int rows, int columns, MemorySegment data, NativeLibrary.Shared shared) {
    this.type = type;
    this.rows = rows;
    this.columns = columns;
    this.data = data;
    this.shared = shared;
  }

  /** Bytes of 32 rows of one file block's columns. */
  static int unitBytes(TensorType type) {
    return switch (type) {
      case Q4_0 -> 576;
      case Q4_1 -> 640;
      case Q5_0 -> 704;
      case Q5_1 -> 768;
      case Q8_0 -> 1088;
      case Q4_K -> 640 + 8 * 512;
      case Q5_K -> 640 + 8 * 640;
      case Q6_K -> 576 + 8 * 768;
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " is packed as Q8_0");
    };
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public long bytes() {
    return data.byteSize();
  }

  @Override
  public void row(int row, float[] out, int offset) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(offset, columns, out.length);
    NativeCalls.call(
        shared.row(), data, MemorySegment.ofArray(out), NativeCalls.NONE, row, offset, 0, 0);
  }
}
