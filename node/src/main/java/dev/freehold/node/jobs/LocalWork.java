// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.node.serve.Answer;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Answering;
import dev.freehold.node.serve.Asked;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Answers orders exactly as this node's own API answers their bodies, with its signed receipt. */
public final class LocalWork implements JobWork {
  /** How long an order waits for its model to be loaded. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Models models;
  private final Answerer answerer;
  private final InstantSource clock;
  private final Function<RuntimeException, JobError> errors;

  /**
   * Answers with {@code models}.
   *
   * @param errors what a failure is to the machine that asked
   */
  public LocalWork(
      Models models,
      Answerer answerer,
      InstantSource clock,
      Function<RuntimeException, JobError> errors) {
    this.models = models;
    this.answerer = answerer;
    this.clock = clock;
    this.errors = errors;
  }

  @Override
  public void run(JobOrder order, Sink sink) throws IOException, InterruptedException {
    Timestamp received = new Timestamp(clock.instant());
    Optional<ServedModel> model = models.find(order.model().toString());
    if (model.isEmpty()) {
      sink.failed(
          new JobError(
              404,
              "this machine does not serve the model " + order.model(),
              "invalid_request_error",
              "model",
              "model_not_found",
              0));
      return;
    }
    try {
      Request request = Request.parse(order.kind().path(), Json.parse(order.body()));
      Serving serving = models.await(model.get(), PATIENCE);
      Asked asked = new Asked(request, order.body(), order.nonce(), received);
      Answer answer =
          request instanceof EmbeddingRequest embedding
              ? embed(serving, asked, embedding, sink)
              : generate(serving, asked, order.seed(), sink);
      if (answer.cut()) {
        sink.failed(
            new JobError(503, "the node is stopping", "server_error", null, "node_stopping", 5));
        return;
      }
      List<Json.Obj> choices = new ArrayList<>();
      for (Json choice : answer.choices()) {
        choices.add((Json.Obj) choice);
      }
      sink.finished(
          new JobResult(answer.transcript(), choices, answer.last(), answer.cachedPromptTokens()));
    } catch (JsonException e) {
      sink.failed(
          new JobError(
              400, "the body is not JSON", "invalid_request_error", null, "invalid_json", 0));
    } catch (RuntimeException e) {
      sink.failed(errors.apply(e));
    }
  }

  private Answer generate(Serving serving, Asked asked, long seed, Sink sink)
      throws IOException, InterruptedException {
    Answering answering = answerer.begin(serving, asked, seed);
    try {
      sink.onGone(answering::cancel);
      sink.accepted();
      return answering.run(new Passing(sink));
    } finally {
      answering.cancel();
    }
  }

  private Answer embed(Serving serving, Asked asked, EmbeddingRequest request, Sink sink)
      throws IOException, InterruptedException {
    Thread worker = Thread.currentThread();
    sink.accepted();
    sink.onGone(worker::interrupt);
    Answer answer = answerer.embed(serving, asked, request);
    sink.counted(answer.promptTokens(), 0);
    return answer;
  }

  /** What is generated, on its way to whoever asked. */
  private record Passing(Sink sink) implements Answering.Listener {
    @Override
    public void chunks(List<Json.Obj> choices) throws IOException {
      for (Json.Obj choice : choices) {
        sink.chunk(choice);
      }
    }

    @Override
    public void computed(int choice, int token) {
      sink.computed(choice, token);
    }

    @Override
    public void counted(int prompt, int output) throws IOException, InterruptedException {
      sink.counted(prompt, output);
    }

    @Override
    public int ahead() {
      return sink.ahead();
    }
  }
}
