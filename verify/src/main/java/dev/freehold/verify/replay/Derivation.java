// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.BadRequest;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.PromptTooLong;
import dev.freehold.engine.sampling.ParameterException;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a transcript's request and tokens make by the text of its model, and where the receipt says
 * otherwise: all that needs no weights, and that replaying and counting have in common.
 */
final class Derivation {
  /** A reason to stop: what follows could not be compared any more. */
  static final class Stop extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ReplayCheck.Result result;

    Stop(ReplayCheck.Result result) {
      super(null, null, false, false);
      this.result = result;
    }

    /** What is to be said. */
    ReplayCheck.Result result() {
      return result;
    }
  }

  private final Transcript transcript;
  private final Statement statement;
  private final LoadedModel model;
  private final List<String> reasons = new ArrayList<>();

  Derivation(Transcript transcript, LoadedModel model) {
    this.transcript = transcript;
    this.statement = transcript.receipt().statement();
    this.model = model;
  }

  /** What doesn't hold so far; whoever finds more adds it. */
  List<String> reasons() {
    return reasons;
  }

  /** Compares what turns text into tokens: what follows means nothing where that differs. */
  void requireTokenizerAndTemplate() throws Stop {
    Digest tokenizer = model.tokenizer().digest();
    if (!tokenizer.equals(statement.tokenizer())) {
      reasons.add(
          "the receipt names the tokenizer %s, the model has %s"
              .formatted(statement.tokenizer(), tokenizer));
    }
    Optional<Digest> template =
        statement.kind() == Kind.CHAT
            ? model.template().map(ChatTemplate::digest)
            : Optional.empty();
    if (!template.equals(statement.template())) {
      reasons.add(
          "the receipt names %s, this answer takes %s"
              .formatted(named(statement.template()), named(template)));
    }
    if (!reasons.isEmpty()) {
      throw new Stop(new ReplayCheck.Result(new Verdict.Invalid(reasons), ""));
    }
  }

  private static String named(Optional<Digest> template) {
    return template.map(digest -> "the chat template " + digest).orElse("no chat template");
  }

  /** The request that was answered. */
  Request request() throws Stop {
    try {
      Request request = Request.parse(statement.kind().path(), Json.parse(transcript.request()));
      if (request.model().startsWith("sha256:")
          && !request.model().equals(statement.model().digest().toString())) {
        throw new Stop(
            ReplayCheck.Result.invalid(
                "the request asks for the model %s, the receipt is of %s"
                    .formatted(request.model(), statement.model().digest())));
      }
      return request;
    } catch (JsonException e) {
      throw new Stop(ReplayCheck.Result.invalid("the request is not JSON: " + ReplayCheck.why(e)));
    } catch (BadRequest e) {
      throw refused(e);
    }
  }

  /** The request in the terms of the model, sampled as the receipt says. */
  Prepared prepare(Request request) throws Stop {
    try {
      if (request instanceof EmbeddingRequest) {
        return Prompting.prepare(request, model, 0);
      }
      SamplingParameters claimed = SamplingParameters.fromJson(statement.sampling());
      Prepared prepared = Prompting.prepare(request, model, claimed.seed());
      requireSampling(prepared);
      return prepared;
    } catch (ParameterException e) {
      throw new Stop(
          ReplayCheck.Result.invalid("the receipt's sampling parameters: " + ReplayCheck.why(e)));
    } catch (PromptTooLong e) {
      throw new Stop(ReplayCheck.Result.invalid("the request: " + ReplayCheck.why(e)));
    } catch (BadRequest e) {
      throw refused(e);
    }
  }

  /** Compares the receipt's parameters with those that the request asks for. */
  void requireSampling(Prepared prepared) throws Stop {
    Json.Obj due = prepared.sampling().toJson();
    for (String name : due.members().keySet()) {
      String found = statement.sampling().get(name).map(CanonicalJson::text).orElse("nothing");
      String expected = due.get(name).map(CanonicalJson::text).orElse("nothing");
      if (!found.equals(expected)) {
        reasons.add(
            "the receipt has %s %s, the request asks for %s".formatted(name, found, expected));
      }
    }
    if (!reasons.isEmpty()) {
      throw new Stop(new ReplayCheck.Result(new Verdict.Invalid(reasons), ""));
    }
  }

  /** A parameter that this program does not know may be known to the node's. */
  private static Stop refused(BadRequest e) {
    boolean unknownHere = e.code().filter("unsupported_parameter"::equals).isPresent();
    String message = "the request cannot be answered by this model: " + e.text();
    return new Stop(
        unknownHere
            ? ReplayCheck.Result.undecidable(message + " A newer version of Freehold may know it.")
            : ReplayCheck.Result.invalid(message));
  }

  /** The prompt of each choice. */
  static List<int[]> prompts(Request request, Prepared prepared) {
    return request instanceof EmbeddingRequest
        ? prepared.prompts()
        : prepared.generations().stream().map(GenerationRequest::prompt).toList();
  }

  /** Compares the counts of the prompts; of each choice one. */
  void requireCounts(List<int[]> prompts) throws Stop {
    List<Statement.Choice> choices = statement.choices();
    if (prompts.size() != choices.size()) {
      throw new Stop(
          ReplayCheck.Result.invalid(
              "the request asks for %d choices, the receipt has %d"
                  .formatted(prompts.size(), choices.size())));
    }
    for (int i = 0; i < choices.size(); i++) {
      int length = prompts.get(i).length;
      if (length != choices.get(i).prompt()) {
        reasons.add(
            "choice %d: the receipt counts %d prompt tokens, the request makes %d"
                .formatted(i, choices.get(i).prompt(), length));
      }
    }
  }

  /** Builds the response again from the tokens, and compares it and how each choice ended. */
  void compareChoices(Request request, List<FinishReason> finishes) {
    Json.Arr derived = Answers.choices(request, model, transcript.outputs(), finishes);
    for (int i = 0; i < finishes.size(); i++) {
      String claimed = statement.choices().get(i).finish().text();
      String due =
          derived.items().get(i) instanceof Json.Obj choice
                  && choice.get("finish_reason").orElse(Json.Null.VALUE) instanceof Json.Str word
              ? word.value()
              : "nothing";
      if (!due.equals(claimed)) {
        reasons.add(
            "choice %d: the receipt says it finished with %s, its tokens say %s"
                .formatted(i, claimed, due));
      }
    }
    compareResponse(derived);
  }

  /** Compares the response with what was built again. */
  void compareResponse(Json.Arr derived) {
    int said = transcript.response().items().size();
    if (said != derived.items().size()) {
      reasons.add(
          "the response has %d choices, the tokens make %d"
              .formatted(said, derived.items().size()));
      return;
    }
    for (int i = 0; i < derived.items().size(); i++) {
      String due = CanonicalJson.text(derived.items().get(i));
      if (!due.equals(CanonicalJson.text(transcript.response().items().get(i)))) {
        reasons.add("choice %d: the response is not what the model's tokens say".formatted(i));
      }
    }
  }

  /** Why an answer ended, in the engine's words. */
  static FinishReason reason(Finish finish) {
    return switch (finish) {
      // How an answer words a stop that came with calls of tools.
      case STOP, TOOL_CALLS -> FinishReason.STOP;
      case LENGTH -> FinishReason.LENGTH;
      case CANCELLED -> FinishReason.CANCELLED;
    };
  }
}
