// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/** The inner loops of attention in vectors of one width, a page of 64 positions at a time. */
interface Attention {
  /** Scores of all 64 slots: {@code out[i] = fl(fl(Σ q·k) · fl(c·scale))}. */
  void scores(PackedPage page, int vector, int[] q, float c, float[] out, int outOffset);

  /** The largest of {@code n} scores (a multiple of 64); refuses NaN and infinity. */
  float largest(float[] scores, int n);

  /** Σ rint(e·2^30) of {@code n} weights. */
  long total(float[] e, int n);

  /** Weights of one page times its value scales, in place; the bits of the largest. */
  int scale(float[] e, int offset, float[] valueScales, int vector);

  /** sums += Σ rint(u·factor)·value over {@code slots} positions from {@code slot}. */
  void values(
      PackedPage page, int vector, int slot, int slots, float[] u, int offset, double[] sums);

  /** u = rint(u·factor) for {@code n} weights (a multiple of 64). */
  void round(float[] u, int n, float factor);
}
