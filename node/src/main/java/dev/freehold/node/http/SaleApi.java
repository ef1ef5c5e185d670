// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.Decoding;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.EngineLoad;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.market.x402.Header;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.PaymentRequired;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.serve.Answer;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Answering;
import dev.freehold.node.serve.Asked;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.WorkGate;
import dev.freehold.node.x402.Bill;
import dev.freehold.node.x402.Payment;
import dev.freehold.node.x402.Prices;
import dev.freehold.node.x402.Till;
import dev.freehold.node.x402.Verification;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Chats and completions for anybody who pays by x402, and nothing else. An answer is made whole,
 * then settled, then given out: streams too.
 */
public final class SaleApi {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Shop shop;
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicInteger places;
  private volatile boolean stopping;

  /**
   * What it sells with.
   *
   * @param models this machine's own
   * @param answerer makes the answers
   * @param prices what they cost
   * @param till where they are paid
   * @param sold told of each answer that was paid
   * @param work whether work is taken on now
   * @param atOnce answers that this machine makes at once: one place stays free for its owner,
   *     where there is more than one
   * @param metrics counts requests
   * @param log is told what was sold
   * @param clock when requests come
   * @param random for nonces and seeds
   */
  public record Shop(
      Models models,
      Answerer answerer,
      Prices prices,
      Till till,
      Consumer<SoldAnswer> sold,
      WorkGate work,
      int atOnce,
      Metrics metrics,
      EventLog log,
      InstantSource clock,
      SecureRandom random) {}

  /** Sells. */
  public SaleApi(Shop shop) {
    this.shop = shop;
    this.places = new AtomicInteger(Math.max(1, shop.atOnce() - 1));
  }

  /** From now on nothing is sold. */
  public void stop() {
    stopping = true;
  }

  /** Requests that are being answered. */
  public int active() {
    return active.get();
  }

  void handle(Exchange exchange) {
    active.incrementAndGet();
    Endpoint endpoint = Endpoint.of(exchange.path());
    try {
      if (stopping) {
        throw new ApiException(ApiError.stopping());
      }
      String path =
          switch (endpoint) {
            case CHAT -> Request.CHAT;
            case COMPLETIONS -> Request.COMPLETIONS;
            case EMBEDDINGS,
                MODELS,
                MODEL,
                RECEIPTS,
                RECEIPT,
                LOG,
                CONSOLE,
                HEALTH,
                METRICS,
                OWNER,
                OTHER ->
                throw new ApiException(ApiError.noSuchPath(exchange.path()));
          };
      switch (exchange.method()) {
        case "POST" -> sell(exchange, path);
        case "GET" -> refund(exchange);
        default ->
            throw new ApiException(
                ApiError.methodNotAllowed(exchange.method(), exchange.path(), "POST"));
      }
    } catch (UncheckedIOException e) {
      shop.log().event("client-left", Json.object().put("path", endpoint.label()).build());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.error(ApiError.stopping());
    } catch (RuntimeException e) {
      ApiError error = Api.error(e);
      if (error.status() >= 500 && error.status() != 503) {
        shop.log().event("error", Api.describe(endpoint, error, e));
      }
      try {
        exchange.error(error);
      } catch (UncheckedIOException left) {
        shop.log().event("client-left", Json.object().put("path", endpoint.label()).build());
      }
    } finally {
      active.decrementAndGet();
      shop.metrics().request(exchange.method(), endpoint.label(), exchange.status());
    }
  }

  private void sell(Exchange exchange, String path) throws InterruptedException {
    Timestamp received = new Timestamp(shop.clock().instant());
    Exchange.Body body = exchange.body(AnswerEndpoints.BODY_LIMIT);
    Request request = Request.parse(path, body.json());
    Decoding decoding =
        switch (request) {
          case ChatRequest chat -> chat.decoding();
          case CompletionRequest completion -> completion.decoding();
          case EmbeddingRequest _ -> throw new IllegalStateException("no such path is served here");
        };
    ServedModel model =
        shop.models().find(request.model()).orElseThrow(() -> notSold(request.model()));
    Price price = shop.prices().of(model.digest()).orElseThrow(() -> notSold(request.model()));
    shop.work().admit(false);
    Serving serving = shop.models().await(model, PATIENCE);
    // Seeds keep within 2^53, since they travel as JSON numbers.
    long seed = shop.random().nextLong() >>> 11;
    Prepared prepared = Prompting.prepare(request, serving.loaded(), seed);
    Bill bill = bill(price, prepared);
    List<PaymentRequirements> ways = ways(bill);
    Optional<String> header = exchange.header(Header.SIGNATURE.text());
    if (header.isEmpty()) {
      unpaid(exchange, ways, Optional.empty(), "this answer costs " + bill.most() + " at most");
      return;
    }
    PaymentPayload payment = read(header.get());
    int choices = prepared.generations().size();
    Asked asked =
        new Asked(request, body.text(), AnswerEndpoints.nonce(exchange, shop.random()), received);
    takePlaces(serving, choices);
    try {
      switch (shop.till().verify(payment, bill)) {
        case Verification.Refused refused -> {
          List<PaymentRequirements> corrected =
              ways.stream().map(way -> corrected(way, payment, refused)).toList();
          unpaid(exchange, corrected, Optional.of(refused.refusal()), refused.why());
        }
        case Verification.Good(Payment good) -> {
          try (good) {
            answer(exchange, serving, asked, seed, decoding, bill, good);
          }
        }
      }
    } finally {
      places.addAndGet(choices);
    }
  }

  private static ApiException notSold(String name) {
    return new ApiException(
        new ApiError(
            404,
            "no answers of a model named '"
                + name.substring(0, Math.min(200, name.length()))
                + "' are for sale here",
            "invalid_request_error",
            "model",
            "model_not_sold",
            Map.of()));
  }

  private static Bill bill(Price price, Prepared prepared) {
    int input = 0;
    for (int[] prompt : prepared.prompts()) {
      input = Math.addExact(input, prompt.length);
    }
    int output = 0;
    for (GenerationRequest generation : prepared.generations()) {
      output = Math.addExact(output, generation.maxTokens());
    }
    return new Bill(price, input, output);
  }

  private List<PaymentRequirements> ways(Bill bill) {
    try {
      return shop.till().ways(bill);
    } catch (RpcException e) {
      throw new ApiException(
          new ApiError(
              503,
              "nothing can be paid now: the chain does not answer",
              "server_error",
              null,
              "chain_unavailable",
              Map.of("Retry-After", "10")));
    }
  }

  private static PaymentPayload read(String header) {
    return PaymentPayload.decode(header)
        .orElse(
            reason -> {
              throw new ApiException(
                  ApiError.badRequest(
                      "the header " + Header.SIGNATURE.text() + ": " + reason,
                      Header.SIGNATURE.text(),
                      PaymentRefusal.PAYLOAD.word()));
            });
  }

  /** What the payer needs to find its place stands beside the way that it chose. */
  private static PaymentRequirements corrected(
      PaymentRequirements way, PaymentPayload payment, Verification.Refused refused) {
    if (!way.scheme().equals(payment.accepted().scheme())) {
      return way;
    }
    Json.Obj extra = way.extra();
    for (Map.Entry<String, Json> member : refused.extra().members().entrySet()) {
      extra = extra.with(member.getKey(), member.getValue());
    }
    return way.with(extra);
  }

  /** The owner's own requests find a place, and don't wait behind those of others. */
  private void takePlaces(Serving serving, int choices) {
    EngineLoad load = serving.engine().load();
    boolean room = load.active() + load.queued() + choices <= Math.max(1, shop.atOnce());
    if (!room || places.addAndGet(-choices) < 0) {
      if (room) {
        places.addAndGet(choices);
      }
      throw new ApiException(ApiError.queueFull(Duration.ofSeconds(2)));
    }
  }

  private void answer(
      Exchange exchange,
      Serving serving,
      Asked asked,
      long seed,
      Decoding decoding,
      Bill bill,
      Payment payment)
      throws InterruptedException {
    long started = System.nanoTime();
    Answering answering = shop.answerer().begin(serving, asked, seed);
    List<Json.Obj> chunks = new ArrayList<>();
    Answer answer;
    exchange.watch(answering::cancel);
    try {
      answer = answering.run(chunks::addAll);
    } finally {
      exchange.unwatch();
      answering.cancel();
    }
    if (answer.cut()) {
      throw new ApiException(AnswerEndpoints.cut(answer));
    }
    Duration busy = Duration.ofNanos(System.nanoTime() - started);
    Amount cost = bill.cost(answer.outputTokens());
    SettlementResponse settled = payment.settle(cost);
    if (!settled.success()) {
      String why = settled.errorReason().orElse(PaymentRefusal.SETTLE.word());
      exchange.error(
          paymentError("the payment was not settled, and the answer is withheld: " + why, why)
              .with(Header.RESPONSE.text(), settled.encode()));
      return;
    }
    sold(answer, settled, payment, cost, busy);
    Map<String, String> headers = new LinkedHashMap<>(AnswerEndpoints.headers(answer));
    headers.put(Header.RESPONSE.text(), settled.encode());
    AnswerEndpoints.Response response =
        new AnswerEndpoints.Response(
            AnswerEndpoints.id(asked, shop.random()), asked, serving.model().name());
    if (!decoding.stream()) {
      exchange.json(200, response.whole(answer), headers);
      return;
    }
    try (AnswerEndpoints.Streamed streamed =
        new AnswerEndpoints.Streamed(exchange, response, decoding.includeUsage(), headers)) {
      streamed.accepted(answer.machine());
      for (Json.Obj chunk : chunks) {
        streamed.chunk(chunk);
      }
      streamed.end(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void sold(
      Answer answer, SettlementResponse settled, Payment payment, Amount cost, Duration busy) {
    Amount taken = payment.takes(cost);
    shop.sold()
        .accept(
            new SoldAnswer(
                new Timestamp(shop.clock().instant()),
                answer.transcript().receipt().statement().model().digest(),
                shop.till().coin(),
                payment.channel(),
                new TokenCounts(answer.promptTokens(), answer.outputTokens()),
                taken,
                busy,
                Optional.of(answer.receipt())));
    shop.log()
        .event(
            "sold",
            Json.object()
                .put("receipt", answer.receipt().text())
                .put("amount", taken.toString())
                .put("payment", settled.toJson())
                .build());
  }

  private static ApiError paymentError(String message, String code) {
    return new ApiError(402, message, "invalid_request_error", null, code, Map.of());
  }

  private static void unpaid(
      Exchange exchange,
      List<PaymentRequirements> ways,
      Optional<PaymentRefusal> refusal,
      String why) {
    PaymentRequired required =
        new PaymentRequired(
            Optional.of(
                refusal
                    .map(PaymentRefusal::word)
                    .orElse(Header.SIGNATURE.text() + " header is required")),
            Json.object()
                .put(
                    "url",
                    "http://" + exchange.header("Host").orElse("localhost") + exchange.path())
                .put("description", "one answer of an open model, with its receipt")
                .put("mimeType", "application/json")
                .build(),
            ways,
            Json.object().build());
    exchange.error(
        paymentError(
                why + "; the header " + Header.REQUIRED.text() + " says how to pay",
                refusal.map(PaymentRefusal::word).orElse("payment_required"))
            .with(Header.REQUIRED.text(), required.encode()));
  }

  /** The way back of what was not charged: x402's clients ask by GET. */
  private void refund(Exchange exchange) throws InterruptedException {
    Optional<String> header = exchange.header(Header.SIGNATURE.text());
    if (header.isEmpty()) {
      Bill nothing = new Bill(new Price(Amount.ZERO, Amount.ZERO), 0, 0);
      unpaid(
          exchange,
          ways(nothing),
          Optional.empty(),
          "answers are bought by POST; by GET a channel's coins are asked back");
      return;
    }
    SettlementResponse refunded = shop.till().refund(read(header.get()));
    if (!refunded.success()) {
      String why = refunded.errorReason().orElse(PaymentRefusal.SETTLE.word());
      exchange.error(
          paymentError("nothing was given back: " + why, why)
              .with(Header.RESPONSE.text(), refunded.encode()));
      return;
    }
    shop.log().event("refunded", Json.object().put("payment", refunded.toJson()).build());
    exchange.json(
        200,
        Json.object().put("message", "refunded").build(),
        Map.of(Header.RESPONSE.text(), refunded.encode()));
  }
}
