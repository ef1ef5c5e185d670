// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class BestTest {
  @Test
  void findsTheFirstOfTheLargestAtEveryLengthAndOffset() {
    Random random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      int length = 1 + random.nextInt(1600);
      int offset = random.nextInt(40);
      float[] x = new float[offset + length + 5];
      for (int j = 0; j < x.length; j++) {
        x[j] = random.nextInt(1 + i / 10) - 50f;
      }
      int expected = 0;
      for (int j = 1; j < length; j++) {
        expected = x[offset + j] > x[offset + expected] ? j : expected;
      }
      assertThat(Best.finite(x, offset, length)).isEqualTo(expected);
      assertThat(Best.of(x, offset, length)).isEqualTo(expected);
    }
  }
}
