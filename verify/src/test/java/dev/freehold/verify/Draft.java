// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.EmbeddingOutcome;
import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.Outcome;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of an answer, before it signs. A test changes one thing; the node then seals it
 * with digests and signature that fit, as a dishonest one would.
 */
final class Draft {
  SigningKey key = Invented.KEY;
  Salts salts = Invented.SALTS;
  Kind kind;
  Digest model;
  Digest tokenizer;
  @Nullable Digest template;
  int arithmetic = 1;
  Json.Obj sampling = Json.object().build();
  String request;
  Json.Arr response = Json.array();
  final List<int[]> prompts = new ArrayList<>();
  final List<int[]> outputs = new ArrayList<>();
  final List<Integer> promptCounts = new ArrayList<>();
  final List<Digest> roots = new ArrayList<>();
  final List<Finish> finishes = new ArrayList<>();

  private Draft(Kind kind, String request, LoadedModel model) {
    this.kind = kind;
    this.request = request;
    this.model = model.digest();
    this.tokenizer = model.tokenizer().digest();
    this.template =
        kind == Kind.CHAT ? model.template().map(ChatTemplate::digest).orElse(null) : null;
  }

  /** Has a request answered; an answer is cancelled after so many tokens, if not negative. */
  static Draft answer(LoadedModel model, Kind kind, String body, int cancelAfter) {
    Draft draft = new Draft(kind, body, model);
    Request request = Request.parse(kind.path(), Json.parse(body));
    Prepared prepared = Prompting.prepare(request, model, 4711);
    try (Engine engine = new Engine(model, new EngineOptions(4, 16, 64 << 20, 16 << 20, 16))) {
      if (request instanceof EmbeddingRequest embedding) {
        List<float[]> vectors = new ArrayList<>();
        for (EmbeddingOutcome outcome : engine.embed(prepared.prompts())) {
          draft.add(outcome.prompt(), new int[0], outcome.traceRoot(), Finish.STOP);
          vectors.add(outcome.vector());
        }
        draft.response = Answers.embeddings(embedding, vectors);
        return draft;
      }
      draft.sampling = prepared.sampling().toJson();
      List<FinishReason> reasons = new ArrayList<>();
      for (Generation generation : engine.submitAll(prepared.generations())) {
        GenerationEvent.Finished finished = finish(generation, cancelAfter);
        Outcome outcome = finished.outcome();
        reasons.add(finished.reason());
        draft.add(
            outcome.prompt(),
            outcome.output(),
            outcome.traceRoot(),
            Finish.parse(finished.reason().word()));
      }
      draft.response = Answers.choices(request, model, draft.outputs, reasons);
      for (int i = 0; i < reasons.size(); i++) {
        Json word = ((Json.Obj) draft.response.items().get(i)).get("finish_reason").orElseThrow();
        draft.finishes.set(i, Finish.parse(((Json.Str) word).value()));
      }
      return draft;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static GenerationEvent.Finished finish(Generation generation, int cancelAfter)
      throws InterruptedException {
    int seen = 0;
    while (true) {
      if (seen == cancelAfter) {
        generation.cancel();
      }
      switch (generation.next()) {
        case GenerationEvent.Token _ -> seen++;
        case GenerationEvent.Finished finished -> {
          return finished;
        }
        case GenerationEvent.Failed(String message) -> throw new AssertionError(message);
      }
    }
  }

  private void add(int[] prompt, int[] output, Digest root, Finish finish) {
    prompts.add(prompt);
    promptCounts.add(prompt.length);
    outputs.add(output);
    roots.add(root);
    finishes.add(finish);
  }

  /** Digests, signature and all. */
  Transcript seal() {
    return new Transcript(receipt(), request, response, outputs, salts);
  }

  private Receipt receipt() {
    List<Statement.Choice> choices = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      choices.add(
          new Statement.Choice(
              promptCounts.get(i),
              outputs.get(i).length,
              salts.ofTokens(outputs.get(i)),
              salts.ofTrace(roots.get(i)),
              finishes.get(i)));
    }
    return Receipt.sign(
        new Statement(
            kind,
            key.nodeId(),
            new Statement.Model(model, "tiny"),
            tokenizer,
            template,
            arithmetic,
            sampling,
            salts.ofRequest(request),
            salts.ofResponse(response),
            choices,
            Timestamp.parse("2026-11-23T22:15:00.000Z"),
            Timestamp.parse("2026-11-23T22:15:01.250Z"),
            new Nonce("202122232425262728292a2b2c2d2e2f")),
        key);
  }
}
