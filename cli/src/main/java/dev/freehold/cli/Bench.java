// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.Outcome;
import dev.freehold.engine.generate.Replay;
import dev.freehold.engine.generate.ReplayResult;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Json;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold bench}. */
@Command(
    name = "bench",
    description = {
      "Measure this machine with a model that is here: reading a prompt, writing one answer and"
          + " eight at once, replaying.",
      "The comparison with other engines is in the bench module (docs/performance.md)."
    })
final class Bench extends Verb {
  private static final int PROMPT = 512;
  private static final int SHORT_PROMPT = 16;
  private static final int ANSWER = 128;
  private static final int STREAMS = 8;

  /** Rounds that count: as many as {@link #ENOUGH} seconds hold, within these bounds. */
  private static final int LEAST_ROUNDS = 3;

  private static final int MOST_ROUNDS = 9;
  private static final double ENOUGH = 15;

  @Option(
      names = {"-m", "--model"},
      description = "The model (default ${DEFAULT-VALUE}).")
  private String model = "smollm2-135m-instruct";

  @Option(names = "--kernel", description = "Arithmetic lane (the fastest unless given).")
  private @Nullable String kernelName;

  @Option(names = "--threads", description = "Threads of arithmetic (all cores unless given).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  int run() throws Exception {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    StoredModel stored =
        store
            .find(model)
            .orElseThrow(
                () ->
                    new Failure(
                        "no model '"
                            + model
                            + "' is here: 'freehold model list' shows those that are, 'freehold"
                            + " model pull' fetches others"));
    store.check(stored, false);
    Kernel kernel;
    try {
      kernel = kernelName == null ? Kernels.best() : Kernels.named(kernelName);
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
    long start = System.nanoTime();
    try (LoadedModel loaded = LoadedModel.open(stored.file(), stored.digest(), kernel, threads);
        Engine engine = new Engine(loaded, EngineOptions.defaults())) {
      double load = since(start);
      Random random = new Random(1);
      List<Double> prefill = new ArrayList<>();
      List<Double> decode = new ArrayList<>();
      List<Double> together = new ArrayList<>();
      List<Double> replay = new ArrayList<>();
      // The first round warms up and does not count.
      long begun = start;
      for (int round = 0;
          round <= LEAST_ROUNDS || (round <= MOST_ROUNDS && since(begun) < ENOUGH);
          round++) {
        GenerationRequest request = request(loaded, random, PROMPT);
        Outcome outcome = finish(engine.submit(request));
        double prefillSeconds = outcome.prefill().toNanos() / 1e9;
        double decodeSeconds = outcome.decode().toNanos() / 1e9;
        double eight = eightAtOnce(engine, loaded, random);
        double again = replayShare(engine, loaded, random);
        if (round > 0) {
          prefill.add(PROMPT / prefillSeconds);
          decode.add((ANSWER - 1) / decodeSeconds);
          together.add(eight);
          replay.add(again);
        } else {
          begun = System.nanoTime();
        }
      }
      show(stored.name(), kernel.name(), load, prefill, decode, together, replay);
    }
    return OK;
  }

  private void show(
      String name,
      String kernel,
      double load,
      List<Double> prefill,
      List<Double> decode,
      List<Double> together,
      List<Double> replay) {
    if (json) {
      screen.json(
          Json.object()
              .put("model", name)
              .put("kernel", kernel)
              .put("threads", threads)
              .put("rounds", replay.size())
              .put("loadSeconds", load)
              .put("prefillTokensPerSecond", median(prefill))
              .put("decodeTokensPerSecond", median(decode))
              .put("eightStreamsTokensPerSecond", median(together))
              .put("replayShare", median(replay))
              .build());
      return;
    }
    screen.line(
        "%s on %s, %d threads; medians of %d rounds after one that warmed up"
            .formatted(name, kernel, threads, replay.size()));
    row("load", load, "s");
    row("prompt of " + PROMPT, median(prefill), "tokens/s");
    row("one answer of " + ANSWER, median(decode), "tokens/s");
    row(STREAMS + " answers at once", median(together), "tokens/s together");
    row("replay", 100 * median(replay), "% of the answer's time (prompt of " + SHORT_PROMPT + ")");
  }

  private void row(String what, double value, String unit) {
    screen.line(String.format(Locale.ROOT, "%-22s %8.1f %s", what, value, unit));
  }

  /** Seconds of a replay over those of the answer it checks, after a short prompt. */
  private static double replayShare(Engine engine, LoadedModel loaded, Random random)
      throws Exception {
    GenerationRequest request = request(loaded, random, SHORT_PROMPT);
    long begun = System.nanoTime();
    Outcome outcome = finish(engine.submit(request));
    double whole = since(begun);
    begun = System.nanoTime();
    ReplayResult result = Replay.replay(loaded, request, outcome.output(), FinishReason.LENGTH);
    double seconds = since(begun);
    if (!(result instanceof ReplayResult.Matches matches)
        || !matches.traceRoot().equals(outcome.traceRoot())) {
      throw new Failure("the replay differs from the answer: this machine computes wrongly");
    }
    return seconds / whole;
  }

  private static double eightAtOnce(Engine engine, LoadedModel loaded, Random random)
      throws Exception {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      requests.add(request(loaded, random, SHORT_PROMPT));
    }
    long begun = System.nanoTime();
    List<Generation> generations = engine.submitAll(requests);
    for (Generation generation : generations) {
      finish(generation);
    }
    return STREAMS * ANSWER / since(begun);
  }

  /** A prompt of random tokens: nothing of it is cached, and its answer has full length. */
  private static GenerationRequest request(LoadedModel loaded, Random random, int length) {
    int[] prompt =
        random
            .ints(0, loaded.tokenizer().vocabularySize())
            .filter(t -> !loaded.tokenizer().isControl(t))
            .limit(length)
            .toArray();
    return new GenerationRequest(
        prompt, ANSWER, SamplingParameters.defaults(1), 0, List.of(), null, true, -1);
  }

  private static Outcome finish(Generation generation) throws Exception {
    while (true) {
      switch (generation.next()) {
        case GenerationEvent.Token _ -> {}
        case GenerationEvent.Finished finished -> {
          return finished.outcome();
        }
        case GenerationEvent.Failed failed -> throw new Failure(failed.message());
      }
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
