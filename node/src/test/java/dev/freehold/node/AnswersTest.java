// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers over HTTP, with a small random model: what they are, what is refused, what is kept. */
@NullMarked
class AnswersTest {
  private static final String COMPLETIONS = "/v1/completions";
  private static final String SHORT =
      "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":8,\"seed\":1}";

  /** So long that a test always finds it running. */
  private static final String LONG =
      "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":16000,\"seed\":1,\"ignore_eos\":true}";

  @TempDir private Path folder = Path.of("");
  private NodeConfiguration configuration = NodeConfiguration.defaults(folder, folder);

  @BeforeEach
  void configure() throws IOException {
    configuration =
        NodeConfiguration.defaults(folder.resolve("home"), folder)
            .withPort(0)
            .withThreads(1)
            .withKernel("scalar")
            .withModels(List.of(SmallModel.write(folder)));
  }

  private static String streamed(String body) {
    return body.substring(0, body.length() - 1) + ",\"stream\":true}";
  }

  @Test
  void everyKindOfAnswerHasAReceiptThatItsNodeSigned() throws IOException {
    String chat =
        "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":5}";
    String embedding = "{\"model\":\"small\",\"input\":[\"one\",\"two\"]}";
    try (Node node = Node.start(configuration)) {
      List<Http.Answer> answers =
          List.of(
              Http.post(node.port(), COMPLETIONS, SHORT),
              Http.post(node.port(), "/v1/chat/completions", chat),
              Http.post(node.port(), "/v1/embeddings", embedding));
      for (Http.Answer answer : answers) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        String id = String.valueOf(answer.headers().get("freehold-receipt"));
        Http.Answer shown = Http.get(node.port(), "/v1/receipts/" + id);
        Receipt receipt =
            Receipt.decode(shown.body().getBytes(StandardCharsets.UTF_8))
                .orElse(
                    why -> {
                      throw new AssertionError(why);
                    });
        assertThat(receipt.signed()).isTrue();
        assertThat(receipt.statement().node()).isEqualTo(node.id());
        assertThat(receipt.id()).hasToString(id);
      }
      assertThat(Http.get(node.port(), "/v1/receipts?limit=2").json().get("has_more"))
          .contains(Json.of(true));
    }
  }

  @Test
  void theTranscriptOpensTheReceiptsDigests() throws IOException {
    String spaced = SHORT.replace(",", " ,\n ");
    try (Node node = Node.start(configuration)) {
      Http.Answer answer =
          Http.post(
              node.port(), COMPLETIONS, spaced, "Freehold-Nonce: 000102030405060708090a0b0c0d0e0f");
      String id = String.valueOf(answer.headers().get("freehold-receipt"));
      try (ReceiptStore store = ReceiptStore.open(configuration.home())) {
        Transcript transcript = store.find(new ReceiptId(id)).orElseThrow();
        assertThat(transcript.request()).isEqualTo(spaced);
        var statement = transcript.receipt().statement();
        assertThat(statement.nonce().hex()).isEqualTo("000102030405060708090a0b0c0d0e0f");
        assertThat(transcript.salts().ofRequest(spaced)).isEqualTo(statement.request());
        assertThat(transcript.salts().ofResponse(transcript.response()))
            .isEqualTo(statement.response());
        assertThat(transcript.salts().ofTokens(transcript.outputs().getFirst()))
            .isEqualTo(statement.choices().getFirst().tokens());
        assertThat(statement.choices().getFirst().output()).isEqualTo(8);
        assertThat(statement.choices().getFirst().finish()).isEqualTo(Finish.LENGTH);
        assertThat(statement.model().digest())
            .isEqualTo(configuration.models().getFirst().digest());
      }
    }
  }

  @Test
  void aStreamGivesTheSameTextAndNamesItsReceiptInTheLastEvent() throws IOException {
    try (Node node = Node.start(configuration)) {
      String whole = text(Http.post(node.port(), COMPLETIONS, SHORT).json());
      Http.Answer stream = Http.post(node.port(), COMPLETIONS, streamed(SHORT));
      assertThat(stream.headers())
          .containsEntry("content-type", "text/event-stream; charset=utf-8");
      List<String> events = events(stream.body());
      assertThat(events.getLast()).isEqualTo("[DONE]");
      StringBuilder text = new StringBuilder();
      for (String event : events.subList(0, events.size() - 1)) {
        text.append(text((Json.Obj) Json.parse(event)));
      }
      assertThat(text).hasToString(whole);
      assertThat(events.get(events.size() - 2))
          .containsPattern("\"freehold\":\\{\"receipt\":\"r-[0-9a-f]{20}\",\"ran_by\":\"did:key:");
      assertThat(events.subList(0, events.size() - 2))
          .noneMatch(event -> event.contains("freehold"));
    }
  }

  private static String text(Json.Obj answer) {
    Json.Arr choices = (Json.Arr) answer.get("choices").orElseThrow();
    Json.Obj choice = (Json.Obj) choices.items().getFirst();
    return ((Json.Str) choice.get("text").orElseThrow()).value();
  }

  private static List<String> events(String body) {
    return Stream.of(body.split("\n\n", -1))
        .filter(line -> !line.isEmpty())
        .map(line -> line.substring("data: ".length()))
        .toList();
  }

  @Test
  void wrongInputGetsItsOwnErrorAndNoReceipt() throws IOException {
    record Wrong(String body, int status, String code) {}
    String tooLong = "a".repeat(SmallModel.CONTEXT + 100);
    List<Wrong> wrongs =
        List.of(
            new Wrong("{\"model\":\"small\",\"prompt\":", 400, "invalid_json"),
            new Wrong("\u0000", 400, "invalid_json"),
            new Wrong("[]", 400, "invalid_type"),
            new Wrong("{}", 400, "missing_required_parameter"),
            new Wrong("{\"model\":\"small\"}", 400, "missing_required_parameter"),
            new Wrong(SHORT.replace("small", "huge"), 404, "model_not_found"),
            new Wrong(SHORT.replace("8", "-8"), 400, "integer_below_min_value"),
            new Wrong(SHORT.replace("8", "\"8\""), 400, "invalid_type"),
            new Wrong(SHORT.replace("}", ",\"temperature\":9}"), 400, "decimal_above_max_value"),
            new Wrong(SHORT.replace("ab", tooLong), 400, "context_length_exceeded"),
            new Wrong(streamed(SHORT.replace("ab", tooLong)), 400, "context_length_exceeded"),
            new Wrong(SHORT.replace("\"ab\"", "[99999]"), 400, "invalid_value"));
    try (Node node = Node.start(configuration)) {
      for (Wrong wrong : wrongs) {
        Http.Answer answer = Http.post(node.port(), COMPLETIONS, wrong.body);
        assertThat(answer.status()).as(wrong.body).isEqualTo(wrong.status);
        assertThat(answer.error("code")).as(wrong.body).isEqualTo(wrong.code);
        assertThat(answer.error("message")).isNotBlank();
      }
      assertThat(Http.post(node.port(), COMPLETIONS, SHORT.replace("ab", tooLong)).error("message"))
          .contains("101 more than");
      assertThat(
              Http.post(node.port(), COMPLETIONS, SHORT.replace("small", "huge")).error("message"))
          .contains("small");
      assertThat(Http.post(node.port(), COMPLETIONS, SHORT, "Freehold-Nonce: 12").error("code"))
          .isEqualTo("invalid_nonce");
      for (String twice :
          List.of(
              "Freehold-Nonce: 000102030405060708090a0b0c0d0e0f",
              "Freehold-Tier: own",
              "Content-Type: application/json",
              "Authorization: Bearer a-key-of-somebody",
              "Origin: http://localhost")) {
        Http.Answer answer =
            Http.post(node.port(), COMPLETIONS, SHORT, twice, twice.replace(": ", ":"));
        assertThat(answer.status()).as(twice).isEqualTo(400);
        assertThat(answer.error("code")).as(twice).isEqualTo("repeated_header");
        assertThat(answer.error("type")).as(twice).isEqualTo("invalid_request_error");
        String name = twice.substring(0, twice.indexOf(':'));
        assertThat(answer.error("param")).isEqualTo(name);
        assertThat(answer.error("message")).contains(name).contains("2 times").contains("once");
      }
      assertThat(
              Http.post(node.port(), COMPLETIONS, SHORT, "Host: localhost", "Host:localhost")
                  .status())
          .isEqualTo(400);
      assertThat(
              Http.post(
                      node.port(),
                      COMPLETIONS,
                      SHORT,
                      "Freehold-Nonce: 000102030405060708090a0b0c0d0e0f",
                      "freehold-nonce: 0f0e0d0c0b0a09080706050403020100")
                  .error("code"))
          .isEqualTo("repeated_header");
      assertThat(Http.post(node.port(), COMPLETIONS, SHORT, "Content-Type: text/plain").status())
          .isEqualTo(415);
      assertThat(
              Http.post(node.port(), COMPLETIONS, "{\"a\":\"" + "x".repeat(5 << 20) + "\"}")
                  .status())
          .isEqualTo(413);
      assertThat(Http.get(node.port(), "/v1/receipts").body()).contains("\"data\":[]");
      assertThat(Http.get(node.port(), "/v1/receipts/r-00000000000000000000").error("code"))
          .isEqualTo("receipt_not_found");
      assertThat(Http.get(node.port(), "/v1/receipts?limit=0").status()).isEqualTo(400);
    }
  }

  @Test
  void aFullQueueAnswersWhenToComeBack() throws IOException, InterruptedException {
    try (Node node = Node.start(configuration.withMaxConcurrent(1).withQueueLimit(1))) {
      try (Socket first = open(node.port(), streamed(LONG))) {
        assertThat(first.getInputStream().read()).isEqualTo('H');
        Socket second = open(node.port(), streamed(LONG));
        try (second) {
          await(node, "freehold_queue_depth{model=\"small\"}", 1);
          refuses(node);
        }
        await(node, "freehold_queue_depth{model=\"small\"}", 0);
      }
      await(node, "freehold_answers_active{model=\"small\"}", 0);
      assertThat(Http.post(node.port(), COMPLETIONS, SHORT).status()).isEqualTo(200);
    }
  }

  private static void refuses(Node node) throws IOException {
    Http.Answer refused = Http.post(node.port(), COMPLETIONS, SHORT);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.error("code")).isEqualTo("queue_full");
    assertThat(Integer.parseInt(String.valueOf(refused.headers().get("retry-after")))).isPositive();
  }

  @Test
  void aClientThatLeavesEndsItsAnswerAndLeavesAReceipt() throws IOException, InterruptedException {
    try (Node node = Node.start(configuration)) {
      for (String body : List.of(LONG, streamed(LONG))) {
        try (Socket client = open(node.port(), body)) {
          await(node, "freehold_answers_active{model=\"small\"}", 1);
          assertThat(client.isConnected()).isTrue();
        }
        await(node, "freehold_answers_active{model=\"small\"}", 0);
      }
      await(node, "freehold_receipts_total", 2);
      assertThat(metric(node, "freehold_answers_cancelled_total")).isEqualTo(2);
    }
    try (ReceiptStore store = ReceiptStore.open(configuration.home())) {
      store
          .list(10, null)
          .forEach(
              stored -> {
                Transcript transcript = store.find(stored.id()).orElseThrow();
                var choice = transcript.receipt().statement().choices().getFirst();
                assertThat(choice.finish()).isEqualTo(Finish.CANCELLED);
                assertThat(choice.output()).isLessThan(16000);
              });
    }
  }

  @Test
  void manyClientsAtOnceGetWhatEachWouldGetAlone()
      throws IOException, InterruptedException, ExecutionException {
    try (Node node = Node.start(configuration);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<String> alone = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        alone.add(text(Http.post(node.port(), COMPLETIONS, seeded(i)).json()));
      }
      List<Future<Http.Answer>> together = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String body = seeded(i);
        together.add(clients.submit(() -> Http.post(node.port(), COMPLETIONS, body)));
      }
      for (int i = 0; i < 12; i++) {
        assertThat(text(together.get(i).get().json())).isEqualTo(alone.get(i));
      }
      assertThat(metric(node, "freehold_receipts_total")).isEqualTo(24);
    }
  }

  private static String seeded(int seed) {
    return SHORT.replace("\"seed\":1", "\"seed\":" + seed).replace("8", "40");
  }

  @Test
  void requestsSentBeforeTheirTurnAreAnsweredInOrder() throws IOException {
    String one = Http.request("POST", COMPLETIONS, SHORT).replace("Connection: close\r\n", "");
    String two = Http.request("POST", COMPLETIONS, SHORT.replace("\"ab\"", "\"xyz\""));
    try (Node node = Node.start(configuration);
        Socket client = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
      client.setSoTimeout(30_000);
      client.getOutputStream().write((one + one).getBytes(StandardCharsets.UTF_8));
      client.getOutputStream().write(two.getBytes(StandardCharsets.UTF_8));
      String all = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(all.split("\"prompt_tokens\":2,", -1)).hasSize(3);
      assertThat(all.split("\"prompt_tokens\":3,", -1)).hasSize(2);
      assertThat(all.indexOf("\"prompt_tokens\":3,"))
          .isGreaterThan(all.lastIndexOf("\"prompt_tokens\":2,"));
    }
  }

  @Test
  void stoppingLetsAnswersFinishAndRefusesNewOnes()
      throws IOException, InterruptedException, ExecutionException {
    Node node = Node.start(configuration.withDrain(Duration.ofSeconds(60)));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      String body = LONG.replace("16000", "700");
      Future<Http.Answer> answer = threads.submit(() -> Http.post(node.port(), COMPLETIONS, body));
      await(node, "freehold_answers_active{model=\"small\"}", 1);
      Future<?> stop = threads.submit(node::close);
      while (Http.get(node.port(), "/healthz").status() == 200) {
        Thread.sleep(1);
      }
      assertThat(Http.post(node.port(), COMPLETIONS, SHORT).error("code"))
          .isEqualTo("node_stopping");
      assertThat(answer.get().status()).isEqualTo(200);
      stop.get();
    }
    try (ReceiptStore store = ReceiptStore.open(configuration.home())) {
      assertThat(store.list(1, null).getFirst().outputTokens()).isEqualTo(700);
    }
  }

  @Test
  void stoppingCutsWhatDoesNotFinishInTimeAndTellsTheClient()
      throws IOException, InterruptedException, ExecutionException {
    Node node = Node.start(configuration.withDrain(Duration.ofMillis(50)));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Http.Answer> whole = threads.submit(() -> Http.post(node.port(), COMPLETIONS, LONG));
      Future<Http.Answer> stream =
          threads.submit(() -> Http.post(node.port(), COMPLETIONS, streamed(LONG)));
      await(node, "freehold_answers_active{model=\"small\"}", 2);
      node.close();
      assertThat(whole.get().error("code")).isEqualTo("node_stopping");
      assertThat(whole.get().headers()).containsKey("freehold-receipt");
      assertThat(stream.get().body()).contains("node_stopping").doesNotContain("[DONE]");
    }
    try (ReceiptStore store = ReceiptStore.open(configuration.home())) {
      assertThat(store.count()).isEqualTo(2);
    }
  }

  @Test
  void withoutAReceiptThereIsNoAnswer() throws IOException {
    try (Node node = Node.start(configuration)) {
      assertThat(Http.post(node.port(), COMPLETIONS, SHORT).status()).isEqualTo(200);
      breakReceipts();
      Http.Answer withheld = Http.post(node.port(), COMPLETIONS, SHORT);
      assertThat(withheld.status()).isEqualTo(507);
      assertThat(withheld.error("code")).isEqualTo("receipt_not_stored");
      assertThat(withheld.body()).doesNotContain("choices");
      String stream = Http.post(node.port(), COMPLETIONS, streamed(SHORT)).body();
      assertThat(stream)
          .contains("receipt_not_stored")
          .doesNotContain("\"finish_reason\":\"length\"")
          .doesNotContain("[DONE]");
      assertThat(metric(node, "freehold_receipt_failures_total")).isEqualTo(2);
    }
  }

  /** Makes every insert fail, as a full disk does, by way of a trigger in the database. */
  private void breakReceipts() {
    try (var connection =
            new org.sqlite.SQLiteDataSource() {
              {
                setUrl("jdbc:sqlite:" + configuration.home().resolve(ReceiptStore.FILE));
              }
            }.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TRIGGER full BEFORE INSERT ON receipt BEGIN SELECT RAISE(ABORT, 'full'); END");
    } catch (java.sql.SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aModelFileThatWasChangedSignsNothing() throws IOException {
    ServedModel model = configuration.models().getFirst();
    byte[] bytes = Files.readAllBytes(model.file());
    bytes[bytes.length - 5] ^= 1;
    Files.write(model.file(), bytes);
    try (Node node = Node.start(configuration)) {
      Http.Answer answer = Http.post(node.port(), COMPLETIONS, SHORT);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.error("code")).isEqualTo("model_unavailable");
      assertThat(answer.error("message")).contains(model.digest().toString()).contains("pull");
      assertThat(metric(node, "freehold_receipts_total")).isZero();
    }
  }

  @Test
  void aModelThatCanNotBeLoadedSaysWhyToEachRequest() throws IOException, InterruptedException {
    ServedModel model = configuration.models().getFirst();
    Files.writeString(model.file(), "not a model");
    try (Node node = Node.start(configuration)) {
      Http.Answer answer = Http.post(node.port(), COMPLETIONS, SHORT);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.error("message")).contains("small").contains("can't be used");
      org.assertj.core.api.Assertions.assertThatThrownBy(node::awaitModels)
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("small");
    }
  }

  @Test
  void aRestartKeepsEveryReceipt() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (Node node = Node.start(configuration)) {
        Http.Answer answer = Http.post(node.port(), COMPLETIONS, seeded(i));
        ids.add(String.valueOf(answer.headers().get("freehold-receipt")));
        for (String id : ids) {
          Http.Answer shown = Http.get(node.port(), "/v1/receipts/" + id);
          assertThat(Receipt.decode(shown.body().getBytes(StandardCharsets.UTF_8)))
              .isInstanceOf(Parsed.Read.class);
        }
      }
    }
  }

  @Test
  void theLogHoldsNeitherPromptsNorKeys() throws IOException {
    try (Node node = Node.start(configuration.withAccessLog(true))) {
      Http.post(node.port(), COMPLETIONS, SHORT.replace("ab", "a secret wish"));
      Http.post(node.port(), COMPLETIONS, "{\"prompt\": secret");
      Http.get(node.port(), "/v1/secret?secret=1", "Authorization: Bearer secret");
    }
    String log = Files.readString(configuration.home().resolve("node.log"));
    assertThat(log).contains("\"event\":\"request\"").doesNotContain("secret");
  }

  private static Socket open(int port, String body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket
        .getOutputStream()
        .write(Http.request("POST", COMPLETIONS, body).getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return socket;
  }

  private static double metric(Node node, String name) throws IOException {
    return Http.get(node.port(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(-1);
  }

  private static void await(Node node, String name, double value)
      throws IOException, InterruptedException {
    for (int i = 0; i < 2000 && metric(node, name) != value; i++) {
      Thread.sleep(5);
    }
    String all = Http.get(node.port(), "/metrics").body().replaceAll("(?m)^#.*\n", "");
    assertThat(metric(node, name)).as("%s in%n%s", name, all).isEqualTo(value);
  }
}
