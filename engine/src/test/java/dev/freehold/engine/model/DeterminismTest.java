// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.ScalarKernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Golden vectors of arithmetic version 1: for every position of small random models the first four
 * bytes of a SHA-256 over final hidden state and logits. They must come out of every kernel, thread
 * count, batch and chunking.
 */
@NullMarked
class DeterminismTest {
  /** More than a page and more than four windows. */
  private static final int POSITIONS = 72;

  private static final String GOLDEN = "golden-1.txt";

  static Stream<String> names() {
    return SyntheticModels.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheGoldenBitsInEveryKernel(String name) {
    SyntheticModel model = SyntheticModels.named(name);
    List<String> golden = golden(name);
    try (Gguf file = SyntheticModels.file(model)) {
      for (Kernel kernel : Kernels.available()) {
        try (Transformer transformer = Transformer.load(file, kernel, 2)) {
          check(golden, "chunks of 13, 2 threads", transformer, chunks(transformer, model, 13));
        }
      }
    }
  }

  @Test
  void givesTheGoldenBitsHoweverTheWorkIsCut() {
    List<Kernel> kernels = Kernels.available();
    for (String name : List.of("llama-Q4_1", "gemma3")) {
      SyntheticModel model = SyntheticModels.named(name);
      List<String> golden = golden(name);
      try (Gguf file = SyntheticModels.file(model)) {
        for (Kernel kernel : kernels) {
          try (Transformer one = Transformer.load(file, kernel, 1);
              Transformer two = Transformer.load(file, kernel, 2)) {
            for (int chunk : new int[] {1, 7, 64, POSITIONS}) {
              check(golden, chunk + " at once, 1 thread", one, chunks(one, model, chunk));
            }
            if (name.startsWith("llama") || kernel.equals(kernels.getLast())) {
              for (List<String> digests : eightSequences(two, model)) {
                check(golden, "eight sequences, 2 threads", two, digests);
              }
            }
            for (int chunk : new int[] {7, POSITIONS}) {
              check(golden, chunk + " at once, 2 threads", two, chunks(two, model, chunk));
            }
          }
        }
      }
    }
  }

  @Test
  void givesTheSameBitsWhenOnlyTheLastRowWantsLogits() {
    SyntheticModel model = SyntheticModels.named("qwen2-Q8_0");
    int[] tokens = SyntheticModels.tokens(model, POSITIONS);
    List<String> golden = golden("qwen2-Q8_0");
    try (Gguf file = SyntheticModels.file(model);
        Transformer transformer = Transformer.load(file, Kernels.best(), 2)) {
      KeyValuePage[] pages = SyntheticModels.pages(transformer, POSITIONS);
      Batch batch = new Batch(transformer, POSITIONS);
      for (int i = 0; i < POSITIONS; i++) {
        batch.add(tokens[i], i, pages, i % 8 == 7);
      }
      transformer.forward(batch);
      for (int i = 7; i < POSITIONS; i += 8) {
        assertThat(digest(transformer, batch, i)).isEqualTo(golden.get(i));
      }
    }
  }

  /** The logits of some rows at a time, in any order and more than once. */
  @Test
  void givesTheGoldenBitsWhenLogitsAreAskedForAfterwards() {
    for (String name : List.of("llama-Q4_1", "gemma3")) {
      SyntheticModel model = SyntheticModels.named(name);
      int[] tokens = SyntheticModels.tokens(model, POSITIONS);
      List<String> golden = golden(name);
      try (Gguf file = SyntheticModels.file(model)) {
        for (Kernel kernel : Kernels.available()) {
          try (Transformer transformer = Transformer.load(file, kernel, 2)) {
            KeyValuePage[] pages = SyntheticModels.pages(transformer, POSITIONS);
            Batch batch = new Batch(transformer, POSITIONS);
            for (int i = 0; i < POSITIONS; i++) {
              batch.add(tokens[i], i, pages, false);
            }
            transformer.forward(batch);
            for (int[] rows : new int[][] {{60, 72}, {0, 1}, {1, 8}, {8, 60}, {3, 72}, {0, 72}}) {
              transformer.logits(batch, rows[0], rows[1]);
              for (int i = rows[0]; i < rows[1]; i++) {
                assertThat(digest(transformer, batch, i))
                    .as("%s, %s, row %s", name, kernel.name(), i)
                    .isEqualTo(golden.get(i));
              }
            }
          }
        }
      }
    }
  }

  /** Prints the golden file; only for a new version of the arithmetic, or new models. */
  public static void main(String[] arguments) {
    for (String name : SyntheticModels.all().keySet()) {
      SyntheticModel model = SyntheticModels.named(name);
      try (Gguf file = SyntheticModels.file(model);
          Transformer transformer = Transformer.load(file, new ScalarKernel(), 1)) {
        System.out.println(name + " " + String.join(" ", chunks(transformer, model, POSITIONS)));
      }
    }
  }

  private static void check(
      List<String> golden, String how, Transformer transformer, List<String> digests) {
    assertThat(digests).as(transformer.kernel().name() + ", " + how).isEqualTo(golden);
  }

  private static List<String> chunks(Transformer transformer, SyntheticModel model, int chunk) {
    int[] tokens = SyntheticModels.tokens(model, POSITIONS);
    KeyValuePage[] pages = SyntheticModels.pages(transformer, POSITIONS);
    Batch batch = new Batch(transformer, chunk);
    List<String> digests = new ArrayList<>();
    for (int from = 0; from < POSITIONS; from += chunk) {
      batch.clear();
      for (int i = from; i < Math.min(from + chunk, POSITIONS); i++) {
        batch.add(tokens[i], i, pages, true);
      }
      transformer.forward(batch);
      for (int row = 0; row < batch.size(); row++) {
        digests.add(digest(transformer, batch, row));
      }
    }
    return digests;
  }

  /** Eight sequences of the same tokens, each a position behind the one before it. */
  private static List<List<String>> eightSequences(Transformer transformer, SyntheticModel model) {
    int[] tokens = SyntheticModels.tokens(model, POSITIONS);
    List<KeyValuePage[]> pages = new ArrayList<>();
    List<List<String>> digests = new ArrayList<>();
    for (int s = 0; s < 8; s++) {
      pages.add(SyntheticModels.pages(transformer, POSITIONS));
      digests.add(new ArrayList<>());
    }
    Batch batch = new Batch(transformer, 8);
    for (int step = 0; step < POSITIONS + 7; step++) {
      batch.clear();
      for (int s = Math.max(0, step - POSITIONS + 1); s <= Math.min(7, step); s++) {
        batch.add(tokens[step - s], step - s, pages.get(s), true);
      }
      transformer.forward(batch);
      int first = Math.max(0, step - POSITIONS + 1);
      for (int row = 0; row < batch.size(); row++) {
        digests.get(first + row).add(digest(transformer, batch, row));
      }
    }
    return digests;
  }

  private static String digest(Transformer transformer, Batch batch, int row) {
    int vocabulary = transformer.configuration().vocabulary();
    ByteBuffer bytes = ByteBuffer.allocate(batch.hiddenLength() + 4 * vocabulary);
    batch.encodeHidden(row, bytes);
    for (int i = 0; i < vocabulary; i++) {
      bytes.putFloat(batch.logits()[batch.logitsOffset(row) + i]);
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.array());
      return HexFormat.of().formatHex(hash, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> golden(String name) {
    try (InputStream in =
        Objects.requireNonNull(DeterminismTest.class.getResourceAsStream(GOLDEN), GOLDEN)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .findFirst()
          .map(line -> List.of(line.split(" ")))
          .map(words -> words.subList(1, words.size()))
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
