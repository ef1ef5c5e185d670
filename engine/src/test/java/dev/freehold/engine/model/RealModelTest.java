// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.kernel.Kernels;
import dev.freehold.kernel.KeyValuePage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The models of the catalogue against llama.cpp (npm @node-llama-cpp/linux-x64 3.22.1, CPU, default
 * options): a line of a resource is one position's token, llama.cpp's best next token, and by how
 * much its logit leads.
 */
@NullMarked
class RealModelTest {
  private static final double SURE = 0.5;

  @ParameterizedTest
  @CsvSource({
    "smollm2-135m, b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53, 64",
    "gemma-3-270m, a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818, 40"
  })
  void picksTheTokenThatLlamaCppPicksWhereItIsSure(String name, String digest, int positions)
      throws IOException {
    Path path = models().resolve(digest + ".gguf");
    Assumptions.assumeTrue(Files.exists(path), path + " is absent: skipped");
    List<String[]> lines = lines(name);
    try (Gguf file = Gguf.open(path);
        Transformer transformer = Transformer.load(file, Kernels.best(), 2)) {
      int vocabulary = transformer.configuration().vocabulary();
      KeyValuePage[] pages = SyntheticModels.pages(transformer, positions);
      Batch batch = new Batch(transformer, 16);
      int sure = 0;
      int same = 0;
      for (int from = 0; from < positions; from += 16) {
        batch.clear();
        for (int i = from; i < Math.min(from + 16, positions); i++) {
          batch.add(Integer.parseInt(lines.get(i)[0]), i, pages, isSure(lines.get(i)));
        }
        transformer.forward(batch);
        for (int row = 0; row < batch.size(); row++) {
          String[] line = lines.get(from + row);
          if (isSure(line)) {
            sure++;
            int best = largest(batch.logits(), batch.logitsOffset(row), vocabulary);
            same += best == Integer.parseInt(line[1]) ? 1 : 0;
          }
        }
      }
      assertThat(sure).isGreaterThan(15);
      assertThat(same).isEqualTo(sure);
    }
  }

  private static boolean isSure(String[] line) {
    return Double.parseDouble(line[2]) >= SURE;
  }

  private static int largest(float[] logits, int offset, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (logits[offset + i] > logits[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  private static List<String[]> lines(String name) throws IOException {
    String resource = name + ".txt";
    try (InputStream in =
        Objects.requireNonNull(RealModelTest.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> line.split(" "))
          .toList();
    }
  }

  private static Path models() {
    String cache = System.getenv("FREEHOLD_CACHE");
    return (cache == null
            ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
            : Path.of(cache))
        .resolve("models");
  }
}
