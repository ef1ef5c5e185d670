// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.kernel.Kernels;
import dev.freehold.market.offer.Price;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.PaymentRequired;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.http.HttpServer;
import dev.freehold.node.http.SaleApi;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Answering;
import dev.freehold.node.serve.Asked;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.WorkGate;
import dev.freehold.node.work.WorkSettings;
import dev.freehold.node.x402.Bill;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers for anybody who pays: what is charged, when, and what is given out. */
@NullMarked
@Timeout(60)
class SaleApiTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String PATH = "/v1/completions";

  /** Ten tokens, each a byte, and up to six more. */
  private static final String BODY =
      "{\"model\":\"small\",\"prompt\":\"0123456789\",\"max_tokens\":6,\"temperature\":0}";

  private static final Price PRICE = new Price(Amount.of(1_000_000), Amount.of(2_000_000));

  @TempDir private Path folder = Path.of("");

  private final FakeTill till = new FakeTill();
  private final List<SoldAnswer> sold = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> held = new ArrayList<>();
  private Parts parts = new Parts(Optional.empty());

  /** What is set once the folder is there. */
  private record Parts(Optional<Running> running) {}

  private record Running(
      ReceiptStore store, Models models, ServedModel model, Answerer answerer, EventLog log) {}

  @BeforeEach
  void open() throws IOException {
    Path home = Files.createDirectories(folder.resolve("home"));
    ReceiptStore store = ReceiptStore.open(home);
    held.add(store);
    ServedModel model = SmallModel.write(folder);
    Models models =
        new Models(
            List.of(model),
            () -> Kernels.named("scalar"),
            1,
            new EngineOptions(2, 8, 64L << 20, 32L << 20, 64),
            Splitting.NEVER,
            _ -> {});
    held.add(models);
    EventLog log = new EventLog(home, Clock.systemUTC());
    held.add(log);
    Answerer answerer =
        new Answerer(
            SigningKey.ofSeed(new byte[32]),
            store,
            new Metrics(),
            Clock.systemUTC(),
            RANDOM,
            8,
            () -> {});
    parts = new Parts(Optional.of(new Running(store, models, model, answerer, log)));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : held.reversed()) {
      each.close();
    }
  }

  @Test
  void withoutPaymentItSaysWhatTheExactPromptAndTheMostTokensCost() throws Exception {
    int port = sell(2);
    Http.Answer answer = Http.post(port, PATH, BODY);
    assertThat(answer.status()).isEqualTo(402);
    assertThat(answer.error("code")).isEqualTo("payment_required");
    PaymentRequired required = required(answer);
    assertThat(required.accepts().getFirst().amount()).isEqualTo(Amount.of(10 + 2 * 6));
    assertThat(required.error()).contains("PAYMENT-SIGNATURE header is required");
    assertThat(required.resource().get("url")).contains(Json.of("http://localhost/v1/completions"));
    String two = BODY.replace("\"max_tokens\"", "\"n\":2,\"max_tokens\"");
    assertThat(required(Http.post(port, PATH, two)).accepts().getFirst().amount())
        .as("two answers to one prompt")
        .isEqualTo(Amount.of(10 + 2 * 12));
    assertThat(till.told).isEmpty();
  }

  @Test
  void aPaidAnswerIsGivenOutWithItsReceiptAndCostsWhatItHas() throws Exception {
    int port = sell(2);
    String stops = BODY.replace("\"max_tokens\":6", "\"max_tokens\":4000");
    Http.Answer answer = pay(port, BODY);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(response(answer).success()).isTrue();
    int output = completion(answer.json());
    assertThat(till.told).containsExactly("verify 22", "settle " + (10 + 2 * output), "close");
    ReceiptId receipt = new ReceiptId(String.valueOf(answer.headers().get("freehold-receipt")));
    assertThat(running().store().find(receipt)).isPresent();
    assertThat(sold).hasSize(1);
    assertThat(sold.getFirst().amount()).isEqualTo(Amount.of(10 + 2 * output));
    assertThat(sold.getFirst().channel()).isEmpty();

    till.told.clear();
    Http.Answer longer = pay(port, stops);
    int used = completion(longer.json());
    assertThat(till.told.getFirst()).isEqualTo("verify 8010");
    assertThat(till.told.get(1)).isEqualTo("settle " + (10 + 2 * used));
  }

  @Test
  void anAnswerWhosePaymentIsNotSettledIsWithheld() throws Exception {
    int port = sell(2);
    till.settles = false;
    for (String body : List.of(BODY, streamed())) {
      till.told.clear();
      Http.Answer answer = pay(port, body);
      assertThat(answer.status()).isEqualTo(402);
      assertThat(answer.error("code")).isEqualTo(PaymentRefusal.TRANSACTION.word());
      assertThat(response(answer).success()).isFalse();
      assertThat(answer.body()).doesNotContain("choices");
      assertThat(answer.headers()).doesNotContainKey("freehold-receipt");
      assertThat(till.told.getLast()).isEqualTo("close");
    }
    assertThat(sold).isEmpty();
  }

  @Test
  void aStreamIsMadeWholeAndSettledBeforeItsFirstByte() throws Exception {
    int port = sell(2);
    till.settling = new CountDownLatch(1);
    CompletableFuture<Http.Answer> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return pay(port, streamed());
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    while (till.told.size() < 2) {
      Thread.sleep(5);
    }
    assertThat(answer).isNotDone();
    till.settling.countDown();
    Http.Answer got = answer.get();
    assertThat(got.status()).isEqualTo(200);
    assertThat(response(got).success()).isTrue();
    assertThat(got.body()).startsWith("data: {").endsWith("data: [DONE]\n\n");
    assertThat(got.body()).contains("\"freehold\":{\"receipt\":\"r-");
    String whole = text(pay(port, BODY).json());
    StringBuilder pieces = new StringBuilder();
    for (String line : got.body().split("\n\n", -1)) {
      if (line.startsWith("data: {")) {
        pieces.append(text((Json.Obj) Json.parse(line.substring(6))));
      }
    }
    assertThat(pieces).hasToString(whole);
  }

  @Test
  void aPaymentThatIsNoGoodIsRefusedAndNothingIsMade() throws Exception {
    int port = sell(2);
    till.refusal = Optional.of(PaymentRefusal.FUNDS);
    till.extra = Json.object().put("channelState", "here").build();
    Http.Answer answer = pay(port, BODY);
    assertThat(answer.status()).isEqualTo(402);
    assertThat(answer.error("code")).isEqualTo(PaymentRefusal.FUNDS.word());
    PaymentRequired required = required(answer);
    assertThat(required.error()).contains(PaymentRefusal.FUNDS.word());
    assertThat(required.accepts().getFirst().extra().get("channelState"))
        .as("what helps the payer")
        .contains(Json.of("here"));
    assertThat(till.told).containsExactly("verify 22");
    assertThat(running().store().count()).isZero();
  }

  @Test
  void aHeaderThatCannotBeReadIsRefused() throws Exception {
    int port = sell(2);
    for (String header : List.of("e30=", "nonsense", "e31=")) {
      Http.Answer answer = Http.post(port, PATH, BODY, "PAYMENT-SIGNATURE: " + header);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error("code")).isEqualTo("invalid_payload");
    }
    assertThat(till.told).isEmpty();
  }

  @Test
  void twoPaymentsInOneRequestAreNoPayment() throws Exception {
    int port = sell(2);
    String header = "PAYMENT-SIGNATURE: " + payment(port, BODY);
    till.told.clear();
    for (Http.Answer answer :
        List.of(
            Http.post(port, PATH, BODY, header, header),
            Http.get(port, PATH, header, "payment-signature: e30="))) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error("code")).isEqualTo("repeated_header");
    }
    assertThat(till.told).isEmpty();
  }

  @Test
  void anAnswerThatNobodyWaitsForCostsNothing() throws Exception {
    int port = sell(2);
    String endless = BODY.replace("\"max_tokens\":6", "\"max_tokens\":15000,\"ignore_eos\":true");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              Http.request("POST", PATH, endless, "PAYMENT-SIGNATURE: " + payment(port, endless))
                  .getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      while (till.told.isEmpty()) {
        Thread.sleep(5);
      }
    }
    while (till.told.size() < 2) {
      Thread.sleep(5);
    }
    assertThat(till.told.getLast()).as("and it was not settled").isEqualTo("close");
    assertThat(sold).isEmpty();
  }

  @Test
  void anAnswerThatTheModelRefusesCostsNothing() throws Exception {
    int port = sell(16);
    String many = BODY.replace("\"max_tokens\"", "\"n\":9,\"max_tokens\"");
    Http.Answer answer = pay(port, many);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error("code")).isEqualTo("too_many_choices");
    assertThat(till.told).containsExactly("verify 118", "close");
  }

  @Test
  void onePlaceStaysFreeForTheOwner() throws Exception {
    int port = sell(2);
    till.settling = new CountDownLatch(1);
    CompletableFuture<Http.Answer> first =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return pay(port, BODY);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    while (till.told.size() < 2) {
      Thread.sleep(5);
    }
    Http.Answer second = pay(port, BODY);
    assertThat(second.status()).isEqualTo(429);
    assertThat(second.error("code")).isEqualTo("queue_full");
    assertThat(till.told).as("it was not even looked at").hasSize(2);
    till.settling.countDown();
    assertThat(first.get().status()).isEqualTo(200);
    assertThat(pay(port, BODY).status()).isEqualTo(200);
  }

  @Test
  void theOwnersOwnRequestsGoFirst() throws Exception {
    int port = sell(2);
    Serving serving = running().models().await(running().model(), Duration.ofSeconds(20));
    String endless = BODY.replace("\"max_tokens\":6", "\"max_tokens\":15000,\"ignore_eos\":true");
    Asked asked =
        new Asked(
            Request.parse(PATH, Json.parse(endless)),
            endless,
            Nonce.random(RANDOM),
            new Timestamp(Clock.systemUTC().instant()));
    Answering one = running().answerer().begin(serving, asked);
    Answering two = running().answerer().begin(serving, asked);
    // The engine tells its load from one step to the next.
    while (serving.engine().load().active() + serving.engine().load().queued() < 2) {
      Thread.sleep(5);
    }
    try {
      assertThat(pay(port, BODY).status()).isEqualTo(429);
      assertThat(till.told).isEmpty();
    } finally {
      one.cancel();
      two.cancel();
    }
    while (serving.engine().load().active() + serving.engine().load().queued() > 0) {
      Thread.sleep(5);
    }
    assertThat(pay(port, BODY).status()).isEqualTo(200);
  }

  @Test
  void whileThisMachineWorksForNobodyNothingIsSold() throws Exception {
    int port = sell(2, WorkSettings.always().with("work-memory-reserve", "1000000000000000"));
    Http.Answer answer = Http.post(port, PATH, BODY);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.error("code")).isEqualTo("memory_reserve");
  }

  @Test
  void whileTheChainIsAwayNothingIsSold() throws Exception {
    int port = sell(2);
    till.away = true;
    Http.Answer answer = Http.post(port, PATH, BODY);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.error("code")).isEqualTo("chain_unavailable");
  }

  @Test
  void onlyWhatIsForSaleIsServed() throws Exception {
    int port = sell(2);
    assertThat(Http.post(port, PATH, BODY.replace("small", "other")).error("code"))
        .isEqualTo("model_not_sold");
    for (String path : List.of("/v1/embeddings", "/v1/models", "/metrics", "/owner/x", "/")) {
      assertThat(Http.post(port, path, BODY).status()).as(path).isEqualTo(404);
      assertThat(Http.get(port, path).status()).as(path).isEqualTo(404);
    }
    assertThat(Http.send(port, Http.request("PUT", PATH, BODY)).status()).isEqualTo(405);
  }

  @Test
  void coinsAreAskedBackByGet() throws Exception {
    int port = sell(2);
    assertThat(Http.get(port, PATH).status()).isEqualTo(402);
    String header = "PAYMENT-SIGNATURE: " + payment(port, BODY);
    Http.Answer back = Http.get(port, PATH, header);
    assertThat(back.status()).isEqualTo(200);
    assertThat(response(back).success()).isTrue();
    till.settles = false;
    Http.Answer not = Http.get(port, PATH, header);
    assertThat(not.status()).isEqualTo(402);
    assertThat(response(not).success()).isFalse();
    assertThat(till.told).containsExactly("refund", "refund");
  }

  @Test
  void aListenerWithoutAChainStopsTheStart() {
    NodeConfiguration configuration =
        ConfigurationFile.parse(
            NodeConfiguration.defaults(folder, folder), "x402-listen = 0\nport = 0\n", "config");
    assertThatThrownBy(() -> Node.start(configuration))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("lacks 'chain'");
  }

  @Test
  void aBillIsForTheTokensThatThereAreAndForNoMoreThanWasAskedFor() {
    Bill bill = new Bill(new Price(Amount.of(1), Amount.of(300_000)), 3, 10);
    assertThat(bill.most()).isEqualTo(Amount.of(4));
    assertThat(bill.cost(0)).isEqualTo(Amount.of(1));
    assertThat(bill.cost(4)).isEqualTo(Amount.of(2));
    assertThat(bill.cost(11)).isEqualTo(bill.most());
  }

  private Running running() {
    return parts.running().orElseThrow();
  }

  private int sell(int atOnce) throws Exception {
    return sell(atOnce, WorkSettings.always());
  }

  private int sell(int atOnce, WorkSettings work) throws Exception {
    Running with = running();
    SaleApi api =
        new SaleApi(
            new SaleApi.Shop(
                with.models(),
                with.answerer(),
                digest ->
                    digest.equals(with.model().digest()) ? Optional.of(PRICE) : Optional.empty(),
                till,
                sold::add,
                WorkGate.here(work),
                atOnce,
                new Metrics(),
                with.log(),
                Clock.systemUTC(),
                RANDOM));
    HttpServer server = HttpServer.start("127.0.0.1", 0, Duration.ofSeconds(30), api);
    held.add(server);
    with.models().await(with.model(), Duration.ofSeconds(20));
    return server.port();
  }

  private static String streamed() {
    return BODY.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"");
  }

  private static Http.Answer pay(int port, String body) throws IOException {
    return Http.post(port, PATH, body, "PAYMENT-SIGNATURE: " + payment(port, body));
  }

  private static String payment(int port, String body) throws IOException {
    return new PaymentPayload(
            Optional.empty(),
            required(Http.post(port, PATH, body)).accepts().getFirst(),
            Json.object().build(),
            Json.object().build())
        .encode();
  }

  private static PaymentRequired required(Http.Answer answer) {
    return read(PaymentRequired.decode(String.valueOf(answer.headers().get("payment-required"))));
  }

  private static SettlementResponse response(Http.Answer answer) {
    return read(
        SettlementResponse.decode(String.valueOf(answer.headers().get("payment-response"))));
  }

  private static <T> T read(Parsed<T> parsed) {
    return parsed.orElse(
        reason -> {
          throw new AssertionError(reason);
        });
  }

  private static int completion(Json.Obj answer) {
    Json.Obj usage = (Json.Obj) answer.get("usage").orElseThrow();
    return (int) ((Json.Num) usage.get("completion_tokens").orElseThrow()).value();
  }

  private static String text(Json.Obj answer) {
    StringBuilder text = new StringBuilder();
    for (Json choice : ((Json.Arr) answer.get("choices").orElseThrow()).items()) {
      if (((Json.Obj) choice).get("text").orElse(Json.Null.VALUE) instanceof Json.Str part) {
        text.append(part.value());
      }
    }
    return text.toString();
  }
}
