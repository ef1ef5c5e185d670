// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Jazzer is given runs here too, without Jazzer: samples and their cuts, for each kind. */
class KindsFuzzerTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void eachKindHasItsTargetAndTakesItsSamplesAndTheirCuts() throws Exception {
    Set<String> names = new HashSet<>();
    for (KindsFuzzer fuzzer : KindsFuzzer.all(folder)) {
      assertThat(fuzzer.samples()).as(fuzzer.name()).isNotEmpty();
      assertThat(names.add(fuzzer.name())).as(fuzzer.name()).isTrue();
      for (byte[] sample : fuzzer.samples()) {
        for (int cut : new int[] {0, 1, sample.length / 2, sample.length - 1, sample.length}) {
          assertThatCode(() -> fuzzer.take(Arrays.copyOf(sample, cut)))
              .as("%s of %d bytes", fuzzer.name(), cut)
              .doesNotThrowAnyException();
        }
      }
    }
    assertThat(names).hasSize(20);
  }

  @Test
  void aFileThatIsValidAndSaysWhatNoSampleSaysIsAFinding() throws Exception {
    List<KindsFuzzer> all = KindsFuzzer.all(folder);
    byte[] proof = called("Proof", all).samples().getFirst();
    assertThatThrownBy(() -> called("SplitView", all).take(proof))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("made up");
  }

  private static KindsFuzzer called(String name, List<KindsFuzzer> all) {
    return all.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }
}
