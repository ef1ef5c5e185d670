// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class SamplingWeightsTest {
  @Test
  void areTheRoundedExponentialsOfTheArithmetic() {
    int nearest = Float.floatToRawIntBits(0x1p-40f);
    for (int bits = Float.floatToRawIntBits(100f); bits > nearest; bits -= 97) {
      float x = -Float.intBitsToFloat(bits);
      int expected = (int) Math.rint((double) Arithmetic.exp(x) * 0x1p30);
      if (SamplingWeights.weight(x, 1f, 0f) != expected) {
        throw new AssertionError(x + " should weigh " + expected);
      }
    }
    assertThat(SamplingWeights.weight(3f, 2f, 6f)).isEqualTo(1 << 30);
    assertThat(SamplingWeights.weight(Float.NEGATIVE_INFINITY, 2f, 6f)).isZero();
  }

  @Test
  void areTheSameInEveryLaneAndPlainly() {
    List<Kernel> kernels = Kernels.available();
    Random random = new Random(4);
    for (int round = 0; round < 400; round++) {
      int n = 1 + random.nextInt(1500);
      int offset = random.nextInt(20);
      float[] x = new float[offset + n];
      float factor = 1f / (0.05f + random.nextFloat() * 2);
      float max = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        float value = (float) random.nextGaussian() * (1 + round % 20);
        x[offset + i] = random.nextInt(50) == 0 ? Float.NEGATIVE_INFINITY : value;
        max = Math.max(max, x[offset + i]);
      }
      if (max == Float.NEGATIVE_INFINITY) {
        continue;
      }
      int blocks = (n + SamplingWeights.BLOCK - 1) / SamplingWeights.BLOCK;
      int[] plain = new int[n];
      int[] plainHeaviest = new int[blocks];
      long plainTotal = 0;
      for (int block = 0; block < blocks; block++) {
        int from = block * SamplingWeights.BLOCK;
        int to = Math.min(n, from + SamplingWeights.BLOCK);
        plainTotal +=
            SamplingWeights.block(
                x, offset, from, to, factor, max * factor, plain, plainHeaviest, block);
      }
      for (Kernel kernel : kernels) {
        int[] weight = new int[n + 1];
        int[] heaviest = new int[blocks + 1];
        weight[n] = -1;
        heaviest[blocks] = -1;
        long total = kernel.weigh(x, offset, n, factor, max * factor, weight, heaviest);
        assertThat(weight).as(kernel.name()).startsWith(plain).endsWith(-1);
        assertThat(heaviest).as(kernel.name()).startsWith(plainHeaviest).endsWith(-1);
        assertThat(total).as(kernel.name()).isEqualTo(plainTotal);
      }
    }
  }
}
