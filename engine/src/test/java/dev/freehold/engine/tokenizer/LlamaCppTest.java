// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.template.Rendered;
import dev.freehold.record.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random texts (our own) with what llama.cpp v0.5.0 (npm {@code @node-llama-cpp/linux-x64} 3.22.1)
 * makes of them: tokens for six vocabularies, plain and with control tokens parsed, and the words
 * of each family's pre-tokenizer.
 */
@NullMarked
class LlamaCppTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String GEMMA3 =
      "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "falcon", "llama-spm", "phi-3", "smollm2", "gemma3"})
  void givesTheTokensOfLlamaCpp(String name) throws IOException {
    Tokenizer tokenizer = tokenizer(name);
    Json.Obj golden = json("llama-cpp-tokens.json");
    List<String> texts = strings(golden, "texts");
    List<String> plain = strings(object(golden, "plain"), name);
    List<String> trusted = strings(object(golden, "trusted"), name);
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      assertThat(line(tokenizer.encode(text))).as("text %d", i).isEqualTo(plain.get(i));
      assertThat(line(tokenizer.encode(Rendered.untrusted(text)))).isEqualTo(plain.get(i));
      assertThat(line(tokenizer.encode(Rendered.trusted(text))))
          .as("trusted text %d", i)
          .isEqualTo(trusted.get(i).equals("=") ? plain.get(i) : trusted.get(i));
      // Two vocabularies lack some bytes, and SentencePiece writes a space as U+2581.
      if (!name.equals("falcon") && !name.equals("smollm2")) {
        assertThat(tokenizer.decode(tokenizer.encode(text)).replace('\u2581', ' '))
            .as("text %d", i)
            .isEqualTo(text.replace('\u2581', ' '));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default",
        "gpt-2",
        "smollm",
        "llama3",
        "qwen2",
        "qwen35",
        "tekken",
        "gpt-4o",
        "falcon",
        "deepseek-llm",
        "deepseek-coder",
        "deepseek-v3",
        "bloom",
        "viking",
        "bailingmoe",
        "seed-coder",
        "minicpm5"
      })
  void cutsTheWordsOfLlamaCpp(String name) throws IOException {
    PreTokenizer preTokenizer = PreTokenizer.named(name);
    Json.Obj golden = json("llama-cpp-words.json");
    List<String> texts = strings(golden, "texts");
    List<String> words = strings(object(golden, "splits"), name);
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      Characters characters = new Characters(text, 0, text.length());
      IntList ends = preTokenizer.split(characters);
      byte[] buffer = new byte[4 * text.length()];
      int[] lengths = new int[ends.size()];
      for (int j = 0; j < lengths.length; j++) {
        lengths[j] = characters.utf8(j == 0 ? 0 : ends.get(j - 1), ends.get(j), buffer);
      }
      assertThat(line(lengths)).as("text %d: %s", i, text).isEqualTo(words.get(i));
    }
  }

  static Tokenizer tokenizer(String name) {
    Path file =
        switch (name) {
          case "smollm2" -> cache().resolve("models/" + SMOLLM2 + ".gguf");
          case "gemma3" -> cache().resolve("models/" + GEMMA3 + ".gguf");
          default -> vectors().resolve("tokenizer/ggml-vocab-" + name + ".gguf");
        };
    assumeTrue(Files.exists(file), () -> "skipped: " + file + " is absent");
    try (Gguf gguf = Gguf.open(file)) {
      return Tokenizer.of(gguf.metadata());
    }
  }

  private static Path cache() {
    String set = System.getenv("FREEHOLD_CACHE");
    return set != null ? Path.of(set) : Path.of(System.getProperty("user.home"), ".cache/freehold");
  }

  static Path vectors() {
    return Path.of(
        Optional.ofNullable(System.getenv("FREEHOLD_VECTORS")).orElse("../../shared/vectors"));
  }

  private static String line(int[] numbers) {
    return Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  private static Json.Obj json(String name) throws IOException {
    try (InputStream in = LlamaCppTest.class.getResourceAsStream(name)) {
      return (Json.Obj) Json.parse(in == null ? new byte[0] : in.readAllBytes());
    }
  }

  private static Json.Obj object(Json.Obj of, String name) {
    return (Json.Obj) of.get(name).orElseThrow();
  }

  private static List<String> strings(Json.Obj of, String name) {
    return ((Json.Arr) of.get(name).orElseThrow())
        .items().stream().map(item -> ((Json.Str) item).value()).toList();
  }
}
