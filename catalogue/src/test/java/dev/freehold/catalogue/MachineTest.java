// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTest {
  private static final Machine MACHINE = new Machine(8_000_000_000L, 2_000_000_000L, 4, 20e9);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1000})
  void looksWithAnyNumberOfThreads(int threads) {
    Machine found = Machine.look(threads);
    assertThat(found.cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(found.memoryBytes()).isGreaterThan(found.freeBytes());
    assertThat(found.freeBytes()).isPositive();
    // No machine that Java 25 runs on reads less, and none reads more with a thread.
    assertThat(found.bytesPerSecond()).isBetween(10e6, 1e12 * found.cores());
  }

  @Test
  void saysWhatFitsAndHowFastItIs() {
    Machine.Fit fit = MACHINE.judge(1_000_000_000, 500_000_000);
    assertThat(fit.fits()).isTrue();
    assertThat(fit.needBytes()).isEqualTo(1_750_000_000);
    assertThat(fit.tokensPerSecond()).isEqualTo(14);
    assertThat(MACHINE.sentence(fit))
        .isEqualTo("fits: needs 1.8 GB of memory, 2.0 GB are free; about 14 tokens a second");
  }

  @Test
  void saysWhatDoesNotFit() {
    Machine.Fit fit = MACHINE.judge(1_000_000_000, 750_000_001);
    assertThat(fit.fits()).isFalse();
    assertThat(MACHINE.sentence(fit))
        .isEqualTo("does not fit: needs 2.0 GB of memory, 2.0 GB are free");
  }
}
