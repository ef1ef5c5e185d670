// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.gguf.GgufWriter;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A random llama of two layers with a byte tokenizer and a ChatML template: small enough to run
 * thousands of tokens a second in the scalar kernel. Its words are bytes, so that stop strings and
 * characters lie across tokens.
 */
@NullMarked
public final class TinyModel {
  /** The template of {@link #open}. */
  public static final String TEMPLATE =
      "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
          + "{{ message['content'] }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  /** Bytes, and after them these. */
  public static final List<String> CONTROL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

  /** All tokens. */
  public static final int VOCABULARY = 256 + 16 + CONTROL.size();

  /** Positions. */
  public static final int CONTEXT = 1024;

  private static final int WIDTH = 32;
  private static final int FEED_FORWARD = 64;

  private TinyModel() {}

  /** Opens the model with its template. */
  public static LoadedModel open() {
    return open(TensorType.F32, TEMPLATE, new ScalarKernel(), 1);
  }

  /** Opens a variant of it. */
  public static LoadedModel open(
      TensorType type, @Nullable String template, Kernel kernel, int threads) {
    return open(writer(type, template), kernel, threads);
  }

  private static LoadedModel open(GgufWriter writer, Kernel kernel, int threads) {
    try {
      Path file = Files.createTempFile("tiny", ".gguf");
      try {
        writer.write(file);
        return LoadedModel.open(file, Digest.sha256(Files.readAllBytes(file)), kernel, threads);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the model with a SentencePiece tokenizer: {@code ▁a} is token 259, {@code b} 260. */
  public static LoadedModel openSentencePiece() {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int b = 0; b < 256; b++) {
      tokens.add(String.format("<0x%02X>", b));
    }
    tokens.addAll(List.of("\u2581a", "b", "a", "\u2581"));
    while (tokens.size() < VOCABULARY) {
      tokens.add("x".repeat(tokens.size() - 255));
    }
    int[] types = new int[tokens.size()];
    float[] scores = new float[tokens.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
      scores[i] = -i;
    }
    GgufWriter writer =
        writer(TensorType.F32, TEMPLATE)
            .put("tokenizer.ggml.model", "llama")
            .put("tokenizer.ggml.tokens", tokens)
            .put("tokenizer.ggml.token_type", types)
            .put("tokenizer.ggml.scores", scores)
            .put("tokenizer.ggml.bos_token_id", 1)
            .put("tokenizer.ggml.eos_token_id", 2);
    return open(writer, new ScalarKernel(), 1);
  }

  private static GgufWriter writer(TensorType type, @Nullable String template) {
    List<String> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(Character.toString(letter(b)));
    }
    List<String> merges = new ArrayList<>();
    for (String pair : "th he in er an re on at en nd ti es or te of ed".split(" ", -1)) {
      merges.add(pair.charAt(0) + " " + pair.charAt(1));
      tokens.add(pair);
    }
    int control = tokens.size();
    tokens.addAll(CONTROL);
    int[] types = new int[tokens.size()];
    Arrays.fill(types, 0, control, 1);
    Arrays.fill(types, control, types.length, 3);
    GgufWriter writer =
        new GgufWriter()
            .put("general.architecture", "llama")
            .put("general.name", "tiny")
            .put("llama.block_count", 2)
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
            .put("tokenizer.ggml.merges", merges)
            .put("tokenizer.ggml.token_type", types)
            .put("tokenizer.ggml.bos_token_id", control + 1)
            .put("tokenizer.ggml.eos_token_id", control + 2);
    if (template != null) {
      writer.put("tokenizer.chat_template", template);
    }
    Random random = new Random(42);
    matrix(writer, "token_embd.weight", type, random, WIDTH, tokens.size());
    vector(writer, "output_norm.weight", 4f);
    for (int i = 0; i < 2; i++) {
      String block = "blk." + i + ".";
      vector(writer, block + "attn_norm.weight", 1f);
      vector(writer, block + "ffn_norm.weight", 1f);
      matrix(writer, block + "attn_q.weight", type, random, WIDTH, WIDTH);
      matrix(writer, block + "attn_k.weight", type, random, WIDTH, WIDTH / 2);
      matrix(writer, block + "attn_v.weight", type, random, WIDTH, WIDTH / 2);
      matrix(writer, block + "attn_output.weight", type, random, WIDTH, WIDTH);
      matrix(writer, block + "ffn_gate.weight", type, random, WIDTH, FEED_FORWARD);
      matrix(writer, block + "ffn_up.weight", type, random, WIDTH, FEED_FORWARD);
      matrix(writer, block + "ffn_down.weight", type, random, FEED_FORWARD, WIDTH);
    }
    return writer;
  }

  /** The same random weights in every type: as they are, or rounded to 16 bits. */
  private static void matrix(
      GgufWriter writer, String name, TensorType type, Random random, int columns, int rows) {
    float[] weights = new float[columns * rows];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * 0.3);
    }
    Consumer<MemorySegment> fill =
        bytes -> {
          for (int i = 0; i < weights.length; i++) {
            if (type == TensorType.F32) {
              bytes.set(FLOAT, 4L * i, weights[i]);
            } else {
              bytes.set(SHORT, 2L * i, (short) (Float.floatToRawIntBits(weights[i]) >>> 16));
            }
          }
        };
    writer.tensor(name, type, fill, columns, rows);
  }

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static void vector(GgufWriter writer, String name, float value) {
    writer.tensor(
        name,
        TensorType.F32,
        bytes -> {
          for (int i = 0; i < WIDTH; i++) {
            bytes.set(FLOAT, 4L * i, value);
          }
        },
        WIDTH);
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
