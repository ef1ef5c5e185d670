// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

/** The index of the largest of many numbers, in one pass; of equal ones the first. */
final class Best {
  private static final int BLOCK = 512;

  private Best() {}

  /** Refuses NaN and infinities. */
  static int finite(float[] x, int offset, int length) {
    float least = 0;
    float most = Float.NEGATIVE_INFINITY;
    int block = 0;
    for (int from = 0; from < length; from += BLOCK) {
      int end = offset + Math.min(length, from + BLOCK);
      float high = x[offset + from];
      float low = high;
      for (int i = offset + from; i < end; i++) {
        high = Math.max(high, x[i]);
        low = Math.min(low, x[i]);
      }
      least = Math.min(least, low);
      if (!(high <= most)) {
        most = high;
        block = from;
      }
    }
    if (!(least > Float.NEGATIVE_INFINITY && most < Float.POSITIVE_INFINITY)) {
      throw new ArithmeticException("A logit is NaN or infinite: the model's output is unusable.");
    }
    return first(x, offset, block, most);
  }

  /** Minus infinity is an ordinary value, and the numbers hold no NaN. */
  static int of(float[] x, int offset, int length) {
    float most = Float.NEGATIVE_INFINITY;
    int block = 0;
    for (int from = 0; from < length; from += BLOCK) {
      int end = offset + Math.min(length, from + BLOCK);
      float high = x[offset + from];
      for (int i = offset + from; i < end; i++) {
        high = Math.max(high, x[i]);
      }
      if (high > most) {
        most = high;
        block = from;
      }
    }
    return first(x, offset, block, most);
  }

  private static int first(float[] x, int offset, int from, float value) {
    int i = from;
    while (x[offset + i] != value) {
      i++;
    }
    return i;
  }
}
