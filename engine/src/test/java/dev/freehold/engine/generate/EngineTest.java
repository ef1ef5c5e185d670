// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.engine.sampling.SamplingParameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class EngineTest extends EngineRig {
  @Test
  void answersAreTheSameWhateverElseRunsAtTheSameTime() throws Exception {
    Random random = new Random(1);
    int[] shared = prompt(99, 150);
    List<GenerationRequest> requests = new ArrayList<>();
    List<Told> expected = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      requests.add(random(random, shared));
      expected.add(alone(requests.getLast()));
    }
    List<EngineOptions> all =
        List.of(
            new EngineOptions(8, 100, 1 << 28, 1 << 27, 7),
            new EngineOptions(3, 100, 1 << 28, 0, 64),
            new EngineOptions(16, 100, 1 << 28, 3 * pageBytes, 1),
            // So little memory that sequences push each other out again and again.
            new EngineOptions(6, 100, 9 * pageBytes, 4 * pageBytes, 16),
            new EngineOptions(6, 100, 7 * pageBytes, 0, 16));
    for (EngineOptions options : all) {
      try (Engine engine = new Engine(model, options);
          var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Told>> told = new ArrayList<>();
        for (GenerationRequest request : requests) {
          told.add(threads.submit(() -> Told.of(engine.submit(request))));
        }
        for (int i = 0; i < requests.size(); i++) {
          assertThat(told.get(i).get())
              .as("request %s under %s", i, options)
              .isEqualTo(expected.get(i));
        }
        assertThat(engine.drain(Duration.ofSeconds(5))).isTrue();
        assertThat(engine.load().pagesInUse()).isZero();
      }
    }
  }

  /**
   * A clock for which the engine's thread has to wait, and this one doesn't: so that what is said
   * of an answer right after it was submitted is known before its first token is chosen. Not for
   * ever, since the engine may hold its lock.
   */
  private static LongSupplier waiting(CountDownLatch until) {
    Thread here = Thread.currentThread();
    return () -> {
      try {
        if (!Thread.currentThread().equals(here)) {
          var _ = until.await(300, TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return System.nanoTime();
    };
  }

  @Test
  void anAnswerRestsWhereItMayChooseNoMoreAndGivesTheSameBitsAllTheSame() throws Exception {
    GenerationRequest request = request(prompt(5, 40), 30, SamplingParameters.greedy());
    Told expected = alone(request);
    GenerationRequest second = request(prompt(6, 40), 30, SamplingParameters.greedy());
    Told other = alone(second);
    // One place only, so that the second one waits behind one that rests; and room for both.
    for (int places : List.of(1, 4)) {
      CountDownLatch allowed = new CountDownLatch(1);
      EngineOptions options = new EngineOptions(places, 10, 1 << 28, 0, 16);
      try (Engine engine = new Engine(model, options, waiting(allowed))) {
        Generation rests = engine.submit(request);
        rests.allow(3);
        allowed.countDown();
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          tokens.add(((GenerationEvent.Token) rests.next()).token());
        }
        Generation beside = engine.submit(second);
        if (places > 1) {
          assertThat(Told.of(beside)).as("the others go on").isEqualTo(other);
        }
        Thread.sleep(50);
        assertThat(engine.load().outputTokens())
            .as("nothing is computed that nobody may have")
            .isLessThanOrEqualTo(places > 1 ? 3 + other.output().length : 3);
        rests.allow(1_000);
        GenerationEvent event = rests.next();
        while (event instanceof GenerationEvent.Token token) {
          tokens.add(token.token());
          event = rests.next();
        }
        assertThat(event)
            .isInstanceOfSatisfying(
                GenerationEvent.Finished.class,
                finished ->
                    assertThat(new Told(tokens, finished.reason(), finished.outcome().traceRoot()))
                        .isEqualTo(expected));
        if (places == 1) {
          assertThat(Told.of(beside)).isEqualTo(other);
        }
      }
    }
  }

  @Test
  void anAnswerThatRestsCanBeCancelledAndLeavesItsPlace() throws Exception {
    GenerationRequest request = request(prompt(5, 40), 30, SamplingParameters.greedy());
    CountDownLatch allowed = new CountDownLatch(1);
    EngineOptions options = new EngineOptions(1, 10, 1 << 28, 0, 16);
    try (Engine engine = new Engine(model, options, waiting(allowed))) {
      Generation rests = engine.submit(request);
      rests.allow(1);
      allowed.countDown();
      assertThat(rests.next()).isInstanceOf(GenerationEvent.Token.class);
      Generation waits = engine.submit(request);
      rests.cancel();
      assertThat(rests.next())
          .isInstanceOfSatisfying(
              GenerationEvent.Finished.class,
              finished -> assertThat(finished.reason()).isEqualTo(FinishReason.CANCELLED));
      assertThat(Told.of(waits)).isEqualTo(alone(request));
      assertThat(engine.drain(Duration.ofSeconds(5))).isTrue();
      assertThat(engine.load().pagesInUse()).isZero();
    }
  }

  @Test
  void cacheHitGivesWhatAMissGave() throws Exception {
    try (Engine engine = new Engine(model, EngineOptions.defaults())) {
      SamplingParameters how = SamplingParameters.defaults(5);
      for (int length : new int[] {1, 2, 63, 64, 65, 127, 128, 129, 200}) {
        GenerationRequest request = request(prompt(length, length), 20, how);
        Told miss = Told.of(engine.submit(request));
        Generation again = engine.submit(request);
        assertThat(Told.of(again)).isEqualTo(miss).isEqualTo(alone(request));
        var finished = (GenerationEvent.Finished) again.next();
        assertThat(finished.outcome().cachedPromptTokens()).isEqualTo(length - 1);
      }
    }
  }

  @Test
  void conversationThatGoesOnFindsItsAnswerInTheCache() throws Exception {
    try (Engine engine = new Engine(model, EngineOptions.defaults())) {
      SamplingParameters how = SamplingParameters.defaults(5);
      int[] prompt = prompt(4, 70);
      int[] output = Told.of(engine.submit(request(prompt, 30, how))).output();
      int[] longer = Arrays.copyOf(prompt, prompt.length + output.length + 10);
      System.arraycopy(output, 0, longer, prompt.length, output.length);
      Generation next = engine.submit(request(longer, 5, how));
      assertThat(Told.of(next)).isEqualTo(alone(request(longer, 5, how)));
      var finished = (GenerationEvent.Finished) next.next();
      assertThat(finished.outcome().cachedPromptTokens())
          .isEqualTo(prompt.length + output.length - 1);
    }
  }

  @Test
  void choicesShareTheirPrompt() throws Exception {
    try (Engine engine = new Engine(model, EngineOptions.defaults())) {
      int[] prompt = prompt(11, 500);
      List<GenerationRequest> requests = new ArrayList<>();
      for (int choice = 0; choice < 3; choice++) {
        requests.add(
            new GenerationRequest(
                prompt, 10, SamplingParameters.defaults(8), choice, List.of(), null, false, -1));
      }
      List<Generation> choices = engine.submitAll(requests);
      List<Told> told = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        told.add(Told.of(choices.get(i)));
        assertThat(told.getLast()).isEqualTo(alone(requests.get(i)));
      }
      assertThat(told.get(0).tokens()).isNotEqualTo(told.get(1).tokens());
      assertThat(engine.load().cachedPromptTokens()).isEqualTo(2 * 499);
    }
  }

  @Test
  void cancellationAtAnyMomentFreesAllPages() throws Exception {
    Random random = new Random(3);
    int[] shared = prompt(99, 150);
    try (Engine engine =
            new Engine(model, new EngineOptions(5, 1000, 30 * pageBytes, 8 * pageBytes, 16));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<FinishReason>> ends = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        GenerationRequest request = random(random, shared);
        int after = random.nextInt(12);
        long nanos = random.nextInt(3_000_000);
        Generation generation = engine.submit(request);
        ends.add(
            threads.submit(
                () -> {
                  if (after == 0) {
                    Thread.sleep(Duration.ofNanos(nanos));
                    generation.cancel();
                  }
                  int seen = 0;
                  while (true) {
                    GenerationEvent event = generation.next();
                    if (event instanceof GenerationEvent.Finished finished) {
                      return finished.reason();
                    }
                    if (++seen == after) {
                      generation.cancel();
                    }
                  }
                }));
      }
      List<FinishReason> reasons = new ArrayList<>();
      for (Future<FinishReason> end : ends) {
        reasons.add(end.get());
      }
      assertThat(reasons).contains(FinishReason.CANCELLED, FinishReason.LENGTH);
      assertThat(engine.drain(Duration.ofSeconds(5))).isTrue();
      assertThat(engine.load().pagesInUse()).isZero();
      assertThat(engine.load().pagesCached()).isLessThanOrEqualTo(8);
    }
  }

  @Test
  void cancelledAnswerHasTheTraceOfWhatWasDone() throws Exception {
    try (Engine engine = new Engine(model, EngineOptions.defaults())) {
      GenerationRequest request = request(prompt(1, 20), 900, SamplingParameters.defaults(3));
      Generation generation = engine.submit(request);
      for (int i = 0; i < 5; i++) {
        var _ = generation.next();
      }
      generation.cancel();
      GenerationEvent event = generation.next();
      while (event instanceof GenerationEvent.Token) {
        event = generation.next();
      }
      var finished = (GenerationEvent.Finished) event;
      assertThat(finished.reason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(Replay.replay(model, request, finished.outcome().output(), FinishReason.CANCELLED))
          .isEqualTo(new ReplayResult.Matches(finished.outcome().traceRoot()));
    }
  }

  @Test
  void fullQueueRefusesAllOfARequestAndSaysWhenToComeBack() throws Exception {
    try (Engine engine = new Engine(model, new EngineOptions(1, 2, 1 << 28, 0, 16))) {
      GenerationRequest slow = request(prompt(1, 10), 1000, SamplingParameters.greedy());
      Generation first = engine.submit(slow);
      Generation second = engine.submit(slow);
      assertThatThrownBy(() -> engine.submitAll(List.of(slow, slow)))
          .isInstanceOfSatisfying(
              QueueFull.class, full -> assertThat(full.retryAfter()).isPositive())
          .hasMessageContaining("1 of 2 places");
      Generation third = engine.submit(slow);
      assertThatThrownBy(() -> engine.submit(slow)).isInstanceOf(QueueFull.class);
      for (Generation generation : List.of(first, second, third)) {
        generation.cancel();
        assertThat(Told.of(generation).reason()).isEqualTo(FinishReason.CANCELLED);
      }
    }
  }

  @Test
  void tooLongPromptIsRefusedSayingByHowMuch() {
    try (Engine engine = new Engine(model, EngineOptions.defaults())) {
      assertThatThrownBy(
              () ->
                  engine.submit(
                      request(prompt(1, TinyModel.CONTEXT + 9), 1, SamplingParameters.greedy())))
          .isInstanceOfSatisfying(PromptTooLong.class, e -> assertThat(e.excess()).isEqualTo(10))
          .hasMessageContaining("10 more than the 1023");
      assertThatThrownBy(
              () -> engine.submit(request(prompt(1, 1000), 25, SamplingParameters.greedy())))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void answerThatOutgrowsAllMemoryFailsAloneAndClearly() throws Exception {
    try (Engine engine = new Engine(model, new EngineOptions(4, 10, 3 * pageBytes, 0, 16))) {
      Generation large =
          engine.submit(
              new GenerationRequest(
                  prompt(1, 100), 500, SamplingParameters.greedy(), 0, List.of(), null, true, -1));
      GenerationRequest small = request(prompt(2, 10), 20, SamplingParameters.defaults(1));
      Generation other = engine.submit(small);
      GenerationEvent event = large.next();
      while (event instanceof GenerationEvent.Token) {
        event = large.next();
      }
      assertThat(event)
          .isInstanceOfSatisfying(
              GenerationEvent.Failed.class,
              failed -> assertThat(failed.message()).contains("attention memory ran out"));
      assertThat(Told.of(other)).isEqualTo(alone(small));
      assertThatThrownBy(
              () -> engine.submit(request(prompt(1, 192), 1, SamplingParameters.greedy())))
          .isInstanceOf(PromptTooLong.class)
          .hasMessageContaining("attention memory");
    }
  }

  @Test
  void closedEngineCancelsWhatRunsAndTakesNothingNew() throws Exception {
    Engine engine = new Engine(model, new EngineOptions(1, 10, 1 << 28, 0, 16));
    GenerationRequest slow =
        new GenerationRequest(
            prompt(1, 10), 1000, SamplingParameters.greedy(), 0, List.of(), null, true, -1);
    Generation running = engine.submit(slow);
    Generation queued = engine.submit(slow);
    var _ = running.next();
    engine.close();
    assertThat(Told.of(queued).reason()).isEqualTo(FinishReason.CANCELLED);
    GenerationEvent event = running.next();
    while (event instanceof GenerationEvent.Token) {
      event = running.next();
    }
    assertThat(event).isInstanceOf(GenerationEvent.Finished.class);
    assertThatThrownBy(() -> engine.submit(slow)).hasMessageContaining("shutting down");
  }

  @Test
  void drainingFinishesWhatWasTakenOn() throws Exception {
    try (Engine engine = new Engine(model, new EngineOptions(2, 10, 1 << 28, 0, 16))) {
      GenerationRequest request = request(prompt(1, 10), 30, SamplingParameters.defaults(4));
      List<Generation> all = engine.submitAll(List.of(request, request, request, request));
      assertThat(engine.drain(Duration.ofSeconds(10))).isTrue();
      Told expected = alone(request);
      for (Generation generation : all) {
        assertThat(Told.of(generation)).isEqualTo(expected);
      }
      assertThatThrownBy(() -> engine.submit(request)).hasMessageContaining("shutting down");
    }
  }

  @Test
  void embeddingsAreTheSameAloneInABatchAndReplayed() throws Exception {
    try (Engine engine = new Engine(model, new EngineOptions(4, 20, 1 << 28, 1 << 20, 16))) {
      List<int[]> prompts = List.of(prompt(1, 3), prompt(2, 100), prompt(3, 1), prompt(4, 64));
      List<EmbeddingOutcome> together = engine.embed(prompts);
      for (int i = 0; i < prompts.size(); i++) {
        EmbeddingOutcome one = engine.embed(List.of(prompts.get(i))).getFirst();
        Replay.Vector again = Replay.embed(model, prompts.get(i));
        assertThat(together.get(i).vector()).isEqualTo(one.vector()).isEqualTo(again.vector());
        assertThat(together.get(i).traceRoot())
            .isEqualTo(one.traceRoot())
            .isEqualTo(again.traceRoot());
        double norm = 0;
        for (float element : one.vector()) {
          norm += (double) element * element;
        }
        assertThat(norm).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-5));
      }
      assertThat(together.get(0).vector()).isNotEqualTo(together.get(1).vector());
    }
  }

  @Test
  void interruptedEmbeddingIsCancelled() throws Exception {
    try (Engine engine = new Engine(model, new EngineOptions(1, 20, 1 << 28, 1 << 20, 1))) {
      AtomicReference<Throwable> thrown = new AtomicReference<>(new CancellationException());
      Thread thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      var _ = engine.embed(List.of(prompt(1, 1000), prompt(2, 1000)));
                    } catch (InterruptedException e) {
                      thrown.set(e);
                    }
                  });
      Thread.sleep(20);
      thread.interrupt();
      thread.join();
      assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      assertThat(engine.drain(Duration.ofSeconds(5))).isTrue();
      assertThat(engine.load().pagesInUse()).isZero();
    }
  }

  @Test
  void stopStringAcrossTokensEndsTheAnswer() throws Exception {
    GenerationRequest free = request(prompt(5, 20), 60, SamplingParameters.defaults(2));
    String text = text(alone(free));
    String stop = text.substring(10, 13);
    int at = text.indexOf(stop);
    GenerationRequest stopped =
        new GenerationRequest(
            free.prompt(), 60, free.sampling(), 0, List.of("never", stop), null, false, -1);
    Told told = alone(stopped);
    assertThat(told.reason()).isEqualTo(FinishReason.STOP);
    assertThat(text(told)).isEqualTo(text.substring(0, at + stop.length()));
  }

  @Test
  void logProbabilitiesComeWithEachTokenWhereWanted() throws Exception {
    try (Engine engine = new Engine(model, ALONE)) {
      GenerationRequest request =
          new GenerationRequest(
              prompt(5, 20), 5, SamplingParameters.greedy(), 0, List.of(), null, true, 3);
      Generation generation = engine.submit(request);
      for (int i = 0; i < 5; i++) {
        var token = (GenerationEvent.Token) generation.next();
        assertThat(token.top()).hasSize(3);
        assertThat(token.top().getFirst().token()).isEqualTo(token.token());
        assertThat(token.logprob()).isLessThan(0);
      }
    }
  }

  private String text(Told told) {
    AnswerText text = model.answerText();
    StringBuilder all = new StringBuilder();
    for (int token : told.tokens()) {
      all.append(text.push(token));
    }
    return all.append(text.finish()).toString();
  }
}
