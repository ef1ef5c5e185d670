// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.kernel.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** An answer is replayed as it was, and as nothing else. */
@NullMarked
class EngineReplayTest extends EngineRig {
  @Test
  void replayFindsEveryKindOfAnswerAsItWas() throws Exception {
    Random random = new Random(17);
    int[] shared = prompt(99, 150);
    for (int i = 0; i < 60; i++) {
      GenerationRequest request = random(random, shared);
      Told told = alone(request);
      assertThat(Replay.replay(model, request, told.output(), told.reason()))
          .as("request %s", i)
          .isEqualTo(new ReplayResult.Matches(told.root()));
    }
  }

  @Test
  void replayFindsAnyReplacedToken() throws Exception {
    GenerationRequest request = request(prompt(1, 70), 40, SamplingParameters.defaults(12));
    Told told = alone(request);
    for (int i = 0; i < told.tokens().size(); i++) {
      int[] changed = told.output();
      changed[i] = changed[i] == 7 ? 8 : 7;
      assertThat(Replay.replay(model, request, changed, told.reason()))
          .isEqualTo(new ReplayResult.Differs(i, changed[i], told.tokens().get(i)));
    }
    int[] absurd = told.output();
    absurd[3] = -1;
    assertThat(Replay.replay(model, request, absurd, told.reason()))
        .isEqualTo(new ReplayResult.Differs(3, -1, told.tokens().get(3)));
  }

  @Test
  void replayFindsAnAnswerCutShortOrMadeLonger() throws Exception {
    GenerationRequest request = request(prompt(1, 70), 40, SamplingParameters.defaults(12));
    Told told = alone(request);
    int[] shorter = Arrays.copyOf(told.output(), told.tokens().size() - 1);
    assertThat(Replay.replay(model, request, shorter, told.reason()))
        .isInstanceOf(ReplayResult.EndsDifferently.class);
    int[] longer = Arrays.copyOf(told.output(), told.tokens().size() + 1);
    assertThat(Replay.replay(model, request, longer, told.reason()))
        .isInstanceOf(ReplayResult.EndsDifferently.class);
    FinishReason other =
        told.reason() == FinishReason.STOP ? FinishReason.LENGTH : FinishReason.STOP;
    assertThat(Replay.replay(model, request, told.output(), other))
        .isInstanceOf(ReplayResult.EndsDifferently.class);
    assertThat(Replay.replay(model, request, new int[0], told.reason()))
        .isInstanceOf(ReplayResult.EndsDifferently.class);
  }

  @Test
  void replayFindsAnotherSeedPromptAndChoice() throws Exception {
    GenerationRequest request = request(prompt(1, 70), 40, SamplingParameters.defaults(12));
    Told told = alone(request);
    List<GenerationRequest> others =
        List.of(
            request(prompt(1, 70), 40, SamplingParameters.defaults(13)),
            request(prompt(2, 70), 40, SamplingParameters.defaults(12)),
            new GenerationRequest(
                prompt(1, 70), 40, SamplingParameters.defaults(12), 1, List.of(), null, false, -1));
    for (GenerationRequest other : others) {
      assertThat(Replay.replay(model, other, told.output(), told.reason()))
          .isInstanceOf(ReplayResult.Differs.class);
    }
  }

  @Test
  void replayWithAnotherQuantisationHasAnotherTrace() throws Exception {
    GenerationRequest request = request(prompt(1, 70), 40, SamplingParameters.greedy());
    Told told = alone(request);
    try (LoadedModel other =
        TinyModel.open(TensorType.BF16, TinyModel.TEMPLATE, new ScalarKernel(), 1)) {
      assertThat(Replay.replay(other, request, told.output(), told.reason()))
          .isNotEqualTo(new ReplayResult.Matches(told.root()));
    }
  }

  /** Answers as they were, and with tokens replaced, cut off and added: one finding for each. */
  @Test
  void manyThreadsFindWhatOneFinds() throws Exception {
    Random random = new Random(23);
    int[] shared = prompt(98, 150);
    try (LoadedModel many =
        TinyModel.open(TensorType.F32, TinyModel.TEMPLATE, new ScalarKernel(), 5)) {
      int differing = 0;
      for (int i = 0; i < 40; i++) {
        GenerationRequest request = random(random, shared);
        Told told = alone(request);
        assertThat(Replay.replay(many, request, told.output(), told.reason()))
            .as("request %s", i)
            .isEqualTo(new ReplayResult.Matches(told.root()));
        for (int k = 0; k < 5; k++) {
          int[] claimed =
              Arrays.copyOf(
                  told.output(), Math.max(1, told.output().length + random.nextInt(-2, 2)));
          for (int c = random.nextInt(3); c > 0; c--) {
            claimed[random.nextInt(claimed.length)] = random.nextInt(-1, 300);
          }
          ReplayResult expected = Replay.replay(model, request, claimed, told.reason());
          differing += expected instanceof ReplayResult.Matches ? 0 : 1;
          assertThat(Replay.replay(many, request, claimed, told.reason()))
              .as("request %s, claim %s", i, Arrays.toString(claimed))
              .isEqualTo(expected);
        }
      }
      assertThat(differing).isGreaterThan(100);
    }
  }

  /** Longer than what is computed at a time, and than the logits that are held at a time. */
  @Test
  void replayFindsAReplacedTokenWhereverALongAnswerIsCut() throws Exception {
    GenerationRequest request =
        new GenerationRequest(
            prompt(5, 190), 120, SamplingParameters.defaults(3), 0, List.of(), null, true, -1);
    Told told = alone(request);
    try (LoadedModel many =
        TinyModel.open(TensorType.F32, TinyModel.TEMPLATE, new ScalarKernel(), 2)) {
      assertThat(Replay.replay(many, request, told.output(), told.reason()))
          .isEqualTo(new ReplayResult.Matches(told.root()));
      for (int i : new int[] {0, 33, 34, 66, 67, 68, 119}) {
        int[] changed = told.output();
        changed[i] = changed[i] == 7 ? 8 : 7;
        assertThat(Replay.replay(many, request, changed, told.reason()))
            .isEqualTo(new ReplayResult.Differs(i, changed[i], told.tokens().get(i)));
      }
    }
  }

  /** What a replay leaves in memory that the next one takes is never seen again. */
  @Test
  void replaysInAnyOrderAndAtOnceFindWhatFirstOnesFind() throws Exception {
    Random random = new Random(31);
    int[] shared = prompt(97, 150);
    List<Callable<Void>> checks = new ArrayList<>();
    try (LoadedModel kept =
        TinyModel.open(TensorType.F32, TinyModel.TEMPLATE, new ScalarKernel(), 2)) {
      for (int i = 0; i < 30; i++) {
        GenerationRequest request = random(random, shared);
        Told told = alone(request);
        int[] claimed = told.output();
        if (i % 3 == 0) {
          claimed[random.nextInt(claimed.length)] = random.nextInt(300);
        }
        ReplayResult first;
        try (LoadedModel fresh = TinyModel.open()) {
          first = Replay.replay(fresh, request, claimed, told.reason());
        }
        checks.add(
            () -> {
              assertThat(Replay.replay(kept, request, claimed, told.reason())).isEqualTo(first);
              return null;
            });
      }
      for (Callable<Void> check : checks) {
        check.call();
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        for (Future<Void> done : threads.invokeAll(checks)) {
          done.get();
        }
      }
    }
  }

  /** A part far behind the first wrong token meets what no model could have said. */
  @Test
  void manyThreadsFindTheFirstOfManyWrongTokens() throws Exception {
    try (LoadedModel many =
        TinyModel.open(TensorType.F32, TinyModel.TEMPLATE, new ScalarKernel(), 4)) {
      GenerationRequest request =
          new GenerationRequest(
              prompt(1, 70),
              40,
              SamplingParameters.defaults(12),
              0,
              List.of("never said"),
              null,
              true,
              -1);
      Told told = alone(request);
      for (int first = 0; first < 40; first++) {
        int[] changed = told.output();
        Arrays.fill(changed, first, 40, Integer.MAX_VALUE);
        assertThat(Replay.replay(many, request, changed, told.reason()))
            .isEqualTo(
                new ReplayResult.Differs(first, Integer.MAX_VALUE, told.tokens().get(first)));
      }
    }
  }
}
