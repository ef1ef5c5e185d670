// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.Decoding;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.fleet.lane.LaneName;
import dev.freehold.fleet.route.Delivery;
import dev.freehold.node.jobs.Dispatcher;
import dev.freehold.node.jobs.Making;
import dev.freehold.node.serve.Answer;
import dev.freehold.node.serve.Asked;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chats, completions and embeddings. */
public final class AnswerEndpoints {
  /** The largest request: with its answer it has to fit into a transcript. */
  static final int BODY_LIMIT = 4 << 20;

  static final String RECEIPT = "Freehold-Receipt";

  /** Which node answered; of a stream, which one began. */
  private static final String RAN_BY = "Freehold-Ran-By";

  private static final String PAID = "Freehold-Paid";

  private static final String TIER = "Freehold-Tier";

  /** Where the client gets nothing before the end. */
  private static final Delivery UNSEEN =
      new Delivery() {
        @Override
        public void accepted(NodeId machine) {}

        @Override
        public void chunk(Json.Obj choice) {}

        @Override
        public boolean seen() {
          return false;
        }
      };

  private final Dispatcher dispatcher;
  private final LaneEndpoints lanes;
  private final Tier widest;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * Answers as {@code dispatcher} has it done.
   *
   * @param lanes where a request goes that asks for one
   * @param widest whose machines may answer a request that doesn't say
   */
  public AnswerEndpoints(
      Dispatcher dispatcher,
      LaneEndpoints lanes,
      Tier widest,
      InstantSource clock,
      SecureRandom random) {
    this.dispatcher = dispatcher;
    this.lanes = lanes;
    this.widest = widest;
    this.clock = clock;
    this.random = random;
  }

  /**
   * @param owner whether it is the owner's own request: nobody else's may cost anything
   */
  void answer(Exchange exchange, String path, boolean owner) {
    Timestamp received = new Timestamp(clock.instant());
    Nonce nonce = nonce(exchange, random);
    Tier allowed = tier(exchange);
    Exchange.Body body = exchange.body(BODY_LIMIT);
    try {
      Optional<LaneName> lane = lanes.lane(body.json());
      if (lane.isPresent()) {
        lanes.answer(exchange, path, lane.get(), body.text(), allowed);
        return;
      }
      Request request = Request.parse(path, body.json());
      Asked asked = new Asked(request, body.text(), nonce, received);
      Dispatcher.Taken taken = dispatcher.begin(asked, body.json(), allowed, owner);
      Making making = taken.making();
      exchange.watch(making::cancel);
      try {
        Response response = new Response(id(asked, random), asked, taken.model());
        switch (request) {
          case ChatRequest chat -> generate(exchange, making, response, chat.decoding());
          case CompletionRequest completion ->
              generate(exchange, making, response, completion.decoding());
          case EmbeddingRequest _ -> embed(exchange, making, response);
        }
      } finally {
        exchange.unwatch();
        making.cancel();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(ApiError.stopping());
    }
  }

  private Tier tier(Exchange exchange) {
    try {
      return exchange.header(TIER).map(Tier::parse).orElse(widest);
    } catch (IllegalArgumentException e) {
      throw new ApiException(
          ApiError.badRequest("the header " + TIER + ": " + e.getMessage(), TIER, "invalid_tier"));
    }
  }

  static Nonce nonce(Exchange exchange, SecureRandom random) {
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

  private void generate(Exchange exchange, Making making, Response response, Decoding decoding)
      throws InterruptedException {
    if (decoding.stream()) {
      stream(exchange, making, new Streamed(exchange, response, decoding.includeUsage(), Map.of()));
      return;
    }
    Answer answer = making.run(UNSEEN);
    if (answer.cut()) {
      throw new ApiException(cut(answer));
    }
    exchange.json(200, response.whole(answer), headers(answer));
  }

  static Map<String, String> headers(Answer answer) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(RECEIPT, answer.receipt().text());
    headers.put(RAN_BY, answer.machine().toString());
    answer.price().ifPresent(amount -> headers.put(PAID, amount.toString()));
    return headers;
  }

  private static void stream(Exchange exchange, Making making, Streamed streamed)
      throws InterruptedException {
    try (streamed) {
      try {
        streamed.end(making.run(streamed));
      } catch (RuntimeException e) {
        if (exchange.status() == 0) {
          throw e;
        }
        // The status is sent: the error is the last event, and no [DONE] follows it.
        exchange.broke(e);
        streamed.send(Api.error(e).toJson());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A response that goes out event by event. It begins when a machine has taken the request on. */
  static final class Streamed implements Delivery, AutoCloseable {
    private final Exchange exchange;
    private final Response response;
    private final boolean includeUsage;
    private final Map<String, String> headers;
    private @Nullable EventStream events;

    Streamed(
        Exchange exchange, Response response, boolean includeUsage, Map<String, String> headers) {
      this.exchange = exchange;
      this.response = response;
      this.includeUsage = includeUsage;
      this.headers = headers;
    }

    @Override
    public void accepted(NodeId machine) {
      Map<String, String> all = new LinkedHashMap<>(headers);
      all.put(RAN_BY, machine.toString());
      events = exchange.events(all);
    }

    @Override
    public void chunk(Json.Obj choice) throws IOException {
      send(response.chunk(List.of(choice), includeUsage).build());
    }

    void send(Json event) throws IOException {
      EventStream open = events;
      if (open == null) {
        throw new IllegalStateException("nobody has taken the request on");
      }
      open.send(event);
    }

    void end(Answer answer) throws IOException {
      if (events == null) {
        accepted(answer.machine());
      }
      if (answer.cut()) {
        send(AnswerEndpoints.cut(answer).toJson().with("freehold", receipt(answer)));
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
        send(chunk.build());
      }
      if (includeUsage) {
        send(
            response
                .chunk(List.of(), false)
                .put("usage", answer.usage(false))
                .put("freehold", receipt(answer))
                .build());
      }
      EventStream open = events;
      if (open != null) {
        open.done();
      }
    }

    @Override
    public void close() throws IOException {
      EventStream open = events;
      if (open != null) {
        open.close();
      }
    }
  }

  private static Json.Obj receipt(Answer answer) {
    Json.Builder told =
        Json.object()
            .put("receipt", answer.receipt().text())
            .put("ran_by", answer.machine().toString());
    answer.price().ifPresent(amount -> told.put("paid", amount.toString()));
    return told.build();
  }

  static ApiError cut(Answer answer) {
    return ApiError.stopping().with(RECEIPT, answer.receipt().text());
  }

  private static void embed(Exchange exchange, Making making, Response response)
      throws InterruptedException {
    Answer answer = making.run(UNSEEN);
    exchange.json(
        200,
        Json.object()
            .put("object", "list")
            .put("data", Json.array(answer.choices()))
            .put("model", response.model)
            .put("usage", answer.usage(true))
            .build(),
        headers(answer));
  }

  static String id(Asked asked, SecureRandom random) {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    String prefix = asked.request() instanceof ChatRequest ? "chatcmpl-" : "cmpl-";
    return prefix + HexFormat.of().formatHex(bytes);
  }

  /** What all parts of one response have in common. */
  record Response(String id, Asked asked, String model) {
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
