// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.record.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A tiny model, and requests for it. */
@NullMarked
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EngineRig {
  static final EngineOptions ALONE = new EngineOptions(1, 1000, 1 << 28, 0, 1);

  LoadedModel model;
  long pageBytes;

  EngineRig() {
    model = TinyModel.open();
  }

  @BeforeAll
  void measurePage() {
    var page = model.transformer().kernel().page(model.configuration().keyValueShape());
    pageBytes = page.bytes();
    page.free();
  }

  @AfterAll
  void close() {
    model.close();
  }

  /** What decides whether two answers are the same. */
  record Told(List<Integer> tokens, FinishReason reason, Digest root) {
    static Told of(Generation generation) throws InterruptedException {
      List<Integer> tokens = new ArrayList<>();
      while (true) {
        switch (generation.next()) {
          case GenerationEvent.Token token -> tokens.add(token.token());
          case GenerationEvent.Finished finished -> {
            assertThat(finished.outcome().output())
                .containsExactly(tokens.stream().mapToInt(Integer::intValue).toArray());
            return new Told(tokens, finished.reason(), finished.outcome().traceRoot());
          }
          case GenerationEvent.Failed failed -> throw new AssertionError(failed.message());
        }
      }
    }

    int[] output() {
      return tokens.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  Told alone(GenerationRequest request) throws InterruptedException {
    try (Engine engine = new Engine(model, ALONE)) {
      return Told.of(engine.submit(request));
    }
  }

  static GenerationRequest request(int[] prompt, int maxTokens, SamplingParameters how) {
    return new GenerationRequest(prompt, maxTokens, how, 0, List.of(), null, false, -1);
  }

  static int[] prompt(long seed, int length) {
    return new Random(seed).ints(length, 0, 256).toArray();
  }

  static GenerationRequest random(Random random, int[] shared) {
    int[] tail = prompt(random.nextLong(), 1 + random.nextInt(90));
    int[] prompt = tail;
    if (random.nextInt(3) > 0) {
      int[] start = Arrays.copyOf(shared, 1 + random.nextInt(shared.length));
      prompt = Arrays.copyOf(start, start.length + tail.length);
      System.arraycopy(tail, 0, prompt, start.length, tail.length);
    }
    SamplingParameters how =
        new SamplingParameters(
            random.nextInt(3) == 0 ? 0 : random.nextFloat() * 2,
            random.nextInt(2) * random.nextInt(50),
            random.nextBoolean() ? 1 : random.nextFloat(),
            random.nextBoolean() ? 0 : random.nextFloat() * 0.2f,
            random.nextBoolean() ? 1 : 0.8f + random.nextFloat(),
            random.nextBoolean() ? 0 : random.nextFloat(),
            random.nextBoolean() ? 0 : random.nextFloat(),
            random.nextBoolean() ? Map.of() : Map.of(random.nextInt(256), 3f),
            random.nextInt());
    List<String> stop = random.nextInt(3) == 0 ? List.of("e", "xy") : List.of();
    return new GenerationRequest(
        prompt, 1 + random.nextInt(40), how, random.nextInt(3), stop, null, false, -1);
  }
}
