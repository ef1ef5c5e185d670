// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.engine.gguf.GgufWriter;
import dev.freehold.kernel.TensorType;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;

/** A random llama of two narrow layers whose words are bytes: thousands of tokens a second. */
@NullMarked
final class SmallModel {
  static final String NAME = "small";
  static final int CONTEXT = 16_384;

  private static final int WIDTH = 32;
  private static final int FEED_FORWARD = 64;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final String TEMPLATE =
      "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
          + "{{ message['content'] }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  private SmallModel() {}

  /** Writes the file into {@code folder}. */
  static ServedModel write(Path folder) throws IOException {
    return write(folder, 2);
  }

  /** Writes one of so many layers into {@code folder}. */
  static ServedModel write(Path folder, int layers) throws IOException {
    Path file = folder.resolve("small.gguf");
    writer(layers).write(file);
    return new ServedModel(NAME, file, Digest.sha256(Files.readAllBytes(file)));
  }

  private static GgufWriter writer(int layers) {
    List<String> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(Character.toString(letter(b)));
    }
    tokens.add("th");
    int control = tokens.size();
    tokens.addAll(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
    int[] types = new int[tokens.size()];
    Arrays.fill(types, 0, control, 1);
    Arrays.fill(types, control, types.length, 3);
    GgufWriter writer =
        new GgufWriter()
            .put("general.architecture", "llama")
            .put("general.name", "small")
            .put("llama.block_count", layers)
            .put("llama.context_length", CONTEXT)
            .put("llama.embedding_length", WIDTH)
            .put("llama.feed_forward_length", FEED_FORWARD)
            .put("llama.attention.head_count", 2)
            .put("llama.attention.head_count_kv", 1)
            .put("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .put("llama.rope.freq_base", 10000f)
            .put("tokenizer.ggml.model", "gpt2")
            .put("tokenizer.ggml.pre", "gpt-2")
            .put("tokenizer.ggml.tokens", tokens)
            .put("tokenizer.ggml.merges", List.of("t h"))
            .put("tokenizer.ggml.token_type", types)
            .put("tokenizer.ggml.bos_token_id", control + 1)
            .put("tokenizer.ggml.eos_token_id", control + 2)
            .put("tokenizer.chat_template", TEMPLATE);
    Random random = new Random(7);
    matrix(writer, "token_embd.weight", random, WIDTH, tokens.size());
    ones(writer, "output_norm.weight");
    for (int i = 0; i < layers; i++) {
      String block = "blk." + i + ".";
      ones(writer, block + "attn_norm.weight");
      ones(writer, block + "ffn_norm.weight");
      matrix(writer, block + "attn_q.weight", random, WIDTH, WIDTH);
      matrix(writer, block + "attn_k.weight", random, WIDTH, WIDTH / 2);
      matrix(writer, block + "attn_v.weight", random, WIDTH, WIDTH / 2);
      matrix(writer, block + "attn_output.weight", random, WIDTH, WIDTH);
      matrix(writer, block + "ffn_gate.weight", random, WIDTH, FEED_FORWARD);
      matrix(writer, block + "ffn_up.weight", random, WIDTH, FEED_FORWARD);
      matrix(writer, block + "ffn_down.weight", random, FEED_FORWARD, WIDTH);
    }
    return writer;
  }

  private static void matrix(GgufWriter writer, String name, Random random, int columns, int rows) {
    float[] weights = new float[columns * rows];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * 0.3);
    }
    tensor(writer, name, weights, columns, rows);
  }

  private static void ones(GgufWriter writer, String name) {
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1f);
    tensor(writer, name, ones, WIDTH);
  }

  private static void tensor(GgufWriter writer, String name, float[] values, long... dimensions) {
    writer.tensor(
        name,
        TensorType.F32,
        bytes -> {
          for (int i = 0; i < values.length; i++) {
            bytes.set(FLOAT, 4L * i, values[i]);
          }
        },
        dimensions);
  }

  /** GPT-2's letter for a byte: printable ones stand for themselves, others follow U+0100. */
  private static int letter(int wanted) {
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      int letter = printable ? b : next++;
      if (b == wanted) {
        return letter;
      }
    }
    throw new IllegalArgumentException("no byte " + wanted);
  }
}
