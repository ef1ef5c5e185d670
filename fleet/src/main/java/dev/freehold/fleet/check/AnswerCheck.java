// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.Decoding;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks all of an answer that can be checked without its model. */
public final class AnswerCheck {
  /** No model's context is shorter: below it, nothing but the request's limit ends an answer. */
  private static final int LEAST_CONTEXT = 512;

  private final JobOrder order;
  private final Request request;

  /**
   * Checks answers to an order.
   *
   * @param request what the order's body says
   */
  public AnswerCheck(JobOrder order, Request request) {
    this.order = order;
    this.request = request;
  }

  /** How many choices (or vectors) the request asks for. */
  public int choices() {
    return switch (request) {
      case ChatRequest chat -> chat.decoding().n();
      case CompletionRequest completion -> completion.decoding().n() * completion.prompts().size();
      case EmbeddingRequest embedding -> embedding.input().size();
    };
  }

  /** Tokens of the prompts, each counted once however many choices share it. */
  public int promptTokens(Statement statement) {
    int each =
        switch (request) {
          case ChatRequest chat -> chat.decoding().n();
          case CompletionRequest completion -> completion.decoding().n();
          case EmbeddingRequest _ -> 1;
        };
    // A statement that was not checked yet may say anything.
    long tokens = 0;
    for (int i = 0; i < statement.choices().size(); i += each) {
      tokens += statement.choices().get(i).prompt();
    }
    return (int) Math.min(Integer.MAX_VALUE, tokens);
  }

  /**
   * What doesn't hold; empty where all does.
   *
   * @param runner to whom the job was sealed
   * @param chunks all chunks that it gave, but those of {@code result}
   */
  public List<String> reasons(NodeId runner, JobResult result, List<Json.Obj> chunks) {
    Transcript transcript = result.transcript();
    Statement statement = transcript.receipt().statement();
    List<String> reasons = new ArrayList<>();
    if (!statement.node().equals(runner)) {
      reasons.add("the receipt is of another node: " + statement.node());
    }
    if (!transcript.receipt().signed()) {
      reasons.add("the receipt's signature is not that of its node");
    }
    if (!statement.model().digest().equals(order.model())) {
      reasons.add("the receipt is of another model: " + statement.model().digest());
    }
    if (statement.kind() != order.kind()) {
      reasons.add("the receipt is of another kind: " + statement.kind().text());
    }
    if (!statement.nonce().equals(order.nonce())) {
      reasons.add("the receipt carries another nonce: it was made for another request");
    }
    opened(transcript, reasons);
    counts(statement, result, reasons);
    sampling(statement, reasons);
    if (reasons.isEmpty()) {
      response(result, chunks).ifPresent(reasons::add);
    }
    return reasons;
  }

  private void opened(Transcript transcript, List<String> reasons) {
    Statement statement = transcript.receipt().statement();
    Salts salts = transcript.salts();
    if (!transcript.request().equals(order.body())
        || !salts.ofRequest(order.body()).equals(statement.request())) {
      reasons.add("the receipt commits to another request");
    }
    if (!salts.ofResponse(transcript.response()).equals(statement.response())) {
      reasons.add("the receipt commits to another response");
    }
    List<int[]> outputs = transcript.outputs();
    for (int i = 0; i < outputs.size(); i++) {
      Statement.Choice choice = statement.choices().get(i);
      if (outputs.get(i).length != choice.output()) {
        reasons.add(
            "choice %d: the receipt counts %d tokens, there are %d"
                .formatted(i, choice.output(), outputs.get(i).length));
      } else if (!salts.ofTokens(outputs.get(i)).equals(choice.tokens())) {
        reasons.add("choice %d: the receipt commits to other tokens".formatted(i));
      }
    }
  }

  private void counts(Statement statement, JobResult result, List<String> reasons) {
    int due = choices();
    if (statement.choices().size() != due) {
      reasons.add(
          "the request asks for %d choices, the receipt has %d"
              .formatted(due, statement.choices().size()));
      return;
    }
    Optional<Decoding> decoding = decoding();
    for (int i = 0; i < due; i++) {
      Statement.Choice choice = statement.choices().get(i);
      if (choice.finish() == Finish.CANCELLED) {
        reasons.add("choice %d was cancelled, and nobody cancelled it".formatted(i));
      }
      if (decoding.isPresent() && decoding.get().maxTokens().isPresent()) {
        int most = decoding.get().maxTokens().getAsInt();
        if (choice.output() > most) {
          reasons.add(
              "choice %d has %d tokens, at most %d were asked for"
                  .formatted(i, choice.output(), most));
        } else if (choice.finish() == Finish.LENGTH
            && choice.output() < most
            && (long) choice.prompt() + choice.output() < LEAST_CONTEXT) {
          reasons.add(
              "choice %d is said to have reached its limit with %d tokens, which is %d"
                  .formatted(i, choice.output(), most));
        }
      }
    }
    if (result.cached() > promptTokens(statement)) {
      reasons.add("more of the prompt is said to have been computed before than it has");
    }
  }

  private Optional<Decoding> decoding() {
    return switch (request) {
      case ChatRequest chat -> Optional.of(chat.decoding());
      case CompletionRequest completion -> Optional.of(completion.decoding());
      case EmbeddingRequest _ -> Optional.empty();
    };
  }

  private void sampling(Statement statement, List<String> reasons) {
    Json.Obj due =
        decoding()
            .map(decoding -> decoding.sampling(order.seed()).toJson())
            .orElse(Json.object().build());
    if (!CanonicalJson.text(due).equals(CanonicalJson.text(statement.sampling()))) {
      reasons.add("the receipt is of other sampling parameters, or of another seed");
    }
  }

  private Optional<String> response(JobResult result, List<Json.Obj> chunks) {
    Json.Arr response = result.transcript().response();
    if (response.items().size() != choices()) {
      return Optional.of(
          "the request asks for %d choices, the response has %d"
              .formatted(choices(), response.items().size()));
    }
    List<Json> bare = new ArrayList<>();
    boolean embedding = request instanceof EmbeddingRequest;
    for (Json.Obj choice : result.choices()) {
      bare.add(embedding ? choice : choice.without("logprobs"));
    }
    if (!CanonicalJson.text(Json.array(bare)).equals(CanonicalJson.text(response))) {
      return Optional.of("the choices are not those of the response that was signed");
    }
    if (embedding) {
      return chunks.isEmpty() && result.last().isEmpty()
          ? Optional.empty()
          : Optional.of("an embedding has no chunks");
    }
    Gathered gathered = new Gathered();
    chunks.forEach(gathered::add);
    result.last().forEach(gathered::add);
    return gathered.difference(response);
  }
}
