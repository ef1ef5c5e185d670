// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.Replay;
import dev.freehold.engine.generate.ReplayResult;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.Digest;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Replays one answer on one model, and compares everything that the receipt says of it. Signature
 * and digests were checked before.
 */
final class Replayer {
  private final Transcript transcript;
  private final Statement statement;
  private final LoadedModel model;
  private final List<int[]> outputs;
  private final Derivation derivation;
  private final List<String> reasons;

  /** Choices that were cancelled before their first token. */
  private final List<Integer> empty = new ArrayList<>();

  private long positions;
  private long sampled;

  Replayer(Transcript transcript, LoadedModel model) {
    this.transcript = transcript;
    this.statement = transcript.receipt().statement();
    this.model = model;
    this.outputs = transcript.outputs();
    this.derivation = new Derivation(transcript, model);
    this.reasons = derivation.reasons();
  }

  ReplayCheck.Result replay() {
    try {
      derivation.requireTokenizerAndTemplate();
      Request request = derivation.request();
      Prepared prepared = derivation.prepare(request);
      List<int[]> prompts = Derivation.prompts(request, prepared);
      derivation.requireCounts(prompts);
      switch (request) {
        case EmbeddingRequest embedding -> replayEmbeddings(embedding, prompts);
        case ChatRequest _, CompletionRequest _ -> replayChoices(request, prepared);
      }
    } catch (Derivation.Stop stop) {
      return stop.result();
    } catch (RuntimeException e) {
      // A broken replay says nothing of the evidence; what was found before it still counts.
      if (!reasons.isEmpty()) {
        return new ReplayCheck.Result(new Verdict.Invalid(reasons), "");
      }
      return ReplayCheck.Result.undecidable("the replay broke off: " + ReplayCheck.why(e));
    }
    if (!reasons.isEmpty()) {
      return new ReplayCheck.Result(new Verdict.Invalid(reasons), "");
    }
    if (!empty.isEmpty()) {
      return ReplayCheck.Result.undecidable(
          "choice %d was cancelled before its first token: there is nothing to replay"
              .formatted(empty.getFirst()));
    }
    return new ReplayCheck.Result(
        new Verdict.Valid(),
        "%d positions recomputed, %d tokens sampled again: tokens, trace and response come out the same (arithmetic %d, kernel %s)"
            .formatted(
                positions, sampled, statement.arithmetic(), model.transformer().kernel().name()));
  }

  private void replayEmbeddings(EmbeddingRequest request, List<int[]> prompts) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      Replay.Vector found = Replay.embed(model, prompts.get(i));
      vectors.add(found.vector());
      compareTrace(i, found.traceRoot());
      positions += prompts.get(i).length;
    }
    derivation.compareResponse(Answers.embeddings(request, vectors));
  }

  private void replayChoices(Request request, Prepared prepared) {
    List<FinishReason> finishes = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      FinishReason finish = Derivation.reason(statement.choices().get(i).finish());
      finishes.add(finish);
      int[] output = outputs.get(i);
      if (output.length == 0 && finish == FinishReason.CANCELLED) {
        empty.add(i);
        continue;
      }
      GenerationRequest generation = prepared.generations().get(i);
      switch (Replay.replay(model, generation, output, finish)) {
        case ReplayResult.Matches(Digest root) -> {
          compareTrace(i, root);
          positions += generation.prompt().length + output.length;
          sampled += output.length;
        }
        case ReplayResult.Differs(int position, int expected, int found) ->
            reasons.add(
                "choice %d: output token %d is %d, the model gives %d"
                    .formatted(i, position, expected, found));
        case ReplayResult.EndsDifferently(int position, String why) ->
            reasons.add("choice %d, output token %d: %s".formatted(i, position, why));
      }
    }
    if (!reasons.isEmpty()) {
      // Tokens that are not the model's make no response worth comparing.
      return;
    }
    derivation.compareChoices(request, finishes);
  }

  private void compareTrace(int choice, Digest root) {
    if (!transcript.salts().ofTrace(root).equals(statement.choices().get(choice).trace())) {
      reasons.add(
          "choice %d: the trace is not the model's, although the tokens are".formatted(choice));
    }
  }
}
