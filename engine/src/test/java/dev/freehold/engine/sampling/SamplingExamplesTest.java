// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.kernel.SamplingWeights;
import dev.freehold.kernel.ScalarKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked examples of docs/formats/sampling.md, which were first computed by other code. */
@NullMarked
class SamplingExamplesTest {
  private static final float[] LOGITS = {1.5f, -0.25f, 3, 3, 0, 2.25f};

  @ParameterizedTest
  @CsvSource({
    "1, 239584192 41633488 1073741824 1073741824 53458456 507199712, 2989359496",
    "0.7, 125970504 10340289 1073741824 1073741824 14778756 367776928, 2666350125",
    "1.5, 395007552 123006608 1073741824 1073741824 145315152 651257344, 3462070304",
  })
  void weighs(float temperature, String expected, long sum) {
    int[] weight = new int[6];
    float factor = 1f / temperature;
    long total = SamplingWeights.weigh(LOGITS, 0, 6, factor, 3f * factor, weight, new int[1]);
    assertThat(total).isEqualTo(sum);
    assertThat(weight)
        .containsExactly(
            List.of(expected.split(" ")).stream().mapToInt(Integer::parseInt).toArray());
  }

  @ParameterizedTest
  @CsvSource({"4, d6cbaeb5539023bc", "5, 4b20b5d25099d809", "6, be3e422a39b9314c"})
  void drawsRandomBits(int position, String bits) {
    assertThat(Philox.draw(42, position, 0)).isEqualTo(Long.parseUnsignedLong(bits, 16));
  }

  @Test
  void choosesTokens() {
    assertThat(tokens(SamplingParameters.greedy())).isEqualTo("2 2 2 2 2 2 2 2");
    assertThat(tokens(SamplingParameters.defaults(42))).isEqualTo("5 2 5 3 2 3 3 3");
    assertThat(tokens(new SamplingParameters(0.7f, 3, 1, 0, 1, 0, 0, Map.of(), 42)))
        .isEqualTo("3 2 3 2 2 2 3 3");
    assertThat(tokens(new SamplingParameters(0.7f, 0, 0.8f, 0, 1, 0, 0, Map.of(), 42)))
        .isEqualTo("3 2 3 2 2 2 3 2");
    assertThat(tokens(new SamplingParameters(1.5f, 0, 1, 0.3f, 1, 0, 0, Map.of(), 42)))
        .isEqualTo("5 2 5 3 2 3 3 3");
    assertThat(tokens(new SamplingParameters(1, 0, 1, 0, 1.3f, 0.5f, 0.25f, Map.of(4, 2f), 42)))
        .isEqualTo("2 3 4 3 3 3 4 3");
  }

  private static String tokens(SamplingParameters p) {
    History history = History.ofPrompt(new int[] {0, 1});
    history.add(2);
    history.add(2);
    List<String> tokens = new ArrayList<>();
    for (int position = 4; position < 12; position++) {
      int token =
          new Sampler(new ScalarKernel())
              .sample(LOGITS, 0, 6, p, 0, position, history, null, -1)
              .token();
      tokens.add(Integer.toString(token));
    }
    return String.join(" ", tokens);
  }

  @Test
  void givesLogProbabilities() {
    Sampled sampled =
        new Sampler(new ScalarKernel())
            .sample(LOGITS, 0, 6, SamplingParameters.greedy(), 0, 4, new History(), null, 3);
    assertThat(sampled.top().stream().map(Sampled.Alternative::token)).containsExactly(2, 3, 5);
    assertThat(sampled.top().stream().map(top -> Float.floatToRawIntBits(top.logprob())))
        .containsExactly(0xbf830f78, 0xbf830f78, 0xbfe30f78);
  }
}
