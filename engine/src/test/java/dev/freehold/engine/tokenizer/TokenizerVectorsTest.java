// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.engine.gguf.Gguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts and ids that llama.cpp publishes with its vocabularies. */
@NullMarked
class TokenizerVectorsTest {
  private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "falcon", "llama-spm", "phi-3"})
  void encodesAndDecodesEveryPublishedText(String name) throws IOException {
    Path file = LlamaCppTest.vectors().resolve("tokenizer/ggml-vocab-" + name + ".gguf");
    assumeTrue(Files.exists(file), () -> "skipped: " + file + " is absent (set FREEHOLD_VECTORS)");
    Tokenizer tokenizer;
    try (Gguf gguf = Gguf.open(file)) {
      tokenizer = Tokenizer.of(gguf.metadata());
    }
    List<String> texts = List.of(Files.readString(Path.of(file + ".inp")).split(SEPARATOR, -1));
    List<String> ids = Files.readAllLines(Path.of(file + ".out"));
    assertThat(texts).hasSizeGreaterThanOrEqualTo(46);
    for (int i = 0; i < texts.size(); i++) {
      int[] expected =
          i >= ids.size() || ids.get(i).isBlank()
              ? new int[0]
              : Arrays.stream(ids.get(i).trim().split(" ", -1))
                  .mapToInt(Integer::parseInt)
                  .toArray();
      assertThat(tokenizer.encode(texts.get(i)))
          .as("text %d: '%s'", i, texts.get(i))
          .isEqualTo(expected);
      assertThat(tokenizer.decode(expected)).as("text %d", i).isEqualTo(texts.get(i));
    }
  }
}
