// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.Batch;
import dev.freehold.engine.model.Transformer;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValuePage;
import java.nio.file.Path;

/** Our forward pass, driven as the peer is: whole batches, no sampling. */
final class Own implements AutoCloseable {
  private static final int CHUNK = 512;
  private final Transformer transformer;
  private final Batch batch;
  private final Batch step;
  private final KeyValuePage[] pages;
  private final int vocabulary;

  Own(Path model, Kernel kernel, int threads, int context) {
    try (Gguf file = Gguf.open(model)) {
      transformer = Transformer.load(file, kernel, threads);
    }
    batch = new Batch(transformer, CHUNK);
    step = new Batch(transformer, 1);
    vocabulary = transformer.configuration().vocabulary();
    pages = new KeyValuePage[context / KeyValuePage.POSITIONS + 1];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = kernel.page(transformer.configuration().keyValueShape());
    }
  }

  int vocabulary() {
    return vocabulary;
  }

  double prefill(int tokens) {
    long start = System.nanoTime();
    for (int at = 0; at < tokens; at += CHUNK) {
      batch.clear();
      for (int i = at; i < Math.min(tokens, at + CHUNK); i++) {
        batch.add(someToken(i), i, pages, i == tokens - 1);
      }
      transformer.forward(batch);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  double decode(int tokens) {
    long start = System.nanoTime();
    for (int i = 0; i < tokens; i++) {
      step.clear();
      step.add(someToken(i), i, pages, true);
      transformer.forward(step);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /**
   * Logits after each of the tokens: valid until the next call, row i from {@code i·vocabulary}.
   */
  float[] logits(int[] tokens) {
    batch.clear();
    for (int i = 0; i < tokens.length; i++) {
      batch.add(tokens[i], i, pages, true);
    }
    transformer.forward(batch);
    float[] rows = new float[tokens.length * vocabulary];
    for (int i = 0; i < tokens.length; i++) {
      System.arraycopy(batch.logits(), batch.logitsOffset(i), rows, i * vocabulary, vocabulary);
    }
    return rows;
  }

  private int someToken(int i) {
    return (int) ((i * 7919L + 13) % (vocabulary - 300) + 256);
  }

  @Override
  public void close() {
    for (KeyValuePage page : pages) {
      page.free();
    }
    transformer.close();
  }
}
