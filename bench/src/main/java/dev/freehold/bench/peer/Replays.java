// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

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
import dev.freehold.record.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Where the time of a replay goes: {@code Replays KERNEL THREADS ROUNDS MODEL}. An answer of 128
 * tokens after a prompt of 16 is generated, and replayed with the engine closed. Prints the
 * replay's share of the answer's time, and of the median round what each operation takes of it, all
 * threads together; the rest is sampling, the trace, and waiting.
 */
public final class Replays {
  private static final int PROMPT = 16;
  private static final int ANSWER = 128;

  private Replays() {}

  private record Round(double answer, double replay, Map<String, Long> operations) {}

  /** Runs the measurement. */
  public static void main(String[] words) throws Exception {
    Kernel kernel = words[0].equals("best") ? Kernels.best() : Kernels.named(words[0]);
    int threads = Integer.parseInt(words[1]);
    Path file = SideBySide.file(SideBySide.cache(), words[3]);
    TimedKernel timed = new TimedKernel(kernel);
    List<Round> rounds = new ArrayList<>();
    try (LoadedModel model =
        LoadedModel.open(file, Digest.sha256(Files.readAllBytes(file)), timed, threads)) {
      Random random = new Random(1);
      for (int i = -2; i < Integer.parseInt(words[2]); i++) {
        Round round = round(model, timed, random);
        if (i >= 0) {
          rounds.add(round);
        }
      }
    }
    rounds.sort((a, b) -> Double.compare(a.replay / a.answer, b.replay / b.answer));
    Round median = rounds.get(rounds.size() / 2);
    System.out.printf(
        Locale.ROOT,
        "answer %.0f ms, replay %.0f ms: %.1f %% (from %.1f to %.1f)%n",
        1000 * median.answer,
        1000 * median.replay,
        100 * median.replay / median.answer,
        100 * rounds.getFirst().replay / rounds.getFirst().answer,
        100 * rounds.getLast().replay / rounds.getLast().answer);
    double rest = 100;
    System.out.println("| of the replay | share |");
    System.out.println("|---|---|");
    for (Map.Entry<String, Long> operation : median.operations.entrySet()) {
      double share = 100 * operation.getValue() / (median.replay * 1e9 * threads);
      rest -= share;
      System.out.printf(Locale.ROOT, "| %s | %.1f %% |%n", operation.getKey(), share);
    }
    System.out.printf(Locale.ROOT, "| the rest | %.1f %% |%n", rest);
  }

  private static Round round(LoadedModel model, TimedKernel timed, Random random) throws Exception {
    int[] prompt =
        random
            .ints(0, model.tokenizer().vocabularySize())
            .filter(token -> !model.tokenizer().isControl(token))
            .limit(PROMPT)
            .toArray();
    GenerationRequest request =
        new GenerationRequest(
            prompt, ANSWER, SamplingParameters.defaults(1), 0, List.of(), null, true, -1);
    Outcome outcome;
    long begun = System.nanoTime();
    double answer;
    try (Engine engine = new Engine(model, EngineOptions.defaults())) {
      begun = System.nanoTime();
      outcome = finish(engine.submit(request));
      answer = since(begun);
    }
    timed.take();
    begun = System.nanoTime();
    ReplayResult result = Replay.replay(model, request, outcome.output(), FinishReason.LENGTH);
    double replay = since(begun);
    if (!(result instanceof ReplayResult.Matches)) {
      throw new IllegalStateException("the replay differs: " + result);
    }
    return new Round(answer, replay, new TreeMap<>(timed.take()));
  }

  private static double since(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  private static Outcome finish(Generation generation) throws Exception {
    while (true) {
      switch (generation.next()) {
        case GenerationEvent.Token _ -> {}
        case GenerationEvent.Finished finished -> {
          return finished.outcome();
        }
        case GenerationEvent.Failed failed -> throw new IllegalStateException(failed.message());
      }
    }
  }
}
