// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.engine.chat.BadRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.PromptTooLong;
import dev.freehold.engine.generate.QueueFull;
import dev.freehold.fleet.job.JobError;
import dev.freehold.node.console.Console;
import dev.freehold.node.console.ConsoleAnswer;
import dev.freehold.node.console.ConsoleRequest;
import dev.freehold.node.jobs.JobFailed;
import dev.freehold.node.lanes.LaneFailed;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.node.serve.AnswerFailed;
import dev.freehold.node.serve.ModelUnready;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.NotWorking;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Finds the endpoint that a request is for, and puts whatever goes wrong into OpenAI's shape. */
public final class Api {
  private final Gate gate;
  private final WorkGate work;
  private final AnswerEndpoints answers;
  private final InfoEndpoints info;
  private final ReceiptEndpoints receipts;
  private final LogEndpoints evidence;
  private final @Nullable Console console;
  private final OwnerEndpoints owner;
  private final Metrics metrics;
  private final EventLog log;
  private final boolean accessLog;
  private final AtomicInteger active = new AtomicInteger();
  private volatile boolean stopping;

  /**
   * What the endpoints need.
   *
   * @param work whether work is taken on now
   * @param console the web console; null where it is not served
   */
  public Api(
      Gate gate,
      WorkGate work,
      AnswerEndpoints answers,
      InfoEndpoints info,
      ReceiptEndpoints receipts,
      LogEndpoints evidence,
      @Nullable Console console,
      OwnerEndpoints owner,
      Metrics metrics,
      EventLog log,
      boolean accessLog) {
    this.gate = gate;
    this.work = work;
    this.answers = answers;
    this.info = info;
    this.receipts = receipts;
    this.evidence = evidence;
    this.console = console;
    this.owner = owner;
    this.metrics = metrics;
    this.log = log;
    this.accessLog = accessLog;
  }

  /** From now on no new work is taken. */
  public void stop() {
    stopping = true;
  }

  /** Requests that are being answered. */
  public int active() {
    return active.get();
  }

  void handle(Exchange exchange) {
    long start = System.nanoTime();
    active.incrementAndGet();
    Endpoint endpoint = Endpoint.of(exchange.path());
    try {
      Optional<ApiError> refusal =
          endpoint == Endpoint.CONSOLE ? gate.stranger(exchange) : gate.refusal(exchange);
      if (refusal.isPresent()) {
        throw new ApiException(refusal.get());
      }
      if (endpoint == Endpoint.CONSOLE && console != null) {
        show(exchange, console);
        return;
      }
      if (endpoint == Endpoint.OTHER || endpoint == Endpoint.CONSOLE) {
        throw new ApiException(ApiError.noSuchPath(exchange.path()));
      }
      if (!exchange.method().equals(endpoint.method())) {
        throw new ApiException(
            ApiError.methodNotAllowed(exchange.method(), exchange.path(), endpoint.method()));
      }
      if (stopping && endpoint.works()) {
        throw new ApiException(ApiError.stopping());
      }
      // What is asked on this machine may run on another: the dispatcher judges it.
      if (endpoint.works() && !exchange.fromLoopback()) {
        work.admit(false);
      }
      answer(exchange, endpoint);
    } catch (UncheckedIOException e) {
      left(endpoint);
    } catch (RuntimeException e) {
      fail(exchange, endpoint, e);
    } finally {
      active.decrementAndGet();
      exchange.broken().ifPresent(failure -> note(endpoint, error(failure), failure));
      metrics.request(exchange.method(), endpoint.label(), exchange.status());
      if (accessLog) {
        log.event(
            "request",
            Json.object()
                .put("method", exchange.method())
                .put("path", endpoint.label())
                .put("status", exchange.status())
                .put("ms", (System.nanoTime() - start) / 1_000_000)
                .build());
      }
    }
  }

  private static void show(Exchange exchange, Console console) {
    ConsoleAnswer answer =
        console.answer(
            new ConsoleRequest(
                exchange.method(),
                exchange.path(),
                exchange.header("Cookie").orElse(""),
                exchange.header(ConsoleRequest.KEY).orElse(""),
                exchange.header("Origin").orElse(""),
                exchange.header("Sec-Fetch-Site").orElse(""),
                exchange.header("Authorization").orElse(""),
                limit -> exchange.body(limit).json()));
    exchange.bytes(
        answer.status(),
        answer.type(),
        answer.body().getBytes(StandardCharsets.UTF_8),
        answer.headers());
  }

  private void fail(Exchange exchange, Endpoint endpoint, RuntimeException failure) {
    ApiError error = error(failure);
    note(endpoint, error, failure);
    try {
      exchange.error(error);
    } catch (UncheckedIOException e) {
      left(endpoint);
    }
  }

  private void note(Endpoint endpoint, ApiError error, RuntimeException failure) {
    if (error.status() >= 500 && error.status() != 503) {
      log.event("error", describe(endpoint, error, failure));
    }
  }

  /** There is nobody to tell. */
  private void left(Endpoint endpoint) {
    log.event("client-left", Json.object().put("path", endpoint.label()).build());
  }

  /** Where it happened, without the exception's own words: they may quote what a client wrote. */
  static Json.Obj describe(Endpoint endpoint, ApiError error, RuntimeException failure) {
    StackTraceElement[] frames = failure.getStackTrace();
    return Json.object()
        .put("path", endpoint.label())
        .put("code", error.code())
        .put("exception", failure.getClass().getName())
        .put("at", frames.length == 0 ? null : frames[0].toString())
        .build();
  }

  private void answer(Exchange exchange, Endpoint endpoint) {
    switch (endpoint) {
      case CHAT -> answers.answer(exchange, Request.CHAT, gate.owns(exchange));
      case COMPLETIONS -> answers.answer(exchange, Request.COMPLETIONS, gate.owns(exchange));
      case EMBEDDINGS -> answers.answer(exchange, Request.EMBEDDINGS, gate.owns(exchange));
      case MODELS -> info.models(exchange);
      case MODEL -> info.model(exchange, endpoint.rest(exchange.path()));
      case RECEIPTS -> receipts.list(exchange);
      case RECEIPT -> receipts.show(exchange, endpoint.rest(exchange.path()));
      case LOG -> evidence.file(exchange, endpoint.rest(exchange.path()));
      case OWNER -> owner.answer(exchange, endpoint.rest(exchange.path()));
      case HEALTH -> info.health(exchange, stopping);
      case METRICS -> info.metrics(exchange);
      case CONSOLE, OTHER -> throw new ApiException(ApiError.noSuchPath(exchange.path()));
    }
  }

  /** What a failure is to a machine that asked for the answer. */
  public static JobError jobError(RuntimeException failure) {
    ApiError error = error(failure);
    String retry = error.headers().getOrDefault("Retry-After", "0");
    return new JobError(
        error.status(),
        error.message().substring(0, Math.min(error.message().length(), 4096)),
        error.type(),
        error.param(),
        error.code(),
        Integer.parseInt(retry));
  }

  /** What a failure is to the client. */
  static ApiError error(RuntimeException failure) {
    return switch (failure) {
      case ApiException e -> e.error();
      case BadRequest e ->
          ApiError.badRequest(e.text(), e.param().orElse(null), e.code().orElse(null));
      case PromptTooLong e -> ApiError.tooLong(String.valueOf(e.getMessage()));
      case QueueFull e -> ApiError.queueFull(e.retryAfter());
      case NotWorking e -> ApiError.notWorking(e.hindrance());
      case ModelUnready e when e.passing() -> ApiError.loading(String.valueOf(e.getMessage()));
      case ModelUnready e -> ApiError.modelFailed(String.valueOf(e.getMessage()));
      case JobFailed e -> ApiError.of(e.error());
      case LaneFailed e -> ApiError.of(e.error());
      case ReceiptStoreException e -> ApiError.noEvidence(String.valueOf(e.getMessage()));
      case AnswerFailed e -> ApiError.failed(String.valueOf(e.getMessage()));
      default ->
          ApiError.failed(
              "the node failed at this request ("
                  + failure.getClass().getSimpleName()
                  + "); its log has an entry 'error' that says where: please report it");
    };
  }
}
