// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Small random models with a tokenizer of bytes and a chat template. */
final class TinyModels {
  static final int VOCABULARY = 320;
  private static final String TEMPLATE =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
          + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
  private static final SyntheticModel.Shape SHAPE =
      new SyntheticModel.Shape(2, 64, 2, 1, 32, 96, VOCABULARY, 1024);

  private TinyModels() {}

  /** Writes a model; another seed, type, template or tokenizer gives other bytes. */
  static Path write(
      Path folder, String name, TensorType type, long seed, Map<String, Object> other) {
    Map<String, Object> extra = tokenizer();
    extra.putAll(other);
    Path file = folder.resolve(name + ".gguf");
    new SyntheticModel("llama", SHAPE, List.of(type), false, false, seed, extra)
        .writer()
        .write(file);
    return file;
  }

  static LoadedModel open(Path file) throws IOException {
    return LoadedModel.open(file, Digest.sha256(Files.readAllBytes(file)), new ScalarKernel(), 2);
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
    tokens.add("he");
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
    metadata.put("tokenizer.chat_template", TEMPLATE);
    return metadata;
  }
}
