// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.ModelText;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.verify.replay.StageJudge;
import dev.freehold.verify.replay.StageJudge.Finding;
import dev.freehold.verify.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever has the model finds the stage that computed wrongly, and blames nobody else. */
@NullMarked
@Timeout(240)
class JudgeTest {
  private static final int LAYERS = 6;
  private static final SamplingParameters SAMPLING = SamplingParameters.defaults(11);
  private static final Nonce RUN = new Nonce("0123456789abcdef0123456789abcdef");

  @TempDir Path folder;
  private Path file = Path.of("");
  private Digest model = Digest.sha256();

  /** An answer and what was signed of it. */
  private record Case(StageJudge.Sequence sequence, List<StageReceipt> receipts) {
    StageReceipt of(int firstLayer) {
      return receipts.stream()
          .filter(receipt -> receipt.statement().layers().first() == firstLayer)
          .findFirst()
          .orElseThrow();
    }
  }

  @BeforeEach
  void writeTheModel() {
    file = SplitModels.write(folder, "qwen3", LAYERS);
    model = SplitModels.digest(file);
  }

  private GenerationRequest request(int logprobs) {
    int[] prompt = new Random(3).ints(50, 0, 256).toArray();
    return new GenerationRequest(prompt, 20, SAMPLING, 0, List.of(), null, true, logprobs);
  }

  private Case run(Machines machines, int logprobs) throws Exception {
    ModelText text;
    try (Gguf gguf = Gguf.open(file)) {
      text = ModelText.of(gguf);
    }
    PipelineOptions options =
        new PipelineOptions(
            4, 4, 16, 4, 1, Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));
    try (machines;
        Pipeline pipeline =
            Pipeline.open(text, model, LayerRange.split(LAYERS, 3), machines, options)) {
      SplitGeneration generation = pipeline.submit(request(logprobs), RUN);
      while (true) {
        switch (generation.next()) {
          case GenerationEvent.Token _ -> {}
          case GenerationEvent.Finished(var reason, var outcome) -> {
            int[] tokens = Arrays.copyOf(outcome.prompt(), 50 + outcome.output().length);
            System.arraycopy(outcome.output(), 0, tokens, 50, outcome.output().length);
            return new Case(
                new StageJudge.Sequence(tokens, 50, SAMPLING, 0), generation.evidence().receipts());
          }
          case GenerationEvent.Failed(String message) -> throw new IOException(message);
        }
      }
    }
  }

  private List<Verdict> judge(StageJudge.Sequence sequence, List<StageReceipt> receipts) {
    try (Gguf gguf = Gguf.open(file)) {
      return StageJudge.judge(gguf, model, sequence, receipts, new ScalarKernel(), 1).stream()
          .map(Finding::verdict)
          .toList();
    }
  }

  private Verdict judge(Case found, StageReceipt receipt) {
    return judge(found.sequence(), List.of(receipt)).getFirst();
  }

  private static SigningKey key(int firstLayer) {
    byte[] seed = new byte[32];
    seed[0] = (byte) firstLayer;
    return SigningKey.ofSeed(seed);
  }

  /** The statement with something changed, signed again by the same node. */
  private static StageReceipt resigned(
      StageReceipt receipt, int positions, OptionalInt choosing, Digest taken, Digest given) {
    StageStatement s = receipt.statement();
    return StageReceipt.sign(
        new StageStatement(
            s.run(),
            s.session(),
            s.model(),
            s.arithmetic(),
            s.layers(),
            positions,
            choosing,
            s.asked(),
            taken,
            given,
            s.node()),
        key(s.layers().first()));
  }

  /** A copy of the model's file with one bit of one weight of a layer changed. */
  private Path withOneBitFlipped(int layer) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try (Gguf gguf = Gguf.open(file)) {
      TensorInfo tensor = gguf.tensor("blk." + layer + ".ffn_down.weight").orElseThrow();
      // Within a block's quantised weights, after its scale.
      bytes[(int) tensor.offset() + 5] ^= 0x40;
    }
    return Files.write(folder.resolve("flipped.gguf"), bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void honestStagesAreFoundToBeSo(int logprobs) throws Exception {
    Case found = run(new Machines(file), logprobs);
    assertThat(judge(found.sequence(), found.receipts()))
        .hasSize(3)
        .allMatch(Verdict.Valid.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void aStageThatFlipsOneBitIsNamedAndNobodyElse(int liar) throws Exception {
    Machines machines = new Machines(file);
    machines.deceive(liar, withOneBitFlipped(liar + 1));
    Case found = run(machines, -1);
    List<Verdict> verdicts = judge(found.sequence(), found.receipts());
    for (int i = 0; i < 3; i++) {
      if (2 * i < liar) {
        assertThat(verdicts.get(i)).isInstanceOf(Verdict.Valid.class);
      } else if (2 * i == liar) {
        assertThat(verdicts.get(i)).isInstanceOf(Verdict.Invalid.class);
        assertThat(verdicts.get(i).toString())
            .contains(key(liar).nodeId() + " computed layers " + liar + "-" + (liar + 1))
            .contains("wrongly");
      } else {
        assertThat(verdicts.get(i)).isInstanceOf(Verdict.Undecidable.class);
        assertThat(verdicts.get(i).toString())
            .contains("is not the model's: it is what " + key(2 * i - 2).nodeId() + " gave");
      }
    }
  }

  @Test
  void aLastStageThatChoosesAnotherTokenIsNamed() throws Exception {
    Case found = run(new Machines(file), -1);
    StageStatement honest = found.of(4).statement();
    int[] tokens = found.sequence().tokens();
    tokens[60] = (tokens[60] + 1) % 256;
    // Up to the position before the changed token, all that is different is that token.
    Case other = new Case(new StageJudge.Sequence(tokens, 50, SAMPLING, 0), List.of());
    assertThat(judge(other, found.of(4))).isInstanceOf(Verdict.Undecidable.class);
    StageReceipt lie =
        resigned(
            found.of(4),
            honest.positions(),
            honest.choosing(),
            honest.taken(),
            Digest.sha256("rows with another token"));
    assertThat(judge(found, lie).toString()).contains("computed layers 4-5 of 6 wrongly");
  }

  @Test
  void twoStatementsOfOneStepAreProofWithoutTheModel() throws Exception {
    Case found = run(new Machines(file), -1);
    StageReceipt honest = found.of(2);
    StageStatement said = honest.statement();
    StageReceipt second =
        resigned(honest, said.positions(), said.choosing(), said.taken(), Digest.sha256("else"));
    for (Verdict verdict : judge(found.sequence(), List.of(honest, second))) {
      assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
      assertThat(verdict.toString()).contains("contradicts itself");
    }
    StageReceipt forged = new StageReceipt(second.statement(), honest.signature());
    assertThat(judge(found.sequence(), List.of(honest, forged)).getFirst())
        .isInstanceOf(Verdict.Valid.class);
  }

  @Test
  void whatCannotBeComparedIsHeldAgainstNobody() throws Exception {
    Case found = run(new Machines(file), -1);
    StageReceipt middle = found.of(2);
    StageReceipt last = found.of(4);
    StageStatement said = middle.statement();
    List<Verdict> verdicts = new ArrayList<>();
    // Forged.
    verdicts.add(judge(found, new StageReceipt(said, last.signature())));
    // More positions than the sequence has.
    verdicts.add(
        judge(found, resigned(middle, 71, said.choosing(), said.taken(), Digest.sha256("x"))));
    // Rows that nobody gave it.
    verdicts.add(
        judge(
            found,
            resigned(middle, said.positions(), said.choosing(), Digest.sha256("x"), said.given())));
    // Tokens that it wasn't given.
    StageStatement begun = found.of(0).statement();
    verdicts.add(
        judge(
            found,
            resigned(
                found.of(0),
                begun.positions(),
                begun.choosing(),
                Digest.sha256("x"),
                begun.given())));
    // A choice in the middle of the prompt.
    verdicts.add(
        judge(
            found,
            resigned(
                last,
                last.statement().positions(),
                OptionalInt.of(3),
                last.statement().taken(),
                Digest.sha256("x"))));
    // Other parameters.
    StageJudge.Sequence hotter =
        new StageJudge.Sequence(found.sequence().tokens(), 50, SamplingParameters.defaults(12), 0);
    verdicts.add(judge(hotter, List.of(last)).getFirst());
    // Another model.
    try (Gguf gguf = Gguf.open(file)) {
      verdicts.add(
          StageJudge.judge(
                  gguf,
                  Digest.sha256("other"),
                  found.sequence(),
                  List.of(middle),
                  new ScalarKernel(),
                  1)
              .getFirst()
              .verdict());
    }
    assertThat(verdicts).hasSize(7).allMatch(Verdict.Undecidable.class::isInstance);
    assertThat(verdicts.get(0).toString()).contains("the signature is not that of");
    assertThat(verdicts.get(1).toString()).contains("71 positions, the sequence has 70 tokens");
    assertThat(verdicts.get(2).toString()).contains("nobody signed to have given it");
    assertThat(verdicts.get(3).toString()).contains("other tokens than these");
    assertThat(verdicts.get(4).toString()).contains("within the prompt");
    assertThat(verdicts.get(5).toString()).contains("other parameters");
    assertThat(verdicts.get(6).toString()).contains("it is of the model");
  }
}
