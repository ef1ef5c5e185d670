// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.fleet;

import dev.freehold.bench.split.Nodes;
import dev.freehold.bench.split.Nodes.Running;
import dev.freehold.record.Json;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How long a stream is silent when the machine that runs it is killed: {@code Killed FILE
 * SHA256-HEX BREAKS}. An asker and two runners with direct links, each a process; the runner at
 * work gets SIGKILL after some tokens, and a fresh one takes its place for the next stream. What
 * the client got is compared.
 */
public final class Killed {
  private static final int TOKENS = 96;
  private static final int BEFORE = 16;

  private final String[] model;

  private Killed(String... model) {
    this.model = model;
  }

  /** Runs the measurement. */
  public static void main(String[] words) throws Exception {
    new Killed(words[0], words[1]).measure(Integer.parseInt(words[2]));
    System.exit(0);
  }

  private void measure(int breaks) throws Exception {
    List<Double> gaps = new ArrayList<>();
    String first = "";
    try (Nodes nodes = new Nodes()) {
      Running asker = nodes.start("asker", 1, "never");
      List<Running> runners = new ArrayList<>(List.of(runner(nodes, asker, 0)));
      for (int round = 0; round < breaks; round++) {
        runners.add(runner(nodes, asker, round + 1));
        Nodes.await(asker, "\"state\":\"ready\"", 2);
        Broken broken = stream(asker, runners);
        if (!first.isEmpty() && !broken.text.equals(first)) {
          throw new IllegalStateException("a stream says something else than the one before");
        }
        first = broken.text;
        gaps.add(broken.silence);
        runners.remove(broken.lost);
        String name = Json.object().put("name", broken.lost.name()).build().write();
        String _ = Nodes.post(asker, "/owner/remove", name);
      }
    }
    List<Double> sorted = gaps.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "longest silence of %d streams whose runner was killed: p50 %.0f ms, p95 %.0f ms, worst"
            + " %.0f ms%n",
        breaks,
        sorted.get(breaks / 2),
        sorted.get((int) Math.ceil(0.95 * breaks) - 1),
        sorted.getLast());
  }

  private Running runner(Nodes nodes, Running asker, int number) throws Exception {
    Running runner = nodes.start("runner" + number, 1, "never", model);
    Nodes.await(runner, "\"state\":\"ready\"", 1);
    Nodes.pair(asker, runner);
    return runner;
  }

  private record Broken(Running lost, double silence, String text) {}

  private static Broken stream(Running asker, List<Running> runners) throws Exception {
    String body =
        Json.object()
            .put("model", "model")
            .put("prompt", "In the beginning")
            .put("max_tokens", TOKENS)
            .put("temperature", 0)
            .put("ignore_eos", true)
            .put("stream", true)
            .build()
            .write();
    HttpResponse<Stream<String>> answer = Nodes.stream(asker, "/v1/completions", body);
    String by = answer.headers().firstValue("Freehold-Ran-By").orElseThrow();
    Running lost = runners.stream().filter(one -> one.id().equals(by)).findFirst().orElseThrow();
    StringBuilder text = new StringBuilder();
    double longest = 0;
    long last = System.nanoTime();
    int events = 0;
    boolean done = false;
    Iterator<String> lines = answer.body().iterator();
    while (lines.hasNext()) {
      String line = lines.next();
      done |= line.equals("data: [DONE]");
      if (line.startsWith("data: {")) {
        long now = System.nanoTime();
        longest = events == 0 ? 0 : Math.max(longest, (now - last) / 1e6);
        last = now;
        events++;
        text.append(said(line.substring("data: ".length())));
        if (events == BEFORE) {
          lost.process().destroyForcibly();
        }
      }
    }
    if (!done) {
      throw new IllegalStateException("a stream ended early");
    }
    return new Broken(lost, longest, text.toString());
  }

  private static String said(String event) {
    return ((Json.Obj) Json.parse(event)).get("choices").orElseThrow().write();
  }
}
