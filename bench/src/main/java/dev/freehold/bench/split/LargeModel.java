// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.Metadata;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.engine.synthetic.SyntheticModel.Shape;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a model of the size that one splits: {@code LargeModel SMOLLM2 FILE TYPE}. It has the
 * layers of Llama-3.2-1B with random weights, and the tokenizer of a real model, so that an
 * endpoint can serve it. Prints the SHA-256 of the file.
 */
final class LargeModel {
  private static final String TOKENIZER = "tokenizer.";

  private LargeModel() {}

  public static void main(String[] words) throws Exception {
    Path file = Path.of(words[1]);
    Shape size = Shape.LLAMA_3_2_1B;
    try (Gguf real = Gguf.open(Path.of(words[0]))) {
      Map<String, Object> tokenizer = tokenizer(real.metadata());
      Shape shape =
          new Shape(
              size.layers(),
              size.width(),
              size.heads(),
              size.keyValueHeads(),
              size.headSize(),
              size.feedForward(),
              Shape.SMOLLM2_135M.vocabulary(),
              Shape.SMOLLM2_135M.context());
      List<TensorType> types = List.of(TensorType.valueOf(words[2]));
      new SyntheticModel("llama", shape, types, true, false, 1, tokenizer).writer().write(file);
    }
    System.out.println(Digest.sha256(Files.readAllBytes(file)).hex());
  }

  private static Map<String, Object> tokenizer(Metadata from) {
    Map<String, Object> values = new HashMap<>();
    for (String key : from.keys()) {
      if (key.startsWith(TOKENIZER)) {
        values.put(key, value(from, key));
      }
    }
    return values;
  }

  private static Object value(Metadata from, String key) {
    if (key.endsWith(".token_type")) {
      return from.integers(key).orElseThrow();
    }
    if (from.isArray(key)) {
      return from.strings(key).orElseThrow();
    }
    if (key.endsWith("_id")) {
      return Math.toIntExact(from.integer(key).orElseThrow());
    }
    if (key.contains(".add_")) {
      return from.bool(key).orElseThrow();
    }
    return from.string(key).orElseThrow();
  }
}
