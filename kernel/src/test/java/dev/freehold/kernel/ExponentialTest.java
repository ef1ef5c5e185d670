// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The exponential against the mathematical library's in binary64. */
@NullMarked
class ExponentialTest {
  private static final double WORST = 0.982;

  /** Units in the last place between the exponential and the true one. */
  private static double error(float x) {
    double truth = Math.exp(Math.min(Math.max(x, -87f), 88f));
    return Math.abs(Arithmetic.exp(x) - truth) / Math.ulp((float) truth);
  }

  @Test
  void isWithinOneUnitOverADenseSample() {
    double worst =
        IntStream.range(0, 2_000_000)
            .mapToDouble(i -> error(Float.intBitsToFloat(i * 2147)))
            .filter(e -> !Double.isNaN(e))
            .max()
            .orElseThrow();
    assertThat(worst).isLessThan(WORST);
  }

  @Test
  @Tag("soak")
  void isWithinOneUnitOverEveryNumber() {
    double worst =
        IntStream.rangeClosed(Integer.MIN_VALUE, Integer.MAX_VALUE)
            .parallel()
            .mapToDouble(i -> error(Float.intBitsToFloat(i)))
            .filter(e -> !Double.isNaN(e))
            .max()
            .orElseThrow();
    assertThat(worst).isLessThan(WORST);
  }

  @Test
  void isExactAtZeroAndClampedAtTheEnds() {
    assertThat(Arithmetic.exp(0f)).isEqualTo(1f);
    assertThat(Arithmetic.exp(-0f)).isEqualTo(1f);
    assertThat(Arithmetic.exp(-1000f)).isEqualTo(Arithmetic.exp(-87f));
    assertThat(Arithmetic.exp(Float.POSITIVE_INFINITY)).isEqualTo(Arithmetic.exp(88f));
    assertThat(Arithmetic.exp(88f)).isFinite();
  }
}
