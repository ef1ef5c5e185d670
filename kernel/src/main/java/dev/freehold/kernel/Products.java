// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/**
 * Matrix products in vectors of one width. A tile is {@link #rows} consecutive rows; its exact sums
 * go to {@link Scratch#sums}, token after token.
 */
interface Products {
  /** Bits of a vector. */
  int bits();

  /** Rows of a tile. */
  int rows();

  /**
   * Rounds a token's sums once, in binary32, times a power of two: {@code rows} results.
   *
   * @param sums where the token's sums begin
   */
  void round(long sums, float scale, int rows, float[] y, int offset);

  /** Bytes of {@link Scratch#tiles}. */
  int tileBytes();

  /** Bytes of {@link Scratch#dots}. */
  int dotBytes();

  /** One token: rows from {@code row}, of which those before {@code last} count. */
  void decode(PackedMatrix w, PackedActivations x, int token, int row, int last, Scratch scratch);

  /**
   * Tokens {@code from} (inclusive), a multiple of {@link PackedActivations#TOGETHER}, to {@code
   * to} (exclusive).
   *
   * @param pairs whether dots in binary32 take columns in pairs, where there is such a form:
   *     additions in place of multiplications, with the same sums
   */
  void prefill(
      PackedMatrix w,
      PackedActivations x,
      int from,
      int to,
      int row,
      int last,
      boolean pairs,
      Scratch scratch);
}
