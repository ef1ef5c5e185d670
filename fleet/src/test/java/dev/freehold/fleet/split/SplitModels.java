// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Small random models of every architecture, with a tokenizer of bytes. */
final class SplitModels {
  static final int VOCABULARY = 288;
  static final List<String> ARCHITECTURES = List.of("llama", "qwen2", "qwen3", "gemma3");

  private SplitModels() {}

  static Path write(Path folder, String architecture, int layers) {
    Map<String, Object> extra = tokenizer();
    if (architecture.equals("gemma3")) {
      extra.put("gemma3.attention.sliding_window", 16);
    }
    Path file = folder.resolve(architecture + ".gguf");
    new SyntheticModel(
            architecture,
            new SyntheticModel.Shape(layers, 64, 2, 1, 32, 96, VOCABULARY, 512),
            List.of(TensorType.Q8_0, TensorType.Q4_0),
            architecture.equals("gemma3"),
            false,
            7,
            extra)
        .writer()
        .write(file);
    return file;
  }

  static Digest digest(Path file) {
    try {
      return Digest.sha256(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> tokenizer() {
    List<String> tokens = new ArrayList<>();
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > ' ' && b < 0x7f) || (b > 0xa0 && b != 0xad);
      tokens.add(Character.toString(printable ? b : next++));
    }
    tokens.add("<|im_start|>");
    tokens.add("<|im_end|>");
    while (tokens.size() < VOCABULARY) {
      tokens.add("unused" + tokens.size());
    }
    int[] types = new int[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      types[i] = i == 256 || i == 257 ? 3 : 1;
    }
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("tokenizer.ggml.model", "gpt2");
    metadata.put("tokenizer.ggml.pre", "gpt-2");
    metadata.put("tokenizer.ggml.tokens", tokens);
    metadata.put("tokenizer.ggml.token_type", types);
    metadata.put("tokenizer.ggml.merges", List.of("h e"));
    metadata.put("tokenizer.ggml.eos_token_id", 257);
    metadata.put("tokenizer.ggml.bos_token_id", 256);
    return metadata;
  }
}
