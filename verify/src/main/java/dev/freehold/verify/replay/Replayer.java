// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.BadRequest;
import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.PromptTooLong;
import dev.freehold.engine.generate.Replay;
import dev.freehold.engine.generate.ReplayResult;
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
 * Replays one answer on one model, and compares everything that the receipt says of it. Signature
 * and digests were checked before.
 */
final class Replayer {
  /** A reason to stop: what follows could not be compared any more. */
  private static final class Stop extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ReplayCheck.Result result;

    Stop(ReplayCheck.Result result) {
      super(null, null, false, false);
      this.result = result;
    }
  }

  private final Transcript transcript;
  private final Statement statement;
  private final LoadedModel model;
  private final List<int[]> outputs;
  private final List<String> reasons = new ArrayList<>();

  /** Choices that were cancelled before their first token. */
  private final List<Integer> empty = new ArrayList<>();

  private long positions;
  private long sampled;

  Replayer(Transcript transcript, LoadedModel model) {
    this.transcript = transcript;
    this.statement = transcript.receipt().statement();
    this.model = model;
    this.outputs = transcript.outputs();
  }

  ReplayCheck.Result replay() {
    try {
      requireTokenizerAndTemplate();
      Request request = request();
      Prepared prepared = prepare(request);
      List<int[]> prompts = prompts(request, prepared);
      requireCounts(prompts);
      switch (request) {
        case EmbeddingRequest embedding -> replayEmbeddings(embedding, prompts);
        case ChatRequest _, CompletionRequest _ -> replayChoices(request, prepared);
      }
    } catch (Stop stop) {
      return stop.result;
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

  private void requireTokenizerAndTemplate() throws Stop {
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

  private Request request() throws Stop {
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

  private Prepared prepare(Request request) throws Stop {
    try {
      if (request instanceof EmbeddingRequest) {
        return Prompting.prepare(request, model, 0);
      }
      SamplingParameters claimed = SamplingParameters.fromJson(statement.sampling());
      Prepared prepared = Prompting.prepare(request, model, claimed.seed());
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

  /** A parameter that this program does not know may be known to the node's. */
  private static Stop refused(BadRequest e) {
    boolean unknownHere = e.code().filter("unsupported_parameter"::equals).isPresent();
    String message = "the request cannot be answered by this model: " + e.text();
    return new Stop(
        unknownHere
            ? ReplayCheck.Result.undecidable(message + " A newer version of Freehold may know it.")
            : ReplayCheck.Result.invalid(message));
  }

  private static List<int[]> prompts(Request request, Prepared prepared) {
    return request instanceof EmbeddingRequest
        ? prepared.prompts()
        : prepared.generations().stream().map(GenerationRequest::prompt).toList();
  }

  private void requireCounts(List<int[]> prompts) throws Stop {
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

  private void replayEmbeddings(EmbeddingRequest request, List<int[]> prompts) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      Replay.Vector found = Replay.embed(model, prompts.get(i));
      vectors.add(found.vector());
      compareTrace(i, found.traceRoot());
      positions += prompts.get(i).length;
    }
    compareResponse(Answers.embeddings(request, vectors));
  }

  private void replayChoices(Request request, Prepared prepared) {
    List<FinishReason> finishes = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      FinishReason finish = reason(statement.choices().get(i).finish());
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
    Json.Arr derived = Answers.choices(request, model, outputs, finishes);
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

  private void compareTrace(int choice, Digest root) {
    if (!transcript.salts().ofTrace(root).equals(statement.choices().get(choice).trace())) {
      reasons.add(
          "choice %d: the trace is not the model's, although the tokens are".formatted(choice));
    }
  }

  private void compareResponse(Json.Arr derived) {
    for (int i = 0; i < derived.items().size(); i++) {
      String due = CanonicalJson.text(derived.items().get(i));
      if (!due.equals(CanonicalJson.text(transcript.response().items().get(i)))) {
        reasons.add("choice %d: the response is not what the model's tokens say".formatted(i));
      }
    }
  }

  private static FinishReason reason(Finish finish) {
    return switch (finish) {
      // How an answer words a stop that came with calls of tools.
      case STOP, TOOL_CALLS -> FinishReason.STOP;
      case LENGTH -> FinishReason.LENGTH;
      case CANCELLED -> FinishReason.CANCELLED;
    };
  }
}
