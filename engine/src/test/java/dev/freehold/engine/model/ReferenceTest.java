// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.reference.Reference;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.ScalarKernel;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forward pass against binary64: int8 activations may cost a few percent, not more. */
@NullMarked
class ReferenceTest {
  static Stream<String> names() {
    return SyntheticModels.all().keySet().stream();
  }

  /** Gemma's norms after every block bring each layer's noise to the size of the stream. */
  @ParameterizedTest
  @MethodSource("names")
  void comesCloseToBinary64(String name) {
    SyntheticModel model = SyntheticModels.named(name);
    assertThat(error(model, model)).isLessThan(name.equals("gemma3") ? 0.07 : 0.03);
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 17})
  void seesAWindowOfAnotherWidth(int window) {
    SyntheticModel model = SyntheticModels.named("gemma3");
    Map<String, Object> extra = new HashMap<>(model.extra());
    extra.put("gemma3.attention.sliding_window", window);
    SyntheticModel other =
        new SyntheticModel(
            "gemma3",
            model.shape(),
            model.matrices(),
            model.tied(),
            model.rotaryFactors(),
            model.seed(),
            extra);
    assertThat(error(model, other)).isGreaterThan(0.1);
  }

  /** The norm of what the logits differ by, over the norm of the true logits. */
  private static double error(SyntheticModel model, SyntheticModel truthOf) {
    int[] tokens = SyntheticModels.tokens(model, 80);
    try (Gguf file = SyntheticModels.file(model);
        Gguf truthFile = SyntheticModels.file(truthOf);
        Transformer transformer = Transformer.load(file, new ScalarKernel(), 2)) {
      Reference reference = new Reference(truthFile);
      double[][] truth = reference.logits(reference.hidden(tokens));
      KeyValuePage[] pages = SyntheticModels.pages(transformer, tokens.length);
      Batch batch = new Batch(transformer, tokens.length);
      for (int i = 0; i < tokens.length; i++) {
        batch.add(tokens[i], i, pages, true);
      }
      transformer.forward(batch);
      double error = 0;
      double total = 0;
      for (int row = 0; row < tokens.length; row++) {
        int offset = batch.logitsOffset(row);
        for (int i = 0; i < truth[row].length; i++) {
          double difference = batch.logits()[offset + i] - truth[row][i];
          error += difference * difference;
          total += truth[row][i] * truth[row][i];
        }
      }
      return Math.sqrt(error / total);
    }
  }
}
