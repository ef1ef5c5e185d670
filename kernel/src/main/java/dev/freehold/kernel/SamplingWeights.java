// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/**
 * The integer weights of sampling: rint(exp(fl(fl(x·factor) - shift))·2^30), with the exp of
 * arithmetic version 1.
 *
 * <p>The last step of that exp is left out: its result is p·2^z with p in [0.7, 1.42) of at most 24
 * significant bits, so p·2^30 is an integer and the rounding is one of integers. Below -21.5 the
 * weight is 0, like that of -21.5.
 */
public final class SamplingWeights {
  /** Elements of a block whose heaviest is reported. */
  public static final int BLOCK = 256;

  private static final boolean VECTOR =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

  private SamplingWeights() {}

  /**
   * Computes {@code n} weights.
   *
   * @param x the values from {@code offset}; none is above {@code shift / factor}; minus infinity
   *     is allowed and weighs 0
   * @param weight takes the weights from 0
   * @param heaviest takes the heaviest weight of each block of {@value #BLOCK}
   * @return the sum of all weights
   */
  public static long weigh(
      float[] x, int offset, int n, float factor, float shift, int[] weight, int[] heaviest) {
    long total = 0;
    for (int from = 0; from < n; from += BLOCK) {
      int to = Math.min(n, from + BLOCK);
      int block = from / BLOCK;
      total +=
          VECTOR
              ? VectorSamplingWeights.block(
                  x, offset, from, to, factor, shift, weight, heaviest, block)
              : block(x, offset, from, to, factor, shift, weight, heaviest, block);
    }
    return total;
  }

  /** One block, plainly. */
  static long block(
      float[] x,
      int offset,
      int from,
      int to,
      float factor,
      float shift,
      int[] weight,
      int[] heaviest,
      int block) {
    long sum = 0;
    int most = 0;
    for (int i = from; i < to; i++) {
      int w = weight(x[offset + i], factor, shift);
      weight[i] = w;
      sum += w;
      most = Math.max(most, w);
    }
    heaviest[block] = most;
    return sum;
  }

  static int weight(float x, float factor, float shift) {
    float c = Math.max(x * factor - shift, -21.5f);
    float z = c * 0x1.715476p0f + 12582912f - 12582912f;
    float r = c - z * 0x1.63p-1f;
    r = r + z * 2.12194440e-4f;
    float p = 0x1.6a242cp-10f;
    p = p * r + 0x1.1239e8p-7f;
    p = p * r + 0x1.5558f2p-5f;
    p = p * r + 0x1.555492p-3f;
    p = p * r + 0x1.fffffcp-2f;
    p = (p * (r * r) + r) + 1f;
    int halvings = -(int) z;
    int whole = (int) (p * 0x1p30f);
    // Half to even: just below a half always, and one more where the result would be odd.
    int half = ((1 << halvings) - 1) >>> 1;
    return (whole + half + ((whole >>> halvings) & 1)) >>> halvings;
  }
}
