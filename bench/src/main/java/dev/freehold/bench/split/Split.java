// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.ModelText;
import dev.freehold.engine.generate.Outcome;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.fleet.SocketStream;
import dev.freehold.fleet.split.Pipeline;
import dev.freehold.fleet.split.PipelineOptions;
import dev.freehold.fleet.split.StageFinder;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;

/**
 * A model in one process, beside the same model over several: FILE SHA256-HEX STAGES THREADS
 * STAGE-THREADS DEPTH ROUNDS [DELAY-MS ...]. Every answer is compared: another token or trace ends
 * the measurement. Delays are added on the way to each stage and back, half of it in each
 * direction.
 */
final class Split {
  private static final int PROMPT = 512;
  private static final int SHORT = 16;
  private static final int ANSWER = 128;

  private final Path file;
  private final Digest model;
  private final List<Process> processes = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final ModelText text;
  private int runs;

  /** Seconds of prefill, of one answer and of eight together, and what came out. */
  private record Round(double prefill, double one, double eight, List<String> results) {}

  private Split(Path file, Digest model) {
    this.file = file;
    this.model = model;
    try (Gguf gguf = Gguf.open(file)) {
      text = ModelText.of(gguf);
    }
  }

  public static void main(String[] args) throws Exception {
    Split split = new Split(Path.of(args[0]), Digest.ofHex(args[1]));
    int stages = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    int stageThreads = Integer.parseInt(args[4]);
    int depth = Integer.parseInt(args[5]);
    int rounds = Integer.parseInt(args[6]);
    try {
      split.start(stages, stageThreads);
      split.compare(stages, threads, depth, rounds);
      for (int i = 7; i < args.length; i++) {
        split.delayed(stages, depth, Integer.parseInt(args[i]));
      }
    } finally {
      split.processes.forEach(Process::destroyForcibly);
    }
    System.exit(0);
  }

  private void start(int stages, int threads) throws IOException {
    for (LayerRange layers : LayerRange.split(text.configuration().layers(), stages)) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--add-modules",
                  "jdk.incubator.vector",
                  "--enable-native-access=ALL-UNNAMED",
                  "-XX:+UseSerialGC",
                  "-cp",
                  System.getProperty("java.class.path"),
                  StageProcess.class.getName(),
                  file.toString(),
                  model.toString(),
                  "" + layers.first(),
                  "" + layers.end(),
                  "" + layers.total(),
                  "" + threads)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      processes.add(process);
      BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
      String line = out.readLine();
      while (line != null && !line.startsWith("port ")) {
        line = out.readLine();
      }
      if (line == null) {
        throw new IOException("a stage did not start");
      }
      ports.add(Integer.parseInt(line.substring(5)));
    }
  }

  private Pipeline connect(int stages, int depth, long delayNanos)
      throws IOException, InterruptedException {
    List<LayerRange> cut = LayerRange.split(text.configuration().layers(), stages);
    StageFinder finder =
        (layers, lost) -> {
          if (!lost.isEmpty()) {
            throw new IOException(lost.getLast().why());
          }
          int port = ports.get(cut.indexOf(layers));
          if (delayNanos > 0) {
            port = new Delay(port, delayNanos).port();
          }
          return new StageFinder.Found(
              new SocketStream(new Socket(InetAddress.getLoopbackAddress(), port)),
              StageProcess.key(layers.first()).nodeId());
        };
    return Pipeline.open(text, model, cut, finder, PipelineOptions.of(stages).depth(depth));
  }

  /** One process and several, turn by turn. */
  private void compare(int stages, int threads, int depth, int rounds)
      throws IOException, InterruptedException {
    List<Round> alone = new ArrayList<>();
    List<Round> together = new ArrayList<>();
    try (LoadedModel loaded = LoadedModel.open(file, model, Kernels.best(), threads);
        Engine engine = new Engine(loaded, new EngineOptions(16, 64, 1L << 30, 0, 64));
        Pipeline pipeline = connect(stages, depth, 0)) {
      for (int round = 0; round <= rounds; round++) {
        int seed = round;
        Round one = round(seed, engine::submit);
        Round many = round(seed, request -> pipeline.submit(request, nonce()));
        if (!one.results.equals(many.results)) {
          throw new IllegalStateException("the stages gave another answer than one process");
        }
        if (round > 0) {
          alone.add(one);
          together.add(many);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s: one process with %d threads, and %d stages, depth %d; medians of %d%n",
        text.name(),
        threads,
        stages,
        depth,
        rounds);
    line("prefill " + PROMPT, PROMPT, alone, together, Round::prefill);
    line("decode one", ANSWER - 1, alone, together, Round::one);
    line("decode eight", 8.0 * ANSWER, alone, together, Round::eight);
  }

  private static void line(
      String what,
      double tokens,
      List<Round> alone,
      List<Round> together,
      Function<Round, Double> seconds) {
    double one = tokens / median(alone, seconds);
    double many = tokens / median(together, seconds);
    System.out.printf(
        Locale.ROOT,
        "%-14s one process %8.1f tokens/s, stages %8.1f, ratio %.3f%n",
        what,
        one,
        many,
        many / one);
  }

  private void delayed(int stages, int depth, int millis) throws IOException, InterruptedException {
    double plain;
    try (Pipeline pipeline = connect(stages, depth, 0)) {
      round(1, request -> pipeline.submit(request, nonce()));
      plain = round(2, request -> pipeline.submit(request, nonce())).one / (ANSWER - 1);
    }
    try (Pipeline pipeline = connect(stages, depth, millis * 500_000L)) {
      Round found = round(2, request -> pipeline.submit(request, nonce()));
      double formula = 1 / (plain + stages * millis * 1e-3);
      System.out.printf(
          Locale.ROOT,
          "%d ms to each stage and back: one answer %.2f tokens/s, formula %.2f (ratio %.3f); eight %.1f, %.2f times one; prefill %d %.0f tokens/s%n",
          millis,
          (ANSWER - 1) / found.one,
          formula,
          (ANSWER - 1) / found.one / formula,
          8 * ANSWER / found.eight,
          8 * ANSWER / found.eight * found.one / (ANSWER - 1),
          PROMPT,
          PROMPT / found.prefill);
    }
  }

  private Round round(int seed, Function<GenerationRequest, ? extends Generation> generator)
      throws InterruptedException {
    List<String> results = new ArrayList<>();
    Outcome prefill = read(generator.apply(request(seed, PROMPT, 1)), results);
    Outcome one = read(generator.apply(request(seed + 1000, SHORT, ANSWER)), results);
    List<Generation> eight = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < 8; i++) {
      eight.add(generator.apply(request(seed + 2000 + 10 * i, SHORT, ANSWER)));
    }
    for (Generation generation : eight) {
      read(generation, results);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new Round(
        prefill.prefill().toNanos() * 1e-9, one.decode().toNanos() * 1e-9, seconds, results);
  }

  private GenerationRequest request(int seed, int prompt, int tokens) {
    int vocabulary = text.configuration().vocabulary();
    int[] ids = new Random(seed).ints(prompt, 300, vocabulary).toArray();
    return new GenerationRequest(
        ids, tokens, SamplingParameters.greedy(), 0, List.of(), null, true, -1);
  }

  private static Outcome read(Generation generation, List<String> results)
      throws InterruptedException {
    while (true) {
      switch (generation.next()) {
        case GenerationEvent.Token _ -> {}
        case GenerationEvent.Finished(var reason, var outcome) -> {
          results.add(Arrays.toString(outcome.output()) + outcome.traceRoot());
          return outcome;
        }
        case GenerationEvent.Failed(String message) -> throw new IllegalStateException(message);
      }
    }
  }

  private Nonce nonce() {
    return new Nonce("%032x".formatted(runs++));
  }

  private static double median(List<Round> rounds, Function<Round, Double> seconds) {
    double[] sorted = rounds.stream().mapToDouble(seconds::apply).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
