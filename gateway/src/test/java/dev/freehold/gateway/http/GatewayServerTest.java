// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.HistoryCheck;
import dev.freehold.evidence.action.RelyingParty;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.gateway.intercept.House;
import dev.freehold.gateway.intercept.MemoryLog;
import dev.freehold.gateway.intercept.RecordLog;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Salt;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway between a client and a server, over sockets. */
class GatewayServerTest {
  private static final String QUESTION =
      "{\"model\":\"tiny\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
  private static final String ANSWER =
      "{\"choices\":[{\"message\":{\"content\":\"Hello\"}}],\"usage\":{\"completion_tokens\":4}}";

  private final List<String> received = new CopyOnWriteArrayList<>();
  private final CountDownLatch finishStream = new CountDownLatch(1);
  private final HttpServer behind = behind();
  private final HttpClient client = HttpClient.newHttpClient();
  private final MemoryLog log = new MemoryLog();
  private final House house = new House(log);
  private GatewayServer server;

  GatewayServerTest() throws IOException {
    house.adopt(allow(100, 10_000, Set.of(EffectKind.PAYMENT)));
    server = start(false);
  }

  @AfterEach
  void stop() {
    finishStream.countDown();
    server.close();
    behind.stop(0);
  }

  @Test
  void anAnswerComesThroughUnchangedWithThreeRecords() throws Exception {
    HttpResponse<String> response = post("/v1/chat/completions", QUESTION);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(ANSWER);
    assertThat(received).containsExactly(QUESTION);
    assertThat(header(response, "Freehold-Verdict")).isEqualTo("ALLOW");
    assertThat(header(response, "Freehold-Receipt")).isEqualTo("r-00112233445566778899");
    assertThat(log.kinds())
        .containsExactly(
            RecordLog.Kind.MANDATE,
            RecordLog.Kind.REQUEST,
            RecordLog.Kind.EFFECT,
            RecordLog.Kind.RESULT);
    HistoryCheck.Result.Holds holds = (HistoryCheck.Result.Holds) house.check();
    assertThat(holds.history().path().tokens()).isEqualTo(4);
    Token last = house.tokens().getLast();
    assertThat(last.claims().get("freehold_receipt")).contains(Json.of("r-00112233445566778899"));
    assertThat(last.claims().get("freehold_status")).contains(Json.of(200));
  }

  /** The substitution test: what the server got is what was judged, to the byte. */
  @Test
  void whatWasDispatchedIsWhatWasJudged() throws Exception {
    HttpResponse<String> response = post("/v1/chat/completions", QUESTION);
    Json.Obj action = action(response);
    Salt salt = salt(action, "request");
    Token before = house.tokens().get(0);
    TaggedDigest content =
        TaggedDigest.of(salt.digest(received.getFirst().getBytes(StandardCharsets.UTF_8)));
    assertThat(before.claims().get("freehold_content")).contains(Json.of(content.toString()));
    String peer = "127.0.0.1:" + behind.getAddress().getPort();
    assertThat(before.snapshot())
        .isEqualTo(
            TaggedDigest.of(
                Action.of(EffectKind.MODEL_CALL, "POST " + peer + "/v1/chat/completions")
                    .snapshot(
                        content,
                        before.agent(),
                        dev.freehold.record.Digest.ofHex(before.pathSummary().hex()),
                        before.stepIndex())));
    Salt result = salt(action, "result");
    assertThat(house.tokens().get(2).claims().get("freehold_content"))
        .contains(
            Json.of(
                TaggedDigest.of(result.digest(ANSWER.getBytes(StandardCharsets.UTF_8)))
                    .toString()));
  }

  @Test
  void aRequestWithoutALimitIsNarrowedAndTheNarrowedOneIsBound() throws Exception {
    HttpResponse<String> response =
        post("/v1/chat/completions", QUESTION.replace("\"max_tokens\":9,", ""));
    assertThat(header(response, "Freehold-Verdict")).isEqualTo("MODIFY");
    assertThat(received.getFirst()).endsWith(",\"max_tokens\":64}");
    Token before = house.tokens().get(0);
    assertThat(before.decision()).isEqualTo(Decision.MODIFY);
    Salt salt = salt(action(response), "request");
    assertThat(house.tokens().get(1).claims().get("freehold_content"))
        .contains(
            Json.of(
                TaggedDigest.of(salt.digest(received.getFirst().getBytes(StandardCharsets.UTF_8)))
                    .toString()));
    HttpResponse<String> other =
        post(
            "/v1/chat/completions",
            QUESTION.replace("max_tokens\":9", "max_completion_tokens\":900"));
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(received.getLast()).contains("\"max_completion_tokens\":64");
  }

  @Test
  void noContentReachesTheLog() throws Exception {
    post("/v1/chat/completions", QUESTION.replace("Hi", "my secret plan"));
    post("/v1/chat/completions", QUESTION.replace("tiny", "my secret model"));
    for (MemoryLog.Held held : log.entries()) {
      assertThat(held.record()).doesNotContain("secret").doesNotContain("Hello");
    }
  }

  /** A8 over the wire: nothing reaches the server when the first record cannot be written. */
  @Test
  void a8TheServerSeesNothingWhenTheRecordCannotBeWritten() throws Exception {
    log.full(true);
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> response = post("/v1/chat/completions", QUESTION);
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("evidence_unavailable");
      log.full(false);
    }
    assertThat(received).isEmpty();
    assertThat(get("/healthz").statusCode()).isEqualTo(503);
  }

  @Test
  void theServerSeesNothingBeforeTheFirstRecordIsDurable() throws Exception {
    log.flushByHand();
    var response =
        client.sendAsync(
            request("/v1/chat/completions", QUESTION), HttpResponse.BodyHandlers.ofString());
    while (log.entries().size() < 2) {
      Thread.onSpinWait();
    }
    Thread.sleep(100);
    assertThat(received).isEmpty();
    log.flush();
    while (log.entries().size() < 4) {
      Thread.onSpinWait();
    }
    Thread.sleep(100);
    assertThat(response.isDone()).as("the last record is not durable yet").isFalse();
    log.flush();
    assertThat(response.get(5, TimeUnit.SECONDS).body()).isEqualTo(ANSWER);
  }

  @Test
  void anAnswerIsWithheldWhenItsLastRecordCannotBeWritten() throws Exception {
    log.flushByHand();
    var response =
        client.sendAsync(
            request("/v1/chat/completions", QUESTION), HttpResponse.BodyHandlers.ofString());
    while (log.entries().size() < 2) {
      Thread.onSpinWait();
    }
    log.flush();
    while (log.entries().size() < 4) {
      Thread.onSpinWait();
    }
    log.failFlush();
    assertThat(response.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
    assertThat(response.get().body()).doesNotContain("Hello");
  }

  @Test
  void aStreamIsReleasedAsItComesAndItsEndBindsAllOfIt() throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            request("/v1/chat/completions", streamed()), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      byte[] first = in.readNBytes(8);
      assertThat(first).asString(StandardCharsets.UTF_8).isEqualTo("data: 1\n");
      assertThat(log.kinds()).doesNotContain(RecordLog.Kind.RESULT);
      finishStream.countDown();
      String all = "data: 1\n" + new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(all).isEqualTo("data: 1\n\ndata: 2\n\ndata: [DONE]\n\n");
      Token last = house.tokens().getLast();
      Salt salt = salt(action(response), "result");
      assertThat(last.claims().get("freehold_content"))
          .contains(
              Json.of(
                  TaggedDigest.of(salt.digest(all.getBytes(StandardCharsets.UTF_8))).toString()));
      assertThat(last.claims().get("freehold_outcome")).contains(Json.of("returned"));
      // Nobody said how many tokens it took: what was set aside counts.
      assertThat(last.claims().get("freehold_tokens")).contains(Json.of(9));
    }
  }

  @Test
  void aHeldStreamIsReleasedOnlyOnceItsEndIsDurable() throws Exception {
    server.close();
    server = start(true);
    finishStream.countDown();
    log.flushByHand();
    var response =
        client.sendAsync(
            request("/v1/chat/completions", streamed()), HttpResponse.BodyHandlers.ofString());
    while (log.entries().size() < 2) {
      Thread.onSpinWait();
    }
    log.flush();
    while (log.entries().size() < 4) {
      Thread.onSpinWait();
    }
    Thread.sleep(100);
    assertThat(response.isDone()).isFalse();
    log.flush();
    assertThat(response.get(5, TimeUnit.SECONDS).body()).endsWith("[DONE]\n\n");
  }

  @Test
  void aStreamWhoseEndCannotBeWrittenDoesNotEndWell() throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            request("/v1/chat/completions", streamed()), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      in.readNBytes(8);
      log.full(true);
      finishStream.countDown();
      org.assertj.core.api.Assertions.assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aClientThatLeavesIsRecordedAsCut() throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            request("/v1/chat/completions", streamed().replace("Hi", "LONG")),
            HttpResponse.BodyHandlers.ofInputStream());
    response.body().readNBytes(8);
    response.body().close();
    finishStream.countDown();
    for (int i = 0; i < 500 && !log.kinds().contains(RecordLog.Kind.RESULT); i++) {
      Thread.sleep(10);
    }
    assertThat(house.tokens().getLast().claims().get("freehold_outcome")).contains(Json.of("cut"));
    assertThat(house.check()).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  @Test
  void aServerThatIsGoneIsAFailedAction() throws Exception {
    behind.stop(0);
    HttpResponse<String> response = post("/v1/chat/completions", QUESTION);
    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(house.tokens().getLast().claims().get("freehold_outcome"))
        .contains(Json.of("failed"));
    assertThat(((HistoryCheck.Result.Holds) house.check()).history().path().tokens()).isZero();
  }

  @Test
  void whatIsNotMandatedNeverReachesTheServer() throws Exception {
    HttpResponse<String> response =
        post("/v1/chat/completions", QUESTION.replace("\"tiny\"", "\"huge\""));
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body()).contains("not_mandated", "\"verdict\":\"DENY\"");
    assertThat(
            post(
                    "/v1/chat/completions",
                    QUESTION.replace(
                        "{\"model\"",
                        "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"shell\"}}],\"model\""))
                .statusCode())
        .isEqualTo(403);
    assertThat(received).isEmpty();
    assertThat(house.tokens()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"model\":\"tiny\",\"model\":\"huge\"}",
        "{\"model\":\"tiny\",\"\\u006dodel\":\"huge\"}",
        "{\"model\":7}",
        "{\"model\":\"tiny\",\"max_tokens\":1,\"max_completion_tokens\":100000}",
        "{\"model\":\"tiny\",\"max_tokens\":-1}",
        "{\"model\":\"tiny\",\"max_tokens\":\"9\"}",
        "{\"model\":\"tiny\",\"max_tokens\":1.5}",
        "{\"model\":\"tiny\",\"n\":0}",
        "{\"model\":\"tiny\",\"tools\":{}}",
        "{\"model\":\"tiny\",\"tools\":[{}]}",
        "{\"model\":\"tiny\"} {\"model\":\"huge\"}"
      })
  void aRequestThatCouldMeanTwoThingsIsRefused(String body) throws Exception {
    assertThat(post("/v1/chat/completions", body).statusCode()).isEqualTo(400);
    assertThat(received).isEmpty();
    assertThat(house.tokens()).isEmpty();
  }

  @Test
  void aToolIsCalledWithACapabilityAndItsResultRecorded() throws Exception {
    Json.Obj allowed =
        json(
            post(
                "/v1/effects",
                "{\"effect\":\"tool_call\",\"resource\":\"search\",\"content\":{\"query\":\"freehold\"}}"));
    String id = text(allowed, "action");
    byte[] content = "{\"query\":\"freehold\"}".getBytes(StandardCharsets.UTF_8);
    RelyingParty search = new RelyingParty(House.GATEWAY.verifyingKey(), "search", House.PROGRAM);
    byte[] capability = CanonicalJson.bytes(allowed.get("capability").orElseThrow());
    Salt salt = salt(allowed, "request");
    Action action = Action.of(EffectKind.TOOL_CALL, "search");
    // A10: another content than the one that was judged.
    assertThat(
            search.admit(
                capability, action, salt, "{}".getBytes(StandardCharsets.UTF_8), house.now))
        .isInstanceOf(RelyingParty.Admission.Refused.class);
    assertThat(search.admit(capability, action, salt, content, house.now))
        .isInstanceOf(RelyingParty.Admission.Admitted.class);
    assertThat(search.admit(capability, action, salt, content, house.now))
        .isInstanceOf(RelyingParty.Admission.Refused.class);
    Json.Obj done =
        json(post("/v1/effects/" + id, "{\"outcome\":\"returned\",\"content\":{\"hits\":[]}}"));
    assertThat(((Json.Arr) done.get("tokens").orElseThrow()).items()).hasSize(3);
    assertThat(house.check()).isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(post("/v1/effects/" + id, "{\"outcome\":\"returned\",\"content\":1}").statusCode())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"effect\":\"model_call\",\"resource\":\"x\",\"content\":1}",
        "{\"effect\":\"tool_call\",\"resource\":\"\",\"content\":1}",
        "{\"effect\":\"tool_call\",\"resource\":\"search\"}",
        "{\"effect\":\"tool_call\",\"resource\":\"search\",\"content\":1,\"amount\":1}",
        "{\"effect\":\"payment\",\"resource\":\"bank.example\",\"content\":1}",
        "{\"effect\":\"payment\",\"resource\":\"bank.example\",\"content\":1,\"amount\":-1,\"unit\":\"EUR\"}",
        "{\"effect\":\"tool_call\",\"resource\":\"search\",\"content\":1,\"nonce\":\"short\"}",
        "{\"effect\":\"tool_call\",\"resource\":\"search\",\"content\":1,\"class\":\"odd\"}",
        "{\"effect\":\"theft\",\"resource\":\"search\",\"content\":1}"
      })
  void anEffectIsAskedForInItsForm(String body) throws Exception {
    assertThat(post("/v1/effects", body).statusCode()).isEqualTo(400);
    assertThat(house.tokens()).isEmpty();
  }

  @Test
  void aPaymentNeedsAPersonUntilOneSigned() throws Exception {
    String pay =
        "{\"effect\":\"payment\",\"resource\":\"bank.example\",\"amount\":3000000,\"unit\":\"EUR\",\"content\":\"to Bob\"}";
    HttpResponse<String> asked = post("/v1/effects", pay);
    assertThat(asked.statusCode()).isEqualTo(403);
    assertThat(asked.body()).contains("approval_needed", "ESCALATE");
    byte[] mandate = House.chain(House.allowance("bank.example", 0, 0, Set.of())).encode();
    assertThat(post("/v1/mandates", new String(mandate, StandardCharsets.UTF_8)).statusCode())
        .isEqualTo(200);
    assertThat(post("/v1/effects", pay).statusCode()).isEqualTo(200);
    assertThat(post("/v1/mandates", "{}").statusCode()).isEqualTo(400);
    assertThat(post("/v1/revocations", "{}").statusCode()).isEqualTo(400);
  }

  @Test
  void otherSitesAndOtherHostsAreTurnedAway() throws Exception {
    HttpRequest foreign =
        HttpRequest.newBuilder(uri("/v1/chat/completions"))
            .header("Origin", "http://evil.example")
            .POST(HttpRequest.BodyPublishers.ofString(QUESTION))
            .build();
    assertThat(client.send(foreign, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(403);
    assertThat(received).isEmpty();
    assertThat(get("/v1/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/v1/actions/00").statusCode()).isEqualTo(404);
    assertThat(get("/log/checkpoint").statusCode()).isEqualTo(404);
    assertThat(get("/v1/models").body()).isEqualTo("{\"data\":[]}");
  }

  @Test
  void aHeaderThatIsThereTwiceIsRefusedBeforeAnythingIsRecorded() throws Exception {
    for (String name : List.of("Freehold-Nonce", "Freehold-Class", "Origin")) {
      HttpRequest twice =
          HttpRequest.newBuilder(uri("/v1/chat/completions"))
              .header(name, "public-00")
              .header(name, "public-01")
              .POST(HttpRequest.BodyPublishers.ofString(QUESTION))
              .build();
      HttpResponse<String> response = client.send(twice, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(name).isEqualTo(400);
      assertThat(response.body()).contains("\"code\":\"repeated_header\"").contains(name);
    }
    assertThat(received).isEmpty();
    assertThat(log.kinds()).containsExactly(RecordLog.Kind.MANDATE);
  }

  @Test
  void anAnswerThatNamesTwoReceiptsNamesNone() throws Exception {
    behind.removeContext("/v1/chat/completions");
    behind.createContext(
        "/v1/chat/completions",
        exchange -> {
          exchange.getResponseHeaders().add("Freehold-Receipt", "r-00112233445566778899");
          exchange.getResponseHeaders().add("Freehold-Receipt", "r-99887766554433221100");
          byte[] bytes = ANSWER.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    HttpResponse<String> response = post("/v1/chat/completions", QUESTION);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Freehold-Receipt")).isEmpty();
    assertThat(house.tokens().getLast().claims().get("freehold_receipt")).isEmpty();
  }

  private static Allowance allow(long answers, long tokens, Set<EffectKind> approve) {
    Allowance a = House.allowance("127.0.0.1", answers, tokens, approve);
    return new Allowance(
        a.answers(),
        a.approve(),
        a.classification(),
        a.delegate(),
        a.effects(),
        a.egress(),
        a.models(),
        a.output(),
        a.pay(),
        List.of("*"),
        a.tokens(),
        a.tools(),
        a.unit());
  }

  private GatewayServer start(boolean hold) throws IOException {
    URI base = URI.create("http://127.0.0.1:" + behind.getAddress().getPort());
    return GatewayServer.start(
        new GatewayServer.Setup("127.0.0.1", 0, hold, _ -> Optional.empty()),
        house.interceptor,
        new HttpUpstream(base, "the key that agents never see"));
  }

  private HttpServer behind() throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext(
        "/v1/chat/completions",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          received.add(body);
          if (body.contains("\"stream\":true")) {
            stream(exchange, body.contains("LONG") ? 2000 : 1);
          } else {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Freehold-Receipt", "r-00112233445566778899");
            byte[] bytes = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    http.createContext(
        "/v1/models",
        exchange -> {
          byte[] bytes = "{\"data\":[]}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    http.start();
    return http;
  }

  private void stream(HttpExchange exchange, int times) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write("data: 1\n\n".getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
    try {
      finishStream.await();
      for (int i = 0; i < times; i++) {
        exchange
            .getResponseBody()
            .write("data: 2\n\n".repeat(times == 1 ? 1 : 1000).getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.getResponseBody().write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
  }

  private static String streamed() {
    return QUESTION.replace("{\"model\"", "{\"stream\":true,\"model\"");
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private HttpRequest request(String path, String body) {
    return HttpRequest.newBuilder(uri(path))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private Json.Obj action(HttpResponse<?> response) throws Exception {
    return json(get("/v1/actions/" + header(response, "Freehold-Action")));
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElseThrow();
  }

  private static Json.Obj json(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return (Json.Obj) Json.parse(response.body());
  }

  private static Salt salt(Json.Obj action, String which) {
    return new Salt(text((Json.Obj) action.get("salts").orElseThrow(), which));
  }

  private static String text(Json.Obj in, String name) {
    return ((Json.Str) in.get(name).orElseThrow()).value();
  }
}
