// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The endpoint of a node whose model is split over three nodes, beside one node that has all of it,
 * each a process, with direct links: FILE SHA256-HEX ROUNDS THREADS STAGE-THREADS. Answers are
 * compared.
 */
final class Endpoint implements AutoCloseable {
  private static final int TOKENS = 128;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final String file;
  private final String digest;
  private final List<Process> processes = new ArrayList<>();

  private record Running(int port, Path home) {}

  private record Timed(double seconds, String choices) {}

  private Endpoint(Path folder, String file, String digest) {
    this.folder = folder;
    this.file = file;
    this.digest = digest;
  }

  public static void main(String[] words) throws Exception {
    Path folder = Files.createTempDirectory("bench-endpoint-");
    try (Endpoint endpoint = new Endpoint(folder, words[0], words[1])) {
      endpoint.compare(
          Integer.parseInt(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4]));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
    System.exit(0);
  }

  private Running start(String name, int threads, String split, boolean serves) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                folder.resolve(name).toString(),
                name,
                Integer.toString(threads),
                split));
    if (serves) {
      command.addAll(List.of(file, digest));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    processes.add(process);
    BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
    String line = out.readLine();
    if (line == null || !line.startsWith("port ")) {
      throw new IOException(name + " did not start");
    }
    return new Running(Integer.parseInt(line.substring(5)), folder.resolve(name));
  }

  private static String post(Running node, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port + path))
            .header("Content-Type", "application/json")
            .header("Authorization", OwnerToken.read(node.home).orElseThrow().authorization())
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(path + ": " + answer.body());
    }
    return answer.body();
  }

  private static void awaitModel(Running node) throws Exception {
    String part = "\"models\":[{\"name\":\"model\",\"state\":\"ready\"";
    while (!post(node, "/owner/fleet", "{}").contains(part)) {
      Thread.sleep(200);
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
      Json.Obj answer = (Json.Obj) Json.parse(post(node, "/v1/completions", body));
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
    Running alone = start("alone", threads, "never", true);
    Running split = start("split", stageThreads, "3", true);
    for (String name : List.of("one", "two")) {
      Running lender = start(name, stageThreads, "never", false);
      String invite = post(split, "/owner/invite", "{\"tier\":\"own\"}");
      Json text = ((Json.Obj) Json.parse(invite)).get("invite").orElseThrow();
      post(lender, "/owner/join", Json.object().put("invite", text).build().write());
    }
    awaitModel(alone);
    awaitModel(split);
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

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
