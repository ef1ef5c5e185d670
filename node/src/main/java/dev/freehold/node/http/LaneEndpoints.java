// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.evidence.Kind;
import dev.freehold.fleet.lane.LaneEvent;
import dev.freehold.fleet.lane.LaneName;
import dev.freehold.fleet.lane.LaneOrder;
import dev.freehold.node.jobs.FleetLanes;
import dev.freehold.node.lanes.LaneCall;
import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chats, completions and embeddings of lanes: passed on as they come, marked, and without a
 * receipt.
 */
public final class LaneEndpoints {
  private static final String PROOF = "Freehold-Proof";

  /** What stands where others have a receipt. */
  private static final String UNPROVEN = "unproven";

  private final FleetLanes lanes;
  private final InstantSource clock;
  private final SecureRandom random;

  /** For the lanes of this node's fleet. */
  public LaneEndpoints(FleetLanes lanes, InstantSource clock, SecureRandom random) {
    this.lanes = lanes;
    this.clock = clock;
    this.random = random;
  }

  /** The lane that a request's body asks for; empty where it asks for a model. */
  Optional<LaneName> lane(Json body) {
    if (body instanceof Json.Obj request
        && request.get("model").orElse(Json.Null.VALUE) instanceof Json.Str(String model)
        && model.startsWith(LaneName.MARK)) {
      return Optional.of(
          LaneName.ofId(model)
              .orElseThrow(
                  () ->
                      new ApiException(
                          ApiError.badRequest(
                              "what follows 'unproven/' is the name of a lane: 1 to 64 of A-Z a-z"
                                  + " 0-9 . _ : -",
                              "model",
                              "invalid_value"))));
    }
    return Optional.empty();
  }

  void answer(Exchange exchange, String path, LaneName lane, String body, Tier allowed)
      throws InterruptedException {
    Kind kind =
        Stream.of(Kind.values()).filter(one -> one.path().equals(path)).findFirst().orElseThrow();
    LaneOrder order = new LaneOrder(lane, kind, body);
    LaneCall call = lanes.begin(order, allowed);
    Response response = new Response(id(kind), kind, order.stream(), lane, call, created());
    exchange.watch(call::cancel);
    try {
      if (order.stream()) {
        stream(exchange, response);
      } else {
        call.run(whole(exchange, response));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      exchange.unwatch();
      call.cancel();
    }
  }

  private long created() {
    return clock.instant().getEpochSecond();
  }

  private String id(Kind kind) {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    return (kind == Kind.CHAT ? "chatcmpl-" : "cmpl-") + HexFormat.of().formatHex(bytes);
  }

  private static LaneCall.Sink whole(Exchange exchange, Response response) {
    return new LaneCall.Sink() {
      @Override
      public void begun() {}

      @Override
      public void event(LaneEvent event) {
        exchange.json(200, response.body(event, true), response.headers());
      }
    };
  }

  private static void stream(Exchange exchange, Response response)
      throws IOException, InterruptedException {
    try (Streamed streamed = new Streamed(exchange, response)) {
      try {
        response.call.run(streamed);
        streamed.done();
      } catch (RuntimeException e) {
        if (exchange.status() == 0) {
          throw e;
        }
        // The status is sent: the error is the last event, and no [DONE] follows it.
        exchange.broke(e);
        streamed.send(Api.error(e).toJson());
      }
    }
  }

  /** A response that goes out event by event. */
  private static final class Streamed implements LaneCall.Sink, AutoCloseable {
    private final Exchange exchange;
    private final Response response;
    private @Nullable EventStream events;

    Streamed(Exchange exchange, Response response) {
      this.exchange = exchange;
      this.response = response;
    }

    @Override
    public void begun() {
      events = exchange.events(response.headers());
    }

    @Override
    public void event(LaneEvent event) throws IOException {
      send(response.body(event, event.finishes() || event.usage().isPresent()));
    }

    void send(Json event) throws IOException {
      if (events != null) {
        events.send(event);
      }
    }

    void done() throws IOException {
      if (events != null) {
        events.done();
      }
    }

    @Override
    public void close() throws IOException {
      if (events != null) {
        events.close();
      }
    }
  }

  /** What all parts of one response have in common. */
  private record Response(
      String id, Kind kind, boolean stream, LaneName lane, LaneCall call, long created) {
    Map<String, String> headers() {
      return Map.of(PROOF, UNPROVEN, "Freehold-Lane", lane.text(), "Freehold-Ran-By", machine());
    }

    private String machine() {
      return call.machine().toString();
    }

    Json.Obj body(LaneEvent event, boolean marked) {
      Json.Builder out = kind == Kind.EMBEDDING ? vectors(event) : text(event);
      return marked
          ? out.put(
                  "freehold",
                  Json.object()
                      .put("proof", UNPROVEN)
                      .put("lane", lane.text())
                      .put("ran_by", machine())
                      .build())
              .build()
          : out.build();
    }

    private Json.Builder vectors(LaneEvent event) {
      return Json.object()
          .put("object", "list")
          .put("model", lane.id())
          .put("data", event.choices())
          .put("usage", event.usage().orElse(null));
    }

    private Json.Builder text(LaneEvent event) {
      return Json.object()
          .put("id", id)
          .put(
              "object",
              kind == Kind.COMPLETION
                  ? "text_completion"
                  : stream ? "chat.completion.chunk" : "chat.completion")
          .put("created", created)
          .put("model", lane.id())
          .put("choices", event.choices())
          .put("usage", event.usage().orElse(null));
    }
  }
}
