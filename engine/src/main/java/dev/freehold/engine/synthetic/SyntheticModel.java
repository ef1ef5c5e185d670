// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.synthetic;

import dev.freehold.engine.gguf.GgufWriter;
import dev.freehold.kernel.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model of random weights.
 *
 * @param architecture a name of {@code general.architecture}: llama, qwen2, qwen3 or gemma3
 * @param matrices types of the matrices, given to them in turn; the first is the embedding's
 * @param tied whether the output matrix is the embedding
 * @param rotaryFactors whether there are Llama 3's {@code rope_freqs.weight}
 * @param extra metadata besides what the shape needs, or instead of it
 */
public record SyntheticModel(
    String architecture,
    Shape shape,
    List<TensorType> matrices,
    boolean tied,
    boolean rotaryFactors,
    long seed,
    Map<String, Object> extra) {

  /** The numbers of a model. */
  public record Shape(
      int layers,
      int width,
      int heads,
      int keyValueHeads,
      int headSize,
      int feedForward,
      int vocabulary,
      int context) {
    /** SmolLM2-135M's. */
    public static final Shape SMOLLM2_135M = new Shape(30, 576, 9, 3, 64, 1536, 49_152, 8192);

    /** Llama-3.2-1B's. */
    public static final Shape LLAMA_3_2_1B = new Shape(16, 2048, 32, 8, 64, 8192, 128_256, 131_072);
  }

  /** Takes copies. */
  public SyntheticModel {
    matrices = List.copyOf(matrices);
    extra = Collections.unmodifiableMap(new TreeMap<>(extra));
  }

  /** With one type for all matrices, tied, and nothing extra. */
  public static SyntheticModel of(String architecture, Shape shape, TensorType type, long seed) {
    return new SyntheticModel(architecture, shape, List.of(type), true, false, seed, Map.of());
  }

  /** The file, ready to be written. It has no tokenizer: {@code tokenizer.ggml.model} is none. */
  public GgufWriter writer() {
    boolean gemma = architecture.equals("gemma3");
    GgufWriter writer = new GgufWriter();
    metadata().forEach(writer::put);
    Adding add = new Adding(writer);
    add.matrix(
        "token_embd.weight", gemma ? 1 / Math.sqrt(shape.width) : 1, shape.width, shape.vocabulary);
    add.vector("output_norm.weight", 1, 0.1, shape.width);
    if (!tied) {
      add.matrix("output.weight", shape.width, shape.vocabulary);
    }
    if (rotaryFactors) {
      add.factors(shape.headSize / 2);
    }
    int queries = shape.heads * shape.headSize;
    int keys = shape.keyValueHeads * shape.headSize;
    for (int i = 0; i < shape.layers; i++) {
      String block = "blk." + i + ".";
      add.vector(block + "attn_norm.weight", 1, 0.1, shape.width);
      add.matrix(block + "attn_q.weight", shape.width, queries);
      add.matrix(block + "attn_k.weight", shape.width, keys);
      add.matrix(block + "attn_v.weight", shape.width, keys);
      add.matrix(block + "attn_output.weight", queries, shape.width);
      add.vector(block + "ffn_norm.weight", 1, 0.1, shape.width);
      add.matrix(block + "ffn_gate.weight", shape.width, shape.feedForward);
      add.matrix(block + "ffn_up.weight", shape.width, shape.feedForward);
      add.matrix(block + "ffn_down.weight", shape.feedForward, shape.width);
      if (architecture.equals("qwen2")) {
        add.vector(block + "attn_q.bias", 0, 0.3, queries);
        add.vector(block + "attn_k.bias", 0, 0.3, keys);
        add.vector(block + "attn_v.bias", 0, 0.3, keys);
      }
      if (architecture.equals("qwen3") || gemma) {
        add.vector(block + "attn_q_norm.weight", 1.5, 0.2, shape.headSize);
        add.vector(block + "attn_k_norm.weight", 1.5, 0.2, shape.headSize);
      }
      if (gemma) {
        add.vector(block + "post_attention_norm.weight", 1, 0.1, shape.width);
        add.vector(block + "post_ffw_norm.weight", 1, 0.1, shape.width);
      }
    }
    return writer;
  }

  private Map<String, Object> metadata() {
    Map<String, Object> values = new LinkedHashMap<>();
    String prefix = architecture + ".";
    values.put("general.architecture", architecture);
    values.put("general.name", "synthetic " + architecture);
    values.put(prefix + "context_length", shape.context);
    values.put(prefix + "embedding_length", shape.width);
    values.put(prefix + "block_count", shape.layers);
    values.put(prefix + "feed_forward_length", shape.feedForward);
    values.put(prefix + "attention.head_count", shape.heads);
    values.put(prefix + "attention.head_count_kv", shape.keyValueHeads);
    values.put(prefix + "attention.key_length", shape.headSize);
    values.put(prefix + "attention.value_length", shape.headSize);
    values.put(prefix + "attention.layer_norm_rms_epsilon", 1e-5f);
    values.put(prefix + "rope.dimension_count", shape.headSize);
    values.put(prefix + "rope.freq_base", 100_000f);
    values.put(prefix + "vocab_size", shape.vocabulary);
    values.put("tokenizer.ggml.model", "none");
    values.putAll(extra);
    return values;
  }

  /** Adds tensors, each with a seed of its own. */
  private final class Adding {
    private final GgufWriter writer;
    private int vectors;
    private int added;

    Adding(GgufWriter writer) {
      this.writer = writer;
    }

    void matrix(String name, int columns, int rows) {
      matrix(name, 1 / Math.sqrt(columns), columns, rows);
    }

    void matrix(String name, double deviation, int columns, int rows) {
      TensorType type = matrices.get(added % matrices.size());
      writer.tensor(
          name,
          type,
          RandomWeights.matrix(type, seed * 1_000_003 + added++, deviation),
          columns,
          rows);
    }

    void vector(String name, double mean, double deviation, int length) {
      writer.tensor(
          name,
          TensorType.F32,
          RandomWeights.vector(seed * 1_000_003 + 500_000 + vectors++, mean, deviation),
          length);
    }

    /** From 1 for fast pairs to 8 for slow ones, as Llama 3 does. */
    void factors(int pairs) {
      writer.tensor(
          "rope_freqs.weight",
          TensorType.F32,
          tensor -> {
            for (int i = 0; i < pairs; i++) {
              tensor.setAtIndex(
                  ValueLayout.JAVA_FLOAT_UNALIGNED, i, Math.clamp(16f * i / pairs - 4, 1f, 8f));
            }
          },
          pairs);
    }
  }
}
