// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.Metadata;
import dev.freehold.engine.reference.Reference;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.kernel.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every key that changes what a family computes, in small random models, against llama.cpp v0.5.0
 * (npm {@code @node-llama-cpp/linux-x64} 3.22.1, CPU, default options): a line of the resource is a
 * model and its logits of the first eight tokens at four positions of {@link
 * SyntheticModels#tokens}.
 */
@NullMarked
class FamiliesTest {
  private static final int[] POSITIONS = {1, 20, 50, 79};
  private static final int TOKENS = 8;

  private static final SyntheticModel.Shape PLAIN =
      new SyntheticModel.Shape(2, 128, 4, 2, 32, 192, 320, 512);
  private static final SyntheticModel.Shape GEMMA =
      new SyntheticModel.Shape(7, 64, 4, 1, 32, 128, 320, 512);

  static Map<String, SyntheticModel> all() {
    Map<String, SyntheticModel> all = new LinkedHashMap<>();
    gemma(all, "gemma3", Map.of());
    gemma(all, "gemma3-pattern-3", Map.of("attention.sliding_window_pattern", 3));
    gemma(all, "gemma3-pattern-0", Map.of("attention.sliding_window_pattern", 0));
    gemma(
        all,
        "gemma3-pattern-flags",
        Map.of("attention.sliding_window_pattern", new int[] {0, 1, 1, 0, 1, 0, 1}));
    gemma(all, "gemma3-no-window", Map.of("attention.sliding_window", 0));
    gemma(all, "gemma3-linear", Map.of("rope.scaling.type", "linear", "rope.scaling.factor", 8f));
    gemma(all, "gemma3-scale-linear", Map.of("rope.scale_linear", 4f));
    gemma(all, "gemma3-sliding-base", Map.of("rope.freq_base_swa", 500f));
    gemma(all, "gemma3-cap", Map.of("final_logit_softcapping", 1f));
    gemma(all, "gemma3-magnitude", Map.of("rope.scaling.attn_factor", 1.5f));
    SyntheticModel.Shape deep = new SyntheticModel.Shape(62, 64, 4, 1, 32, 64, 320, 512);
    all.put("gemma3-62-layers", model("gemma3", deep, false, gemmaKeys(Map.of())));
    for (String family : List.of("llama", "qwen2", "qwen3")) {
      plain(all, family, family, false, Map.of());
      plain(
          all,
          family + "-linear",
          family,
          false,
          Map.of("rope.scaling.type", "linear", "rope.scaling.factor", 4f));
      plain(all, family + "-yarn", family, false, yarn(4f, 128));
      plain(all, family + "-window", family, false, Map.of("attention.sliding_window", 16));
    }
    plain(all, "llama-3", "llama", true, Map.of());
    plain(all, "llama-3-yarn", "llama", true, yarn(4f, 128));
    plain(all, "llama-yarn-far", "llama", false, yarn(40f, 16));
    Map<String, Object> magnified = new HashMap<>(yarn(4f, 128));
    magnified.put("rope.scaling.attn_factor", 1.5f);
    plain(all, "llama-yarn-magnitude", "llama", false, magnified);
    plain(all, "llama-magnitude", "llama", false, Map.of("rope.scaling.attn_factor", 1.5f));
    plain(
        all,
        "llama-no-scaling",
        "llama",
        false,
        Map.of("rope.scaling.type", "none", "rope.scaling.factor", 4f));
    plain(all, "llama-cap", "llama", false, Map.of("final_logit_softcapping", 1f));
    return all;
  }

  private static Map<String, Object> yarn(float factor, int original) {
    return Map.of(
        "rope.scaling.type",
        "yarn",
        "rope.scaling.factor",
        factor,
        "rope.scaling.original_context_length",
        original);
  }

  private static Map<String, Object> gemmaKeys(Map<String, Object> keys) {
    Map<String, Object> extra = new HashMap<>();
    extra.put("attention.sliding_window", 16);
    extra.put("rope.freq_base", 1_000_000f);
    extra.putAll(keys);
    return extra;
  }

  private static void gemma(
      Map<String, SyntheticModel> all, String name, Map<String, Object> keys) {
    all.put(name, model("gemma3", GEMMA, false, gemmaKeys(keys)));
  }

  private static void plain(
      Map<String, SyntheticModel> all,
      String name,
      String family,
      boolean factors,
      Map<String, Object> keys) {
    all.put(name, model(family, PLAIN, factors, keys));
  }

  private static SyntheticModel model(
      String family, SyntheticModel.Shape shape, boolean factors, Map<String, Object> keys) {
    Map<String, Object> extra = new HashMap<>();
    keys.forEach((key, value) -> extra.put(family + "." + key, value));
    return new SyntheticModel(family, shape, List.of(TensorType.F32), true, factors, 7, extra);
  }

  static Stream<String> names() {
    return all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheLogitsOfLlamaCpp(String name) throws IOException {
    SyntheticModel model = Objects.requireNonNull(all().get(name));
    double[] theirs = golden(name);
    // llama.cpp's memory is binary16; 62 layers with norms after every block make the most of it
    boolean deep = name.equals("gemma3-62-layers");
    assertThat(difference(reference(model), theirs)).isLessThan(deep ? 0.05 : 0.01);
    if (!deep) {
      // F32 becomes Q8_0, and activations int8; magnified scores magnify what that costs
      assertThat(difference(computed(model), theirs)).isLessThan(0.2);
    }
  }

  @Test
  void wouldNoticeAKeyThatIsNotRead() throws IOException {
    for (String name : all().keySet()) {
      String base = name.substring(0, name.indexOf('-') < 0 ? name.length() : name.indexOf('-'));
      boolean heedless = List.of("llama-no-scaling", "llama-cap").contains(name);
      if (!name.equals(base) && !heedless && (base.equals("gemma3") || !name.endsWith("-window"))) {
        assertThat(difference(golden(base), golden(name))).as(name).isGreaterThan(0.02);
      } else {
        assertThat(difference(golden(base), golden(name))).as(name).isZero();
      }
    }
  }

  @Test
  void readsTheBasesOfFilesThatOllamaConverted() {
    Map<String, Object> keys = new HashMap<>();
    keys.put("general.architecture", "gemma3");
    for (String key : List.of("block_count", "attention.head_count", "context_length")) {
      keys.put("gemma3." + key, 7);
    }
    for (String key : List.of("embedding_length", "feed_forward_length", "attention.key_length")) {
      keys.put("gemma3." + key, 64);
    }
    keys.put("gemma3.vocab_size", 320);
    keys.put("gemma3.attention.layer_norm_rms_epsilon", 1e-6f);
    keys.put("gemma3.attention.sliding_window", 16);
    keys.put("gemma3.rope.global.freq_base", 1_000_000f);
    keys.put("gemma3.rope.local.freq_base", 500f);
    Configuration read = Configuration.of(Metadata.of(keys));
    assertThat(read.rotary().base()).isEqualTo(1_000_000);
    assertThat(read.slidingRotary().base()).isEqualTo(500);
    assertThat(read.sliding()).containsExactly(true, true, true, true, true, false, true);
  }

  private static double[] reference(SyntheticModel model) {
    int[] tokens = SyntheticModels.tokens(model, 80);
    try (Gguf file = SyntheticModels.file(model)) {
      Reference reference = new Reference(file);
      double[][] logits = reference.logits(reference.hidden(tokens));
      return Arrays.stream(POSITIONS)
          .mapToObj(position -> Arrays.copyOf(logits[position], TOKENS))
          .flatMapToDouble(Arrays::stream)
          .toArray();
    }
  }

  private static double[] computed(SyntheticModel model) {
    int[] tokens = SyntheticModels.tokens(model, 80);
    try (Gguf file = SyntheticModels.file(model);
        Transformer transformer = Transformer.load(file, new ScalarKernel(), 2)) {
      KeyValuePage[] pages = SyntheticModels.pages(transformer, tokens.length);
      Batch batch = new Batch(transformer, tokens.length);
      for (int i = 0; i < tokens.length; i++) {
        batch.add(tokens[i], i, pages, true);
      }
      transformer.forward(batch);
      double[] logits = new double[POSITIONS.length * TOKENS];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = batch.logits()[batch.logitsOffset(POSITIONS[i / TOKENS]) + i % TOKENS];
      }
      return logits;
    }
  }

  private static double difference(double[] ours, double[] theirs) {
    double error = 0;
    double total = 0;
    for (int i = 0; i < theirs.length; i++) {
      error += (ours[i] - theirs[i]) * (ours[i] - theirs[i]);
      total += theirs[i] * theirs[i];
    }
    return Math.sqrt(error / total);
  }

  private static double[] golden(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(FamiliesTest.class.getResourceAsStream("families.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .findFirst()
          .map(line -> line.substring(name.length() + 1).split(" "))
          .map(words -> Arrays.stream(words).mapToDouble(Double::parseDouble).toArray())
          .orElseThrow();
    }
  }
}
