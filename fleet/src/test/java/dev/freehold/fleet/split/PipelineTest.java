// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import static dev.freehold.fleet.split.Machines.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.ModelText;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.grammar.Grammar;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
@Timeout(240)
class PipelineTest {
  private static final PipelineOptions OPTIONS =
      new PipelineOptions(
          8, 64, 16, 4, 2, Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));

  @TempDir Path folder;

  /** An answer: its events as text, which hold tokens, probabilities, reason and trace. */
  private record Answer(List<String> tokens, String end, String trace) {}

  private static Answer read(Generation generation) throws InterruptedException {
    List<String> tokens = new ArrayList<>();
    while (true) {
      switch (generation.next()) {
        case GenerationEvent.Token token -> tokens.add(token.toString());
        case GenerationEvent.Finished(var reason, var outcome) -> {
          return new Answer(tokens, reason.word(), outcome.traceRoot().toString());
        }
        case GenerationEvent.Failed(String message) -> {
          return new Answer(tokens, "failed", message);
        }
      }
    }
  }

  private static GenerationRequest request(
      int seed, int prompt, int tokens, SamplingParameters sampling) {
    int[] ids = new Random(seed).ints(prompt, 0, 256).toArray();
    return new GenerationRequest(ids, tokens, sampling, 0, List.of(), null, true, -1);
  }

  private static GenerationRequest request(int seed) {
    return request(seed, 40, 30, SamplingParameters.defaults(seed));
  }

  /** Every way in which an answer can be asked for. */
  private static List<GenerationRequest> requests() {
    GenerationRequest plain = request(1, 70, 24, SamplingParameters.greedy());
    SamplingParameters penalised =
        SamplingParameters.fromRequest(
            (Json.Obj)
                Json.parse(
                    "{\"temperature\":0.9,\"frequency_penalty\":0.7,\"presence_penalty\":0.4,\"top_p\":0.9}"),
            99);
    Grammar json = Grammar.ofJsonObject();
    return List.of(
        plain,
        request(2, 1, 20, SamplingParameters.defaults(5)),
        request(3, 33, 24, penalised),
        new GenerationRequest(
            plain.prompt(), 16, SamplingParameters.defaults(3), 1, List.of(), null, true, 3),
        new GenerationRequest(
            plain.prompt(), 24, SamplingParameters.defaults(4), 0, List.of(), json, false, -1),
        new GenerationRequest(
            plain.prompt(),
            24,
            SamplingParameters.defaults(4),
            0,
            List.of("e", "\u00e9"),
            null,
            false,
            -1));
  }

  private List<Answer> alone(Path file, List<GenerationRequest> requests)
      throws InterruptedException {
    List<Answer> answers = new ArrayList<>();
    try (LoadedModel model =
            LoadedModel.open(file, SplitModels.digest(file), new ScalarKernel(), 1);
        Engine engine = new Engine(model, EngineOptions.defaults())) {
      for (Generation generation : engine.submitAll(requests)) {
        answers.add(read(generation));
      }
    }
    return answers;
  }

  private static ModelText text(Path file) {
    try (Gguf gguf = Gguf.open(file)) {
      return ModelText.of(gguf);
    }
  }

  private static Pipeline open(Path file, Machines machines, int layers, int parts)
      throws IOException, InterruptedException {
    return open(file, machines, layers, parts, OPTIONS);
  }

  private static Pipeline open(
      Path file, Machines machines, int layers, int parts, PipelineOptions options)
      throws IOException, InterruptedException {
    return Pipeline.open(
        text(file), machines.model(), LayerRange.split(layers, parts), machines, options);
  }

  private static List<SplitGeneration> submit(Pipeline pipeline, List<GenerationRequest> requests) {
    List<SplitGeneration> all = new ArrayList<>();
    for (GenerationRequest request : requests) {
      all.add(pipeline.submit(request, run(all.size())));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "qwen3", "gemma3"})
  void givesTheEnginesTokensProbabilitiesAndTraceInAnyNumberOfStages(String architecture)
      throws Exception {
    int layers = 6;
    Path file = SplitModels.write(folder, architecture, layers);
    List<GenerationRequest> requests = requests();
    List<Answer> expected = alone(file, requests);
    for (int parts : new int[] {1, 2, 3, 6}) {
      try (Machines machines = new Machines(file);
          Pipeline pipeline = open(file, machines, layers, parts)) {
        List<SplitGeneration> all = submit(pipeline, requests);
        for (int i = 0; i < all.size(); i++) {
          assertThat(read(all.get(i))).as("request %d", i).isEqualTo(expected.get(i));
          SplitEvidence evidence = all.get(i).evidence();
          assertThat(evidence.missing()).isEmpty();
          assertThat(evidence.receipts()).hasSize(parts).allMatch(StageReceipt::signed);
          int positions = requests.get(i).prompt().length + expected.get(i).tokens().size() - 1;
          assertThat(evidence.receipts())
              .allMatch(receipt -> receipt.statement().positions() == positions);
        }
        assertThat(machines.lost).isEmpty();
      }
    }
  }

  @Test
  void stagesThatAreCalledGiveTheSameAnswersAndEvidence() throws Exception {
    Path file = SplitModels.write(folder, "llama", 6);
    List<GenerationRequest> requests = requests();
    List<Answer> expected = alone(file, requests);
    for (Set<Integer> inner :
        List.of(Set.of(0), Set.of(2), Set.of(4), Set.of(0, 4), Set.of(0, 2, 4))) {
      for (int parts : new int[] {1, 3}) {
        try (Machines machines = new Machines(file)) {
          machines.inner.addAll(inner);
          try (Pipeline pipeline = open(file, machines, 6, parts)) {
            // Alone, where a thread of the pipeline computes, and then all together.
            for (int i = 0; i < requests.size(); i++) {
              SplitGeneration one = pipeline.submit(requests.get(i), run(100 + i));
              assertThat(read(one)).as("request %d alone", i).isEqualTo(expected.get(i));
              assertWhole(one.evidence(), parts, requests.get(i), expected.get(i));
            }
            List<SplitGeneration> all = submit(pipeline, requests);
            for (int i = 0; i < all.size(); i++) {
              assertThat(read(all.get(i))).as("request %d", i).isEqualTo(expected.get(i));
              assertWhole(all.get(i).evidence(), parts, requests.get(i), expected.get(i));
            }
          }
          assertThat(machines.lost).isEmpty();
          machines.awaitServed();
        }
      }
    }
  }

  private static void assertWhole(
      SplitEvidence evidence, int parts, GenerationRequest request, Answer answer) {
    assertThat(evidence.missing()).isEmpty();
    int positions = request.prompt().length + answer.tokens().size() - 1;
    assertThat(evidence.receipts())
        .hasSize(parts)
        .allMatch(StageReceipt::signed)
        .allMatch(receipt -> receipt.statement().positions() == positions);
  }

  @Test
  void anAnswerGoesOnWithTheSameBytesWhenACalledStageIsLost() throws Exception {
    Path file = SplitModels.write(folder, "llama", 3);
    List<GenerationRequest> requests = requests();
    List<Answer> expected = alone(file, requests);
    for (int stage = 0; stage < 3; stage++) {
      for (int together : new int[] {1, requests.size()}) {
        try (Machines machines = new Machines(file)) {
          machines.inner.add(stage);
          try (Pipeline pipeline = open(file, machines, 3, 3)) {
            List<SplitGeneration> all = submit(pipeline, requests.subList(0, together));
            for (int i = 0; i < all.size(); i++) {
              if (i == 0) {
                assertThat(all.getFirst().next().toString())
                    .isEqualTo(expected.getFirst().tokens().getFirst());
                machines.inners.getFirst().close();
              }
              List<String> tokens = new ArrayList<>(expected.get(i).tokens());
              if (i == 0) {
                tokens.removeFirst();
              }
              Answer found = read(all.get(i));
              assertThat(found.tokens()).as("request %d", i).isEqualTo(tokens);
              assertThat(found.trace()).isEqualTo(expected.get(i).trace());
            }
            assertThat(read(pipeline.submit(requests.getFirst(), run(99))))
                .isEqualTo(expected.getFirst());
            assertThat(machines.lost.getFirst().why()).startsWith("it left");
          }
          machines.awaitServed();
        }
      }
    }
  }

  /** The answer begins with one row, which a thread of the pipeline would compute at once. */
  @Test
  void whoSubmitsNeverComputes() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    GenerationRequest request = request(2, 1, 400, SamplingParameters.defaults(5));
    try (Machines machines = new Machines(file)) {
      machines.inner.add(0);
      try (Pipeline pipeline = open(file, machines, 2, 1)) {
        SplitGeneration one = pipeline.submit(request, run(1));
        one.cancel();
        assertThat(read(one).end()).isEqualTo("cancelled");
        assertThat(read(pipeline.submit(request, run(2))))
            .isEqualTo(alone(file, List.of(request)).getFirst());
      }
    }
  }

  @Test
  void anAnswerGoesOnWithTheSameBytesWhenAnyStageIsLost() throws Exception {
    Path file = SplitModels.write(folder, "llama", 3);
    List<GenerationRequest> requests = requests();
    List<Answer> expected = alone(file, requests);
    for (int stage = 0; stage < 3; stage++) {
      try (Machines machines = new Machines(file)) {
        // The first and the second machine of this stage break after a while.
        machines.tamper(
            stage,
            nth -> {
              AtomicInteger passed = new AtomicInteger();
              return frame ->
                  nth < 2 && frame instanceof Frame.Done && passed.incrementAndGet() > 30
                      ? leave()
                      : frame;
            });
        try (Pipeline pipeline = open(file, machines, 3, 3)) {
          List<SplitGeneration> all = submit(pipeline, requests);
          for (int i = 0; i < all.size(); i++) {
            assertThat(read(all.get(i))).as("request %d", i).isEqualTo(expected.get(i));
            // A machine may leave between an answer's last token and its statement: that is said.
            SplitEvidence evidence = all.get(i).evidence();
            assertThat(evidence.missing())
                .allMatch(said -> said.contains("left without signing its last steps"));
            assertThat(evidence.receipts().size() + evidence.missing().size())
                .isGreaterThanOrEqualTo(3);
          }
          assertThat(machines.lost).isNotEmpty();
        }
      }
    }
  }

  /** Ends the connection: a frame that only coordinators send. */
  private static Frame leave() {
    return new Frame.Close(0);
  }

  @Test
  void aStageThatStallsIsReplaced() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    List<GenerationRequest> requests = List.of(request(1), request(2));
    List<Answer> expected = alone(file, requests);
    PipelineOptions impatient =
        new PipelineOptions(
            8, 8, 16, 4, 2, Duration.ofMillis(400), Duration.ofSeconds(20), Duration.ofMillis(400));
    try (Machines machines = new Machines(file)) {
      machines.tamper(
          1,
          nth -> {
            AtomicInteger passed = new AtomicInteger();
            return frame ->
                nth == 0 && !(frame instanceof Frame.Ready) && passed.incrementAndGet() > 20
                    ? null
                    : frame;
          });
      try (Pipeline pipeline = open(file, machines, 2, 2, impatient)) {
        List<SplitGeneration> all = submit(pipeline, requests);
        for (int i = 0; i < all.size(); i++) {
          assertThat(read(all.get(i))).isEqualTo(expected.get(i));
        }
        assertThat(machines.lost.getFirst().why()).contains("kept work longer than");
      }
    }
  }

  /**
   * Passes on what a stage sends until so many frames were passed, and then what {@code then} says.
   */
  private static Machines.Tampering after(int frames, Machines.Tampering then) {
    AtomicInteger passed = new AtomicInteger();
    return frame -> passed.incrementAndGet() > frames ? then.pass(frame) : frame;
  }

  private static PipelineOptions listening(Duration silence) {
    return new PipelineOptions(
        8, 8, 16, 4, 2, Duration.ofSeconds(20), silence, Duration.ofSeconds(20));
  }

  @Test
  void aStageThatSaysNothingIsReplacedLongBeforePatienceEnds() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    List<GenerationRequest> requests = List.of(request(1), request(2));
    List<Answer> expected = alone(file, requests);
    try (Machines machines = new Machines(file)) {
      machines.tamper(1, nth -> nth == 0 ? after(20, _ -> null) : frame -> frame);
      try (Pipeline pipeline = open(file, machines, 2, 2, listening(Duration.ofMillis(500)))) {
        List<SplitGeneration> all = submit(pipeline, requests);
        for (int i = 0; i < all.size(); i++) {
          assertThat(read(all.get(i))).isEqualTo(expected.get(i));
        }
        assertThat(machines.lost.getFirst().why()).contains("said nothing for PT0.5S");
      }
    }
  }

  @Test
  void aStageThatOnlySpeaksAndGivesNothingOutIsNotSilent() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    PipelineOptions options =
        new PipelineOptions(
            8, 8, 16, 4, 2, Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(20));
    try (Machines machines = new Machines(file)) {
      machines.tamper(
          1,
          nth ->
              nth == 0
                  ? after(20, frame -> frame instanceof Frame.Alive ? frame : null)
                  : frame -> frame);
      try (Pipeline pipeline = open(file, machines, 2, 2, options)) {
        assertThat(read(submit(pipeline, List.of(request(1))).getFirst()))
            .isEqualTo(alone(file, List.of(request(1))).getFirst());
        assertThat(machines.lost.getFirst().why()).contains("kept work longer than PT2S");
      }
    }
  }

  @Test
  void aSilentStageIsWaitedForWhereNobodyElseCouldTakeItsPlace() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file)) {
      machines.spare = false;
      AtomicInteger held = new AtomicInteger();
      machines.tamper(
          1,
          _ ->
              after(
                  20,
                  frame -> {
                    if (held.getAndIncrement() == 0) {
                      sleep();
                    }
                    return frame;
                  }));
      try (Pipeline pipeline = open(file, machines, 2, 2, listening(Duration.ofMillis(300)))) {
        assertThat(read(submit(pipeline, List.of(request(1))).getFirst()))
            .isEqualTo(alone(file, List.of(request(1))).getFirst());
        assertThat(held).hasPositiveValue();
        assertThat(machines.lost).isEmpty();
      }
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(1200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aStageThatSignsSomethingElseThanItSentIsReplaced() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    List<Answer> expected = alone(file, List.of(request(1)));
    try (Machines machines = new Machines(file)) {
      machines.tamper(
          0,
          nth ->
              frame -> {
                if (nth == 0 && frame instanceof Frame.Done done && done.first() > 50) {
                  ByteBuffer changed =
                      ByteBuffer.allocate(done.payload().remaining())
                          .put(done.payload().duplicate())
                          .flip();
                  changed.put(2, (byte) (changed.get(2) ^ 1));
                  // The answer isn't over before it is seen.
                  return done.first() > 55
                      ? null
                      : new Frame.Done(
                          done.number(), done.first(), done.count(), done.chosen(), changed);
                }
                return frame;
              });
      try (Pipeline pipeline = open(file, machines, 2, 2)) {
        SplitGeneration one = pipeline.submit(request(1), run(1));
        Answer found = read(one);
        one.evidence();
        assertThat(machines.lost.getFirst().why()).contains("signed something else");
        assertThat(found.tokens()).hasSameSizeAs(expected.getFirst().tokens());
      }
    }
  }

  @Test
  void theLastStatementOfAnAnswerCoversThoseThatNeverCame() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    int all = 40 + 30 - 1;
    try (Machines machines = new Machines(file)) {
      for (int layer : List.of(0, 1)) {
        machines.tamper(
            layer,
            _ ->
                frame ->
                    frame instanceof Frame.Statement(int _, StageReceipt receipt)
                            && receipt.statement().positions() < all
                        ? null
                        : frame);
      }
      try (Pipeline pipeline = open(file, machines, 2, 2)) {
        SplitEvidence evidence = pipeline.submit(request(1), run(1)).evidence();
        assertThat(evidence.missing()).isEmpty();
        assertThat(evidence.receipts())
            .hasSize(2)
            .allMatch(StageReceipt::signed)
            .extracting(one -> one.statement().positions())
            .containsOnly(all);
        assertThat(machines.lost).isEmpty();
      }
    }
  }

  @Test
  void aStatementOfAnotherLengthIsRefused() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file)) {
      machines.tamper(
          0,
          nth ->
              frame -> {
                if (nth == 0 && frame instanceof Frame.Done done && done.first() > 55) {
                  return null;
                }
                return nth == 0
                        && frame instanceof Frame.Statement(int number, StageReceipt receipt)
                    ? new Frame.Statement(number, oneFewer(receipt))
                    : frame;
              });
      try (Pipeline pipeline = open(file, machines, 2, 2)) {
        SplitGeneration one = pipeline.submit(request(1), run(1));
        assertThat(read(one)).isEqualTo(alone(file, List.of(request(1))).getFirst());
        SplitEvidence _ = one.evidence();
        assertThat(machines.lost.getFirst().why()).contains("signed something else");
      }
    }
  }

  /** The same rows, and one position fewer. */
  private static StageReceipt oneFewer(StageReceipt receipt) {
    StageStatement s = receipt.statement();
    return new StageReceipt(
        new StageStatement(
            s.run(),
            s.session(),
            s.model(),
            s.arithmetic(),
            s.layers(),
            s.positions() - 1,
            s.choosing(),
            s.asked(),
            s.taken(),
            s.given(),
            s.node()),
        receipt.signature());
  }

  @Test
  void saysSoWhenALostStageHasNoReplacement() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file)) {
      machines.replacements = 0;
      machines.tamper(1, nth -> frame -> frame instanceof Frame.Done ? leave() : frame);
      try (Pipeline pipeline = open(file, machines, 2, 2)) {
        SplitGeneration one = pipeline.submit(request(1), run(1));
        Answer found = read(one);
        assertThat(found.end()).isEqualTo("failed");
        assertThat(found.trace())
            .contains("layers 1-1 of 2 were lost")
            .contains("no machine is left");
        assertThat(one.evidence().receipts()).hasSizeLessThan(2);
        assertThatThrownBy(() -> pipeline.submit(request(2), run(2)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("no replacement");
      }
    }
  }

  @Test
  void aCancelledAnswerEndsAndTheOthersGoOn() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    List<GenerationRequest> requests =
        List.of(request(1, 40, 400, SamplingParameters.defaults(1)), request(2));
    List<Answer> expected = alone(file, requests);
    try (Machines machines = new Machines(file);
        Pipeline pipeline = open(file, machines, 2, 2)) {
      List<SplitGeneration> all = submit(pipeline, requests);
      assertThat(all.getFirst().next()).isInstanceOf(GenerationEvent.Token.class);
      all.getFirst().cancel();
      Answer cancelled = read(all.getFirst());
      assertThat(cancelled.end()).isEqualTo("cancelled");
      assertThat(expected.getFirst().tokens()).containsAll(cancelled.tokens());
      assertThat(read(all.get(1))).isEqualTo(expected.get(1));
      all.getFirst().cancel();
      assertThat(read(pipeline.submit(requests.get(1), run(9)))).isEqualTo(expected.get(1));
      assertThat(machines.lost).isEmpty();
    }
  }

  @Test
  void answersWaitForMemoryAndOneThatIsTooLongFailsAlone() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    List<GenerationRequest> requests =
        List.of(request(1), request(2), request(3, 100, 200, SamplingParameters.greedy()));
    List<Answer> expected = alone(file, requests);
    // Two pages: 128 positions.
    try (Machines machines = new Machines(file, new StageOptions(2 * 64 * (3 * 32 + 8), 64));
        Pipeline pipeline = open(file, machines, 2, 2)) {
      List<SplitGeneration> all = submit(pipeline, requests);
      assertThat(read(all.get(0))).isEqualTo(expected.get(0));
      assertThat(read(all.get(1))).isEqualTo(expected.get(1));
      Answer tooLong = read(all.get(2));
      assertThat(tooLong.end()).isEqualTo("failed");
      assertThat(tooLong.trace()).contains("attention memory").contains("ran out after 128 tokens");
      assertThat(read(pipeline.submit(requests.getFirst(), run(9)))).isEqualTo(expected.getFirst());
    }
  }

  @Test
  void refusesStagesOfAnotherModelOrWithOtherLayers() throws Exception {
    Path file = SplitModels.write(folder, "llama", 4);
    Path other = SplitModels.write(folder, "qwen2", 4);
    try (Machines machines = new Machines(file)) {
      assertThatThrownBy(
              () ->
                  Pipeline.open(
                      text(file),
                      SplitModels.digest(other),
                      LayerRange.split(4, 2),
                      machines,
                      OPTIONS))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no machine is left");
      assertThat(machines.lost.getFirst().why()).contains("this stage is of the model");
    }
    try (Machines machines = new Machines(file)) {
      StageFinder wrong =
          (layers, lost) -> {
            StageFinder.Found found = machines.find(new LayerRange(0, 1, 4), lost);
            if (!lost.isEmpty()) {
              throw new IOException(lost.getLast().why());
            }
            return found;
          };
      assertThatThrownBy(
              () ->
                  Pipeline.open(
                      text(file), machines.model(), LayerRange.split(4, 2), wrong, OPTIONS))
          .hasMessageContaining("this stage has layers 0-0 of 4, not layers 0-1 of 4");
      StageFinder stranger =
          (layers, lost) -> {
            if (!lost.isEmpty()) {
              throw new IOException(lost.getLast().why());
            }
            StageFinder.Found found = machines.find(layers, lost);
            return new StageFinder.Found(found.way(), SigningKey.ofSeed(new byte[32]).nodeId());
          };
      machines.find(LayerRange.split(4, 2).getFirst(), List.of());
      assertThatThrownBy(
              () ->
                  Pipeline.open(
                      text(file), machines.model(), LayerRange.split(4, 2), stranger, OPTIONS))
          .hasMessageContaining("it is did:key:");
    }
    assertThatThrownBy(
            () ->
                Pipeline.open(
                    text(file),
                    SplitModels.digest(file),
                    List.of(new LayerRange(0, 2, 4)),
                    (layers, lost) -> {
                      throw new IOException();
                    },
                    OPTIONS))
        .hasMessageContaining("lacks layers");
  }
}
