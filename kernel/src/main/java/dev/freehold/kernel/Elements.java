// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/** Operations on elements in vectors of one width. Lengths are multiples of {@link #step}. */
interface Elements {
  /** Elements of a vector. */
  int step();

  /** As {@link Kernel#quantize}. */
  void quantize(float[] x, int offset, int stride, int from, int to, PackedActivations out);

  /** As {@link Kernel#rmsNorm}. */
  void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset);

  /** As {@link Kernel#silu}. */
  void silu(float[] gate, int gateOffset, float[] up, int upOffset, int n);

  /** As {@link Kernel#gelu}. */
  void gelu(float[] gate, int gateOffset, float[] up, int upOffset, int n);

  /** x = e^(x - minus). */
  void exp(float[] x, int offset, int n, float minus);
}
