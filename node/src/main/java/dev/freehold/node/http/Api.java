// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds the endpoint that a request is for, and puts whatever goes wrong into OpenAI's shape. */
public final class Api {
  private static final String MODELS = "/v1/models";
  private static final String HEALTH = "/healthz";
  private static final String METRICS = "/metrics";

  private final Gate gate;
  private final List<ServedModel> models;
  private final Metrics metrics;
  private final EventLog log;
  private final boolean accessLog;
  private final AtomicInteger active = new AtomicInteger();
  private volatile boolean stopping;

  /** What the endpoints need. */
  public Api(
      Gate gate, List<ServedModel> models, Metrics metrics, EventLog log, boolean accessLog) {
    this.gate = gate;
    this.models = List.copyOf(models);
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
    String endpoint = "other";
    try {
      endpoint = endpoint(exchange.path());
      Optional<ApiError> refusal = gate.refusal(exchange);
      if (refusal.isPresent()) {
        exchange.error(refusal.get());
      } else {
        answer(exchange, endpoint);
      }
    } catch (ApiException e) {
      error(exchange, e.error());
    } catch (UncheckedIOException e) {
      // The client left: there is nobody to tell.
      log.event("client-left", Json.object().put("path", endpoint).build());
    } catch (RuntimeException e) {
      log.event(
          "error", Json.object().put("path", endpoint).put("exception", e.toString()).build());
      error(
          exchange,
          ApiError.failed("the node failed at this request; its log has an entry 'error'"));
    } finally {
      active.decrementAndGet();
      metrics.request(exchange.method(), endpoint, exchange.status());
      if (accessLog) {
        log.event(
            "request",
            Json.object()
                .put("method", exchange.method())
                .put("path", endpoint)
                .put("status", exchange.status())
                .put("ms", (System.nanoTime() - start) / 1_000_000)
                .build());
      }
    }
  }

  private static void error(Exchange exchange, ApiError error) {
    if (!exchange.begun()) {
      exchange.error(error);
    }
  }

  /** The endpoint's name in metrics and logs: of few values, whatever clients ask for. */
  private static String endpoint(String path) {
    if (path.startsWith(MODELS + "/")) {
      return MODELS + "/ID";
    }
    return switch (path) {
      case MODELS, HEALTH, METRICS -> path;
      default -> "other";
    };
  }

  private void answer(Exchange exchange, String endpoint) {
    switch (endpoint) {
      case HEALTH -> health(exchange);
      case METRICS -> metrics(exchange);
      case MODELS -> listModels(exchange);
      case MODELS + "/ID" -> showModel(exchange);
      default -> throw new ApiException(ApiError.noSuchPath(exchange.path()));
    }
  }

  private static void only(Exchange exchange, String method) {
    if (!exchange.method().equals(method)) {
      throw new ApiException(ApiError.methodNotAllowed(exchange.method(), exchange.path(), method));
    }
  }

  private void health(Exchange exchange) {
    only(exchange, "GET");
    String status = stopping ? "stopping" : "ready";
    exchange.json(stopping ? 503 : 200, Json.object().put("status", status).build(), Map.of());
  }

  private void metrics(Exchange exchange) {
    only(exchange, "GET");
    exchange.bytes(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        metrics.text(List.of()).getBytes(StandardCharsets.UTF_8),
        Map.of());
  }

  private void listModels(Exchange exchange) {
    only(exchange, "GET");
    exchange.json(
        200,
        Json.object()
            .put("object", "list")
            .put("data", Json.array(models.stream().map(Api::describe).toList()))
            .build(),
        Map.of());
  }

  private void showModel(Exchange exchange) {
    only(exchange, "GET");
    String name = exchange.path().substring(MODELS.length() + 1);
    ServedModel model =
        models.stream()
            .filter(m -> m.name().equals(name) || m.digest().toString().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new ApiException(
                        ApiError.noSuchModel(
                            name, models.stream().map(ServedModel::name).toList())));
    exchange.json(200, describe(model), Map.of());
  }

  private static Json.Obj describe(ServedModel model) {
    return Json.object()
        .put("id", model.name())
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "freehold")
        .put("freehold", Json.object().put("digest", model.digest().toString()).build())
        .build();
  }
}
