// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/**
 * A weight matrix packed by one {@link Kernel} for itself, in groups of {@value #GROUP} rows. It
 * lives as long as the arena it was packed into. Immutable once packed, so every thread may read
 * it.
 */
public interface Matrix {
  /** Rows of a group: the unit in which threads share a product. */
  int GROUP = 32;

  /** Rows: the length of a product's result. */
  int rows();

  /** Columns: the length of the vector it multiplies. */
  int columns();

  /** Groups of {@link #GROUP} rows, the last one padded with zero rows. */
  default int groups() {
    return (rows() + GROUP - 1) / GROUP;
  }

  /** Bytes held in memory. */
  long bytes();

  /**
   * Writes one row as binary32 weights (each is the exact value of the packed weight rounded once):
   * how a token's embedding is read out of a matrix.
   */
  void row(int row, float[] out, int offset);
}
