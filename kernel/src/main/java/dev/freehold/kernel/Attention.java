// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/**
 * The inner loops of attention in vectors of one width, a page of 64 positions at a time. Several
 * query heads that share keys and values are one call: their queries, sums and weights follow each
 * other, weights at a distance of {@code stride}.
 */
interface Attention {
  /** Query heads that share what is read best; fewer are taken one by one. */
  int HEADS = 3;

  /**
   * Scores of all 64 slots for every head: {@code out[h·stride + i] = fl(fl(Σ q·k) · fl(c·scale))}.
   *
   * @param heads 1 or {@link #HEADS}
   */
  void scores(
      PackedPage page,
      int vector,
      int heads,
      int[] q,
      float[] c,
      float[] out,
      int outOffset,
      int stride);

  /** The largest of {@code n} scores (a multiple of 64); refuses NaN and infinity. */
  float largest(float[] scores, int offset, int n);

  /** Σ rint(e·2^30) of {@code n} weights. */
  long total(float[] e, int offset, int n);

  /** Weights of one page times its value scales, in place; the bits of the largest. */
  int scale(float[] e, int offset, float[] valueScales, int vector);

  /**
   * sums += Σ u·value over {@code slots} positions from {@code slot} for every head.
   *
   * @param heads 1 or {@link #HEADS}
   */
  void values(
      PackedPage page,
      int vector,
      int slot,
      int slots,
      int heads,
      float[] u,
      int offset,
      int stride,
      double[] sums);

  /** u = rint(u·factor) for {@code n} weights (a multiple of 64). */
  void round(float[] u, int offset, int n, float factor);
}
