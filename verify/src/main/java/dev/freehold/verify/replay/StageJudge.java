// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Says which stage of a model that ran on several machines computed wrongly: computes the sequence
 * again, part by part, and compares what passes each boundary with what the stages signed
 * (docs/formats/stage.md, "What a judge can say"). It needs the memory of one part at a time.
 */
public final class StageJudge {
  /**
   * A sequence that stages worked on.
   *
   * @param tokens prompt and answer
   * @param promptLength how many of them are the prompt
   * @param sampling the answer's parameters, as its receipt has them
   * @param choice which of its request's answers it was
   */
  @SuppressWarnings("ArrayRecordComponent") // Copied in and out.
  public record Sequence(int[] tokens, int promptLength, SamplingParameters sampling, int choice) {
    /** Copies the tokens. */
    public Sequence {
      if (promptLength < 1 || promptLength > tokens.length || choice < 0) {
        throw new IllegalArgumentException(
            "a prompt of %d among %d tokens, choice %d"
                .formatted(promptLength, tokens.length, choice));
      }
      tokens = tokens.clone();
    }

    /** A copy. */
    @Override
    public int[] tokens() {
      return tokens.clone();
    }

    /** What the last layers were asked, if a choice was first given at that position. */
    Digest asked(int choosing) {
      return new Asking.Tokens(
              choice, promptLength, Arrays.copyOf(tokens, choosing + 1), sampling.toJson())
          .digest();
    }
  }

  /**
   * What there is to say of one statement: Invalid names a stage that computed wrongly or
   * contradicts itself; Undecidable is held against nobody.
   */
  public record Finding(StageReceipt receipt, Verdict verdict) {}

  private static final Digest LOGITS = new Asking.Logits().digest();

  private final Sequence sequence;
  private final Digest model;
  private final int layers;
  private final List<StageReceipt> receipts;

  private StageJudge(Sequence sequence, Digest model, int layers, List<StageReceipt> receipts) {
    this.sequence = sequence;
    this.model = model;
    this.layers = layers;
    this.receipts = receipts;
  }

  /**
   * Judges statements about one sequence.
   *
   * @param file the model, open
   * @param model the file's SHA-256, which the caller has checked
   * @param threads of arithmetic
   * @return a finding for each statement, in the given order
   */
  public static List<Finding> judge(
      Gguf file,
      Digest model,
      Sequence sequence,
      List<StageReceipt> receipts,
      Kernel kernel,
      int threads) {
    int layers = Configuration.of(file.metadata()).layers();
    StageJudge judge = new StageJudge(sequence, model, layers, List.copyOf(receipts));
    List<StageStatement> relevant = new ArrayList<>();
    for (StageReceipt receipt : receipts) {
      if (judge.reasonToIgnore(receipt).isEmpty()) {
        relevant.add(receipt.statement());
      }
    }
    StageReplay truth = StageReplay.of(file, sequence, relevant, kernel, threads);
    return receipts.stream()
        .map(receipt -> new Finding(receipt, judge.of(receipt, truth)))
        .toList();
  }

  /** Why a statement can't be compared with anything, if so. */
  private Optional<String> reasonToIgnore(StageReceipt receipt) {
    StageStatement statement = receipt.statement();
    if (!receipt.signed()) {
      return Optional.of("the signature is not that of " + statement.node());
    }
    if (!statement.model().equals(model) || statement.layers().total() != layers) {
      return Optional.of(
          "it is of the model %s, the one here is %s".formatted(statement.model(), model));
    }
    if (statement.arithmetic() != Kernel.ARITHMETIC_VERSION) {
      return Optional.of(
          "it is of arithmetic version %d, this program knows version %d"
              .formatted(statement.arithmetic(), Kernel.ARITHMETIC_VERSION));
    }
    if (statement.positions() > sequence.tokens.length) {
      return Optional.of(
          "it is of %d positions, the sequence has %d tokens"
              .formatted(statement.positions(), sequence.tokens.length));
    }
    if (statement.choosing().orElse(sequence.promptLength) < sequence.promptLength - 1) {
      return Optional.of("it chose within the prompt");
    }
    if (statement.choosing().isPresent()
        && !statement.asked().equals(LOGITS)
        && !statement.asked().equals(sequence.asked(statement.choosing().getAsInt()))) {
      return Optional.of("it chose under other parameters, or after other tokens, than these");
    }
    return Optional.empty();
  }

  private Verdict of(StageReceipt receipt, StageReplay truth) {
    StageStatement statement = receipt.statement();
    if (receipt.signed()) {
      for (StageReceipt other : receipts) {
        if (other.contradicts(receipt) && other.signed()) {
          return Verdict.invalid(
              "%s contradicts itself: it signed two things of %s after %d positions of run %s"
                  .formatted(
                      statement.node(),
                      statement.layers(),
                      statement.positions(),
                      statement.run().hex()));
        }
      }
    }
    Optional<String> why = reasonToIgnore(receipt);
    if (why.isPresent()) {
      return new Verdict.Undecidable(why.get() + ": nothing can be held against anybody");
    }
    if (!statement.taken().equals(truth.taken(statement))) {
      return new Verdict.Undecidable(blameless(statement));
    }
    if (!statement.given().equals(truth.given(statement))) {
      return Verdict.invalid(
          "%s computed %s wrongly: it took in what the model has there, and gave out something else, within the first %d positions"
              .formatted(statement.node(), statement.layers(), statement.positions()));
    }
    return new Verdict.Valid();
  }

  /** Why a stage that was given wrong rows is not to blame, and who may be. */
  private String blameless(StageStatement statement) {
    String start = "what %s took in is not the model's".formatted(statement.node());
    if (statement.layers().first() == 0) {
      return start + ": it was given other tokens than these, or didn't sign what it was given";
    }
    for (StageReceipt other : receipts) {
      StageStatement before = other.statement();
      if (before.run().equals(statement.run())
          && before.layers().end() == statement.layers().first()
          && before.positions() == statement.positions()
          && before.given().equals(statement.taken())
          && other.signed()) {
        return start + ": it is what %s gave; look there".formatted(before.node());
      }
    }
    return start
        + ", and nobody signed to have given it: it was changed on the way, or not signed as it came";
  }
}
