// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;

/** Small random models of every architecture and tensor type, and the walks tests take in them. */
@NullMarked
final class SyntheticModels {
  private static final SyntheticModel.Shape SMALL =
      new SyntheticModel.Shape(2, 128, 4, 2, 32, 192, 320, 512);
  private static final SyntheticModel.Shape WIDE =
      new SyntheticModel.Shape(2, 256, 4, 2, 64, 256, 288, 512);

  private SyntheticModels() {}

  /** By name; the order of the golden file. */
  static Map<String, SyntheticModel> all() {
    Map<String, SyntheticModel> models = new LinkedHashMap<>();
    long seed = 1;
    for (TensorType type : TensorType.values()) {
      models.put("llama-" + type, SyntheticModel.of("llama", shape(type), type, seed++));
    }
    models.put("qwen2-Q8_0", SyntheticModel.of("qwen2", SMALL, TensorType.Q8_0, seed++));
    models.put("qwen3-Q4_0", SyntheticModel.of("qwen3", SMALL, TensorType.Q4_0, seed++));
    models.put(
        "llama3-mixed",
        new SyntheticModel(
            "llama",
            WIDE,
            List.of(TensorType.Q6_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q8_0),
            false,
            true,
            seed++,
            Map.of()));
    models.put(
        "llama-linear",
        new SyntheticModel(
            "llama",
            SMALL,
            List.of(TensorType.Q4_1),
            true,
            false,
            seed++,
            Map.of("llama.rope.scaling.type", "linear", "llama.rope.scaling.factor", 4f)));
    models.put(
        "qwen2-yarn",
        new SyntheticModel(
            "qwen2",
            SMALL,
            List.of(TensorType.Q5_1),
            false,
            false,
            seed++,
            Map.of(
                "qwen2.rope.scaling.type",
                "yarn",
                "qwen2.rope.scaling.factor",
                4f,
                "qwen2.rope.scaling.original_context_length",
                128)));
    models.put(
        "gemma3",
        new SyntheticModel(
            "gemma3",
            new SyntheticModel.Shape(6, 64, 4, 1, 32, 128, 320, 512),
            List.of(TensorType.Q8_0, TensorType.Q5_0),
            true,
            false,
            seed++,
            Map.of(
                "gemma3.attention.sliding_window", 16,
                "gemma3.final_logit_softcapping", 3f,
                "gemma3.rope.freq_base", 1_000_000f)));
    return models;
  }

  static SyntheticModel named(String name) {
    return Objects.requireNonNull(all().get(name), name);
  }

  private static SyntheticModel.Shape shape(TensorType type) {
    return type.blockSize() == 256 ? WIDE : SMALL;
  }

  static Gguf file(SyntheticModel model) {
    return Gguf.of("synthetic.gguf", MemorySegment.ofArray(model.writer().toBytes()));
  }

  static int[] tokens(SyntheticModel model, int count) {
    SplittableRandom random = new SplittableRandom(model.seed());
    return random.ints(count, 0, model.shape().vocabulary()).toArray();
  }

  static KeyValuePage[] pages(Transformer transformer, int positions) {
    Kernel kernel = transformer.kernel();
    List<KeyValuePage> pages = new ArrayList<>();
    for (int p = 0; p < positions; p += KeyValuePage.POSITIONS) {
      pages.add(kernel.page(transformer.configuration().keyValueShape()));
    }
    return pages.toArray(KeyValuePage[]::new);
  }
}
