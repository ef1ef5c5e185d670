// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.Replay;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.Kernel;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks all of an answer that its model's template and tokenizer decide, without the weights: the
 * prompt's tokens, that the answer's tokens end where and why they are said to, and that they make
 * exactly the response. That they are the tokens which the model would have chosen only {@link
 * ReplayCheck} shows. Signature and digests were checked before.
 */
public final class CountCheck {
  /** So many more tokens than its text takes leave no doubt of an answer. */
  private static final int FEW = 16;

  /** One in so many more leaves none, either. */
  private static final int SHARE = 8;

  /**
   * What came of it.
   *
   * @param verdict Valid, Invalid, or why nothing can be said
   * @param doubtful whether the answer has far more tokens than the tokenizer makes of its text:
   *     the model may have chosen them, or a node that is paid by the token
   */
  public record Counted(Verdict verdict, boolean doubtful) {}

  private CountCheck() {}

  /**
   * Checks an answer.
   *
   * @param model open; it may be without weights
   */
  public static Counted check(Transcript transcript, LoadedModel model) {
    Derivation derivation = new Derivation(transcript, model);
    return counted(
        transcript,
        model,
        derivation,
        () -> {
          Request request = derivation.request();
          return new Asked(request, derivation.prepare(request));
        });
  }

  /**
   * Checks an answer to a request that was prepared already.
   *
   * @param request what the transcript's request says
   * @param prepared {@code request}, with the seed of the order, for {@code model}
   */
  public static Counted check(
      Transcript transcript, LoadedModel model, Request request, Prepared prepared) {
    Derivation derivation = new Derivation(transcript, model);
    return counted(
        transcript,
        model,
        derivation,
        () -> {
          if (!(request instanceof EmbeddingRequest)) {
            derivation.requireSampling(prepared);
          }
          return new Asked(request, prepared);
        });
  }

  private record Asked(Request request, Prepared prepared) {}

  private interface Asking {
    Asked asked() throws Derivation.Stop;
  }

  private static Counted counted(
      Transcript transcript, LoadedModel model, Derivation derivation, Asking asking) {
    int version = transcript.receipt().statement().arithmetic();
    if (version != Kernel.ARITHMETIC_VERSION) {
      return undecidable(
          "the receipt is of arithmetic version %d, this program knows version %d"
              .formatted(version, Kernel.ARITHMETIC_VERSION));
    }
    List<String> reasons = derivation.reasons();
    try {
      derivation.requireTokenizerAndTemplate();
      Asked asked = asking.asked();
      derivation.requireCounts(Derivation.prompts(asked.request(), asked.prepared()));
      if (!(asked.request() instanceof EmbeddingRequest)) {
        choices(transcript, model, derivation, asked);
      }
      if (reasons.isEmpty()) {
        return new Counted(new Verdict.Valid(), doubtful(transcript, model));
      }
    } catch (Derivation.Stop stop) {
      return new Counted(stop.result().verdict(), false);
    } catch (RuntimeException e) {
      // A check that breaks says nothing of the evidence; what was found before it still counts.
      if (reasons.isEmpty()) {
        return undecidable("the count broke off: " + ReplayCheck.why(e));
      }
    }
    return new Counted(new Verdict.Invalid(reasons), false);
  }

  private static Counted undecidable(String why) {
    return new Counted(new Verdict.Undecidable(why), false);
  }

  private static void choices(
      Transcript transcript, LoadedModel model, Derivation derivation, Asked asked) {
    List<Statement.Choice> choices = transcript.receipt().statement().choices();
    List<int[]> outputs = transcript.outputs();
    List<FinishReason> finishes = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      int choice = i;
      int[] output = outputs.get(i);
      FinishReason finish = Derivation.reason(choices.get(i).finish());
      finishes.add(finish);
      if (output.length != choices.get(i).output()) {
        derivation
            .reasons()
            .add(
                "choice %d: the receipt counts %d tokens, there are %d"
                    .formatted(i, choices.get(i).output(), output.length));
      }
      if (output.length > 0 || finish != FinishReason.CANCELLED) {
        Replay.follow(model.text(), asked.prepared().generations().get(i), output, finish)
            .ifPresent(
                differs ->
                    derivation
                        .reasons()
                        .add(
                            "choice %d, output token %d of %d: %s"
                                .formatted(
                                    choice, differs.position(), output.length, differs.why())));
      }
    }
    if (derivation.reasons().isEmpty()) {
      derivation.compareChoices(asked.request(), finishes);
    }
  }

  private static boolean doubtful(Transcript transcript, LoadedModel model) {
    for (int[] output : transcript.outputs()) {
      int least =
          output.length <= FEW ? 0 : model.tokenizer().encode(model.text().textOf(output)).length;
      if (output.length > least + least / SHARE + FEW) {
        return true;
      }
    }
    return false;
  }
}
