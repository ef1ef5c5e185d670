// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

/**
 * The embedding of a text while its positions come in (docs/formats/embedding.md): binary32
 * operations in a written order. One thread at a time.
 */
final class MeanVector {
  private final float[] sum;
  private final float[] scratch;
  private int positions;

  MeanVector(int width) {
    sum = new float[width];
    scratch = new float[width];
  }

  /** Where the next position's vector is to be written before {@link #addScratch}. */
  float[] scratch() {
    return scratch;
  }

  int positions() {
    return positions;
  }

  void addScratch() {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = sum[i] + scratch[i];
    }
    positions++;
  }

  /** The mean, scaled to length 1; zeros where the mean is zero. */
  float[] vector() {
    float[] mean = new float[sum.length];
    float squares = 0;
    for (int i = 0; i < mean.length; i++) {
      mean[i] = sum[i] / positions;
      squares = squares + mean[i] * mean[i];
    }
    float norm = (float) Math.sqrt(squares);
    for (int i = 0; i < mean.length; i++) {
      mean[i] = norm == 0 ? 0 : mean[i] / norm;
    }
    return mean;
  }
}
