// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.bench.split.Nodes.Running;
import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * The endpoint of a node whose model is split over three nodes, beside one node that has all of it,
 * each a process, with direct links: FILE SHA256-HEX ROUNDS THREADS STAGE-THREADS. Answers are
 * compared.
 */
final class Endpoint {
  private static final int TOKENS = 128;
  private static final String READY = "\"models\":[{\"name\":\"model\",\"state\":\"ready\"";

  private final Nodes nodes;
  private final String file;
  private final String digest;

  private record Timed(double seconds, String choices) {}

  private Endpoint(Nodes nodes, String file, String digest) {
    this.nodes = nodes;
    this.file = file;
    this.digest = digest;
  }

  public static void main(String[] words) throws Exception {
    try (Nodes nodes = new Nodes()) {
      new Endpoint(nodes, words[0], words[1])
          .compare(
              Integer.parseInt(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4]));
    }
    System.exit(0);
  }

  private static Timed ask(Running node, int seed) {
    String body =
        Json.object()
            .put("model", "model")
            .put("prompt", "In the beginning, number " + seed + " said to the others:")
            .put("max_tokens", TOKENS)
            .put("temperature", 0)
            .put("ignore_eos", true)
            .build()
            .write();
    try {
      long start = System.nanoTime();
      Json.Obj answer = (Json.Obj) Json.parse(Nodes.post(node, "/v1/completions", body));
      double seconds = (System.nanoTime() - start) * 1e-9;
      return new Timed(seconds, answer.get("choices").orElseThrow().write());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tokens a second of so many answers at once, and what they say. */
  private static Timed together(Running node, int seed, int count) {
    long start = System.nanoTime();
    List<CompletableFuture<Timed>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int one = seed * 100 + i;
      CompletableFuture<Timed> future = new CompletableFuture<>();
      Thread.startVirtualThread(() -> future.complete(ask(node, one)));
      all.add(future);
    }
    StringBuilder choices = new StringBuilder();
    all.forEach(one -> choices.append(one.join().choices));
    return new Timed((System.nanoTime() - start) * 1e-9, choices.toString());
  }

  private void compare(int rounds, int threads, int stageThreads) throws Exception {
    Running alone = nodes.start("alone", threads, "never", file, digest);
    Running split = nodes.start("split", stageThreads, "3", file, digest);
    for (String name : List.of("one", "two")) {
      Nodes.pair(split, nodes.start(name, stageThreads, "never"));
    }
    Nodes.await(alone, READY, 1);
    Nodes.await(split, READY, 1);
    double[][] rates = new double[4][rounds];
    for (int round = -1; round < rounds; round++) {
      for (int count : new int[] {1, 8}) {
        Timed one = together(alone, round + 2, count);
        Timed three = together(split, round + 2, count);
        if (!one.choices.equals(three.choices)) {
          throw new IllegalStateException("the three say something else than the one");
        }
        if (round >= 0) {
          int at = count == 1 ? 0 : 2;
          rates[at][round] = count * TOKENS / one.seconds;
          rates[at + 1][round] = count * TOKENS / three.seconds;
        }
      }
    }
    for (double[] each : rates) {
      Arrays.sort(each);
    }
    int middle = rounds / 2;
    System.out.printf(
        Locale.ROOT,
        "%d and %d threads, medians of %d: one answer %.1f tokens/s alone, %.1f split, ratio %.3f; eight"
            + " %.1f alone, %.1f split, ratio %.3f; eight split are %.2f times one split%n",
        threads,
        stageThreads,
        rounds,
        rates[0][middle],
        rates[1][middle],
        rates[1][middle] / rates[0][middle],
        rates[2][middle],
        rates[3][middle],
        rates[3][middle] / rates[2][middle],
        rates[3][middle] / rates[1][middle]);
  }
}
