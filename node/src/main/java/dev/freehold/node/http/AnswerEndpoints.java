// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.Decoding;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.node.serve.Answer;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Answering;
import dev.freehold.node.serve.Asked;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Chats, completions and embeddings. */
public final class AnswerEndpoints {
  /** The largest request: with its answer it has to fit into a transcript. */
  private static final int BODY_LIMIT = 4 << 20;

  /** How long a request waits for its model to be loaded. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String RECEIPT = "Freehold-Receipt";

  private final Models models;
  private final Answerer answerer;
  private final InstantSource clock;
  private final SecureRandom random;

  /** Answers with {@code models}. */
  public AnswerEndpoints(
      Models models, Answerer answerer, InstantSource clock, SecureRandom random) {
    this.models = models;
    this.answerer = answerer;
    this.clock = clock;
    this.random = random;
  }

  void answer(Exchange exchange, String path) {
    Timestamp received = new Timestamp(clock.instant());
    Nonce nonce = nonce(exchange);
    Exchange.Body body = exchange.body(BODY_LIMIT);
    Request request = Request.parse(path, body.json());
    try {
      Serving serving = serving(request.model());
      Asked asked = new Asked(request, body.text(), nonce, received);
      switch (request) {
        case ChatRequest chat -> generate(exchange, serving, asked, chat.decoding());
        case CompletionRequest completion ->
            generate(exchange, serving, asked, completion.decoding());
        case EmbeddingRequest embedding -> embed(exchange, serving, asked, embedding);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(ApiError.stopping());
    }
  }

  private Nonce nonce(Exchange exchange) {
    Optional<String> given = exchange.header("Freehold-Nonce");
    try {
      return given.map(Nonce::new).orElseGet(() -> Nonce.random(random));
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          ApiError.badRequest(
              "the header Freehold-Nonce takes 32 lower-case hexadecimal digits",
              "Freehold-Nonce",
              "invalid_nonce"));
    }
  }

  private Serving serving(String name) throws InterruptedException {
    ServedModel model =
        models
            .find(name)
            .orElseThrow(() -> new ApiException(InfoEndpoints.noSuchModel(name, models)));
    return models.await(model, PATIENCE);
  }

  private void generate(Exchange exchange, Serving serving, Asked asked, Decoding decoding)
      throws InterruptedException {
    Answering answering = answerer.begin(serving, asked);
    exchange.watch(answering::cancel);
    try {
      Response response = new Response(id(asked), asked, serving.model().name());
      if (decoding.stream()) {
        stream(exchange, answering, response, decoding.includeUsage());
      } else {
        Answer answer = answering.run(_ -> {});
        if (answer.cut()) {
          throw new ApiException(cut(answer));
        }
        exchange.json(200, response.whole(answer), Map.of(RECEIPT, answer.receipt().text()));
      }
    } finally {
      exchange.unwatch();
      answering.cancel();
    }
  }

  private void stream(
      Exchange exchange, Answering answering, Response response, boolean includeUsage)
      throws InterruptedException {
    try (EventStream events = exchange.events()) {
      try {
        Answer answer =
            answering.run(
                choices -> {
                  for (Json.Obj choice : choices) {
                    events.send(response.chunk(List.of(choice), includeUsage).build());
                  }
                });
        if (answer.cut()) {
          events.send(cut(answer).toJson().with("freehold", receipt(answer)));
          return;
        }
        // The receipt stands in the last event: that of usage where it was asked for.
        int left = answer.last().size();
        for (Json.Obj choice : answer.last()) {
          left--;
          Json.Builder chunk = response.chunk(List.of(choice), includeUsage);
          if (left == 0 && !includeUsage) {
            chunk.put("freehold", receipt(answer));
          }
          events.send(chunk.build());
        }
        if (includeUsage) {
          events.send(
              response
                  .chunk(List.of(), false)
                  .put("usage", answer.usage(false))
                  .put("freehold", receipt(answer))
                  .build());
        }
        events.done();
      } catch (RuntimeException e) {
        // The status is sent: the error is the last event, and no [DONE] follows it.
        events.send(Api.error(e).toJson());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Json.Obj receipt(Answer answer) {
    return Json.object().put("receipt", answer.receipt().text()).build();
  }

  private static ApiError cut(Answer answer) {
    return ApiError.stopping().with(RECEIPT, answer.receipt().text());
  }

  private void embed(Exchange exchange, Serving serving, Asked asked, EmbeddingRequest request)
      throws InterruptedException {
    CompletableFuture<Answer> result = new CompletableFuture<>();
    // A thread of its own, since interruption is what ends it early.
    Thread worker =
        Thread.ofVirtual()
            .name("embedding")
            .start(
                () -> {
                  try {
                    result.complete(answerer.embed(serving, asked, request));
                  } catch (InterruptedException | RuntimeException e) {
                    result.completeExceptionally(e);
                  }
                });
    exchange.watch(worker::interrupt);
    try {
      Answer answer = result.get();
      exchange.json(
          200,
          Json.object()
              .put("object", "list")
              .put("data", Json.array(answer.choices()))
              .put("model", serving.model().name())
              .put("usage", answer.usage(true))
              .build(),
          Map.of(RECEIPT, answer.receipt().text()));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new ApiException(ApiError.stopping());
    } finally {
      exchange.unwatch();
    }
  }

  private String id(Asked asked) {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    String prefix = asked.request() instanceof ChatRequest ? "chatcmpl-" : "cmpl-";
    return prefix + HexFormat.of().formatHex(bytes);
  }

  /** What all parts of one response have in common. */
  private record Response(String id, Asked asked, String model) {
    Json.Obj whole(Answer answer) {
      return head(chat() ? "chat.completion" : "text_completion")
          .put("choices", Json.array(answer.choices()))
          .put("usage", answer.usage(false))
          .build();
    }

    /** A chunk; where usage comes at the end, OpenAI's chunks before say {@code null}. */
    Json.Builder chunk(List<Json.Obj> choices, boolean nullUsage) {
      Json.Builder chunk =
          head(chat() ? "chat.completion.chunk" : "text_completion")
              .put("choices", Json.array(choices));
      return nullUsage ? chunk.put("usage", Json.Null.VALUE) : chunk;
    }

    private boolean chat() {
      return asked.request() instanceof ChatRequest;
    }

    private Json.Builder head(String object) {
      return Json.object()
          .put("id", id)
          .put("object", object)
          .put("created", asked.received().instant().getEpochSecond())
          .put("model", model);
    }
  }
}
