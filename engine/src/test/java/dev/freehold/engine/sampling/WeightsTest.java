// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.kernel.ScalarKernel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WeightsTest {

  /** exp(-20) is a weight of 2 of 2^30. */
  @Test
  void theLightestTokensAreDrawnToo() {
    float[] logits = new float[10_000];
    Arrays.fill(logits, -20);
    logits[17] = 0;
    Weights weights = new Weights(new ScalarKernel());
    SamplingParameters plain = SamplingParameters.defaults(9);
    assertThat(weights.draw(logits, 0, logits.length, 0, plain, 0)).isEqualTo(17);
    assertThat(weights.draw(logits, 0, logits.length, 0, plain, -1)).isEqualTo(9_999);
  }
}
