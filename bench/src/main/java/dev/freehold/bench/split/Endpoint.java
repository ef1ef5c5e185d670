// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.bench.split.Nodes.Running;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * The endpoint of a node whose model is split over three nodes, beside one node that has all of it,
 * each a process: FILE SHA256-HEX ROUNDS WARM THREADS STAGE-THREADS [DELAY-MS]. A round is one
 * answer and then eight at once, of each; WARM of them go before those that count, since what a
 * node has compiled by then decides. Links are direct; with a delay they go through a relay, and
 * every byte is so much longer on its way from one node to another. Answers are compared.
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
    int rounds = Integer.parseInt(words[2]);
    int warm = Integer.parseInt(words[3]);
    int threads = Integer.parseInt(words[4]);
    int stageThreads = Integer.parseInt(words[5]);
    if (words.length == 6) {
      try (Nodes nodes = new Nodes()) {
        System.out.println(
            new Endpoint(nodes, words[0], words[1]).compare(rounds, warm, threads, stageThreads));
      }
    } else {
      double millis = Double.parseDouble(words[6]);
      delayed(words[0], words[1], rounds, warm, threads, stageThreads, millis);
    }
    System.exit(0);
  }

  /** All nodes are behind one delaying carrier: what one sends another passes it twice. */
  private static void delayed(
      String file,
      String digest,
      int rounds,
      int warm,
      int threads,
      int stageThreads,
      double millis)
      throws Exception {
    SecureRandom random = new SecureRandom();
    RelaySettings settings =
        RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try (Relay relay =
            Relay.start(settings, SigningKey.generate(random), random, MonotonicClock.system());
        Delay delay = new Delay(relay.address().port(), (long) (millis * 1e6 / 2))) {
      RelayAddress at = relay.address();
      RelayAddress behind = new RelayAddress(at.host(), delay.port(), at.trust(), at.relay());
      try (Nodes nodes = new Nodes(behind.toString())) {
        Rates rates =
            new Endpoint(nodes, file, digest).compare(rounds, warm, threads, stageThreads);
        System.out.println(rates);
        // One of the three stages is the coordinator's own.
        System.out.printf(
            Locale.ROOT,
            "%.1f ms in each direction: one answer by the formula %.1f tokens/s%n",
            millis,
            1 / (1 / rates.alone + 2 * 2 * millis / 1000));
      }
    }
  }

  /** Tokens a second, medians. */
  private record Rates(double alone, double split, double eightAlone, double eightSplit) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "one answer %.1f tokens/s alone, %.1f split, ratio %.3f; eight %.1f alone, %.1f split,"
              + " ratio %.3f; eight split are %.2f times one split",
          alone,
          split,
          split / alone,
          eightAlone,
          eightSplit,
          eightSplit / eightAlone,
          eightSplit / split);
    }
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

  private Rates compare(int rounds, int warm, int threads, int stageThreads) throws Exception {
    Running alone = nodes.start("alone", threads, "never", file, digest);
    Running split = nodes.start("split", stageThreads, "3", file, digest);
    for (String name : List.of("one", "two")) {
      Nodes.pair(split, nodes.start(name, stageThreads, "never"));
    }
    Nodes.await(alone, READY, 1);
    Nodes.await(split, READY, 1);
    double[][] rates = new double[4][rounds];
    for (int round = -warm; round < rounds; round++) {
      for (int count : new int[] {1, 8}) {
        Timed one = together(alone, warm + round + 1, count);
        Timed three = together(split, warm + round + 1, count);
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
    return new Rates(rates[0][middle], rates[1][middle], rates[2][middle], rates[3][middle]);
  }
}
