// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The choice of a lane. */
class KernelsTest {
  @Test
  void plainLaneIsAlwaysThereAndEveryLaneIsFoundByItsName() {
    List<Kernel> kernels = Kernels.available();
    assertThat(kernels.getFirst().name()).isEqualTo("scalar");
    assertThat(kernels).extracting(Kernel::name).doesNotHaveDuplicates();
    for (Kernel kernel : kernels) {
      assertThat(Kernels.named(kernel.name()).name()).isEqualTo(kernel.name());
    }
    assertThat(kernels).extracting(Kernel::name).contains(Kernels.best().name());
  }

  @Test
  void unknownLaneIsRefusedNamingThoseThatAreThere() {
    assertThatThrownBy(() -> Kernels.named("abacus"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("abacus")
        .hasMessageContaining("scalar");
  }
}
