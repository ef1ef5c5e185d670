// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Kind;
import dev.freehold.fleet.lane.LaneEvent;
import dev.freehold.fleet.lane.LaneName;
import dev.freehold.fleet.lane.LaneOrder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes of servers that answer well, badly, or not at all. */
@NullMarked
class LanesTest {
  private static final NodeId SELF = SigningKey.ofSeed(new byte[32]).nodeId();
  private static final LanePatience SHORT =
      new LanePatience(
          Duration.ofSeconds(2),
          Duration.ofMillis(700),
          Duration.ofMillis(700),
          Duration.ofMillis(50));
  private static final LanePatience PATIENT =
      new LanePatience(SHORT.connect(), Duration.ofMinutes(1), Duration.ofMinutes(1), SHORT.look());

  /** Of a test that is about silence, less: a machine may be busy. */
  private LanePatience patience = PATIENT;

  private static final LaneName NAME = new LaneName("other");
  private static final String WHOLE =
      "{\"id\":\"theirs\",\"model\":\"theirs\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
          + "\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}}";
  private static final String FIRST =
      "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"He\"},"
          + "\"finish_reason\":null}],\"usage\":null}";
  private static final String LAST =
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"llo\"},\"finish_reason\":\"stop\"}]}";

  @TempDir private Path folder = Path.of("");
  private final List<AutoCloseable> held = new ArrayList<>();
  private @Nullable FakeServer fake;

  @BeforeEach
  void start() throws IOException {
    fake = new FakeServer();
    held.add(fake);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : held.reversed()) {
      each.close();
    }
  }

  private FakeServer server() {
    return java.util.Objects.requireNonNull(fake);
  }

  private Lanes lanes(LanePatience patience, @Nullable Path key) throws IOException {
    LaneSettings settings = new LaneSettings(NAME, server().address(), "their-model", key);
    Lanes lanes = Lanes.open(SELF, List.of(settings), patience, 2);
    held.add(lanes);
    return lanes;
  }

  private static LaneOrder order(boolean stream) {
    return new LaneOrder(
        NAME,
        Kind.CHAT,
        "{\"model\":\"unproven/other\",\"messages\":[],\"top_n_sigma\":1.5,\"stream\":"
            + stream
            + "}");
  }

  /** Keeps what comes. */
  private static final class Heard implements LaneCall.Sink {
    private final List<LaneEvent> events = new ArrayList<>();
    private final CountDownLatch first = new CountDownLatch(1);

    @Override
    public void begun() {
      events.clear();
    }

    @Override
    public void event(LaneEvent event) {
      events.add(event);
      first.countDown();
    }
  }

  private Heard run(boolean stream) throws IOException, InterruptedException {
    Heard heard = new Heard();
    lanes(patience, null).begin(order(stream)).run(heard);
    return heard;
  }

  private void fails(boolean stream, String code, String because) {
    assertThatThrownBy(() -> run(stream))
        .isInstanceOfSatisfying(LaneFailed.class, e -> assertThat(e.error().code()).isEqualTo(code))
        .hasMessageContaining(because)
        .hasMessageContaining("other");
  }

  @Test
  void passesWholeAnswersAndStreamsOnUnderTheServersOwnNameForTheModel() throws Exception {
    server().behave(exchange -> FakeServer.say(exchange, 200, WHOLE));
    LaneEvent whole = run(false).events.getFirst();
    assertThat(whole.choices().write()).contains("Hello");
    assertThat(whole.usage().orElseThrow().write()).contains("\"completion_tokens\":1");
    assertThat(server().asked().getFirst().body())
        .contains("\"model\":\"their-model\"", "\"top_n_sigma\":1.5");
    assertThat(server().asked().getFirst().path()).isEqualTo("/v1/chat/completions");
    server().behave(exchange -> FakeServer.stream(exchange, FIRST, LAST, "[DONE]").close());
    List<LaneEvent> events = run(true).events;
    assertThat(events).hasSize(2);
    assertThat(events.getFirst().finishes()).isFalse();
    assertThat(events.getLast().finishes()).isTrue();
    assertThat(server().asked().getFirst().authorization()).isEmpty();
  }

  @Test
  void aServerThatIsDownIsSaidToBe() throws Exception {
    Lanes lanes = lanes(SHORT, null);
    server().close();
    assertThatThrownBy(() -> lanes.begin(order(false)).run(new Heard()))
        .isInstanceOfSatisfying(
            LaneFailed.class,
            e -> {
              assertThat(e.error().code()).isEqualTo("lane_down");
              assertThat(e.error().status()).isEqualTo(502);
            })
        .hasMessageContaining(server().address().toString());
    while (!lanes.state(NAME).equals("failed")) {
      Thread.sleep(10);
    }
    assertThat(lanes.problem(NAME).orElseThrow()).contains("nothing answers");
  }

  @Test
  void theStateFollowsTheServer() throws Exception {
    Lanes lanes = lanes(SHORT, null);
    for (int status : new int[] {503, 200, 401, 404}) {
      server().models(status);
      String state = status == 503 || status == 401 ? "failed" : "ready";
      long end = System.nanoTime() + 20_000_000_000L;
      while (!lanes.state(NAME).equals(state)) {
        assertThat(System.nanoTime()).as("after %d", status).isLessThan(end);
        Thread.sleep(10);
      }
    }
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() {
    patience = SHORT;
    server().behave(_ -> Thread.sleep(Duration.ofSeconds(20)));
    fails(false, "lane_silent", "nothing for too long");
    fails(true, "lane_silent", "nothing for too long");
    server()
        .behave(
            exchange -> {
              OutputStream _ = FakeServer.stream(exchange, FIRST);
              Thread.sleep(Duration.ofSeconds(20));
            });
    fails(true, "lane_silent", "nothing for too long");
  }

  @Test
  void rubbishIsNoAnswer() {
    for (String rubbish :
        List.of(
            "<html>",
            "[]",
            "{}",
            "{\"choices\":[]}",
            "{\"choices\":{}}",
            "{\"choices\":[7]}",
            "{\"choices\":[{\"message\":\"Hello\"}]}",
            "{\"choices\":[{\"delta\":{}}]}",
            WHOLE.replace("{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}", "3"),
            WHOLE + WHOLE)) {
      server().behave(exchange -> FakeServer.say(exchange, 200, rubbish));
      fails(false, "lane_rubbish", "no answer");
    }
    for (String event : List.of("{", "{}", "{\"choices\":[{\"message\":{}}]}", "7")) {
      server().behave(exchange -> FakeServer.stream(exchange, FIRST, event, "[DONE]").close());
      fails(true, "lane_rubbish", "no answer");
    }
    server().behave(exchange -> FakeServer.say(exchange, 200, WHOLE));
    fails(true, "lane_rubbish", "a line that is no event");
    server().behave(exchange -> FakeServer.stream(exchange, FIRST, "[DONE]").close());
    fails(true, "lane_rubbish", "ends before its answer does");
    server()
        .behave(
            exchange -> {
              try (OutputStream out = FakeServer.stream(exchange, FIRST)) {
                out.write(new byte[] {'d', 'a', 't', 'a', ':', (byte) 0xff, '\n'});
              }
            });
    fails(true, "lane_rubbish", "not UTF-8");
  }

  @Test
  void anAnswerThatIsCutIsNotTakenForAWholeOne() {
    server()
        .behave(
            exchange -> {
              exchange.sendResponseHeaders(200, WHOLE.length());
              exchange
                  .getResponseBody()
                  .write(WHOLE.substring(0, 50).getBytes(StandardCharsets.UTF_8));
              exchange.getResponseBody().flush();
            });
    fails(false, "lane_broke_off", "broke off");
    server().behave(exchange -> FakeServer.stream(exchange, FIRST, LAST).close());
    fails(true, "lane_broke_off", "broke off");
    server().behave(exchange -> FakeServer.stream(exchange, FIRST));
    fails(true, "lane_broke_off", "broke off");
  }

  @Test
  void aServersErrorIsTheClientsOrTheServersFault() {
    String error = "{\"error\":{\"message\":\"too \\u0007 long\"}}";
    server().behave(exchange -> FakeServer.say(exchange, 400, error));
    fails(false, "lane_refused", "answers 400: too   long");
    server().behave(exchange -> FakeServer.say(exchange, 404, "{\"detail\":\"Not Found\"}"));
    fails(false, "lane_refused", "answers 404: Not Found");
    server().behave(exchange -> FakeServer.say(exchange, 422, "{\"detail\":[{\"msg\":\"no\"}]}"));
    fails(false, "lane_refused", "answers 422: nothing more");
    server().behave(exchange -> FakeServer.say(exchange, 429, error));
    fails(true, "lane_refused", "answers 429");
    server().behave(exchange -> FakeServer.say(exchange, 500, error));
    fails(false, "lane_failed", "answers 500");
    server().behave(exchange -> FakeServer.say(exchange, 302, ""));
    fails(false, "lane_failed", "answers 302: nothing more");
    server().behave(exchange -> FakeServer.stream(exchange, FIRST, error).close());
    fails(true, "lane_failed", "says: too");
  }

  @Test
  void anEnormousAnswerIsCutOff() {
    String much = "x".repeat(1 << 20);
    server()
        .behave(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              for (int i = 0; i < 32; i++) {
                exchange.getResponseBody().write(much.getBytes(StandardCharsets.UTF_8));
              }
            });
    fails(false, "lane_too_large", "more than an answer");
    server().behave(exchange -> FakeServer.stream(exchange, FIRST, much + much).close());
    fails(true, "lane_too_large", "more than an answer");
    server()
        .behave(
            exchange -> {
              OutputStream out = FakeServer.stream(exchange, FIRST);
              String event = "data: " + FIRST.replace("He", "x".repeat(900_000)) + "\n\n";
              while (true) {
                out.write(event.getBytes(StandardCharsets.UTF_8));
              }
            });
    fails(true, "lane_too_large", "more than an answer");
  }

  @Test
  void theKeyGoesToTheServerAndNowhereElse() throws Exception {
    String secret = "sk-0123456789abcdef";
    Path file = Files.writeString(folder.resolve("key"), secret + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    server()
        .behave(
            exchange ->
                FakeServer.say(
                    exchange, 401, "{\"error\":{\"message\":\"wrong key " + secret + "\"}}"));
    Lanes lanes = lanes(SHORT, file);
    assertThatThrownBy(() -> lanes.begin(order(false)).run(new Heard()))
        .isInstanceOfSatisfying(
            LaneFailed.class, e -> assertThat(e.error().code()).isEqualTo("lane_unauthorized"))
        .hasMessageNotContaining(secret);
    assertThat(server().asked().getFirst().authorization()).contains("Bearer " + secret);
    assertThat(lanes.list().toString()).doesNotContain(secret);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> lanes(SHORT, file)).hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file, "two lines\nof text\n");
    assertThatThrownBy(() -> lanes(SHORT, file)).hasMessageContaining("holds no key");
    assertThatThrownBy(() -> lanes(SHORT, folder.resolve("none")))
        .hasMessageContaining("no key file");
    assertThatThrownBy(() -> LaneSettings.parse("x http://192.0.2.1/v1").withKey(file))
        .hasMessageContaining("in clear");
    assertThat(LaneSettings.parse("x https://192.0.2.1/v1").withKey(file).keyFile())
        .isEqualTo(file);
  }

  @Test
  void moreThanThereArePlacesForIsRefused() throws Exception {
    CountDownLatch busy = new CountDownLatch(2);
    server()
        .behave(
            exchange -> {
              busy.countDown();
              Thread.sleep(Duration.ofSeconds(20));
              FakeServer.say(exchange, 200, WHOLE);
            });
    Lanes lanes = lanes(PATIENT, null);
    List<Thread> callers = new ArrayList<>();
    List<String> ends = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 2; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      lanes.begin(order(false)).run(new Heard());
                    } catch (LaneFailed e) {
                      ends.add(e.error().code());
                    } catch (IOException | InterruptedException e) {
                      ends.add(e.toString());
                    }
                  }));
    }
    busy.await();
    assertThatThrownBy(() -> lanes.begin(order(false)).run(new Heard()))
        .isInstanceOfSatisfying(
            LaneFailed.class, e -> assertThat(e.error().status()).isEqualTo(429));
    lanes.close();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(ends).containsExactly("node_stopping", "node_stopping");
  }

  @Test
  void refusesLanesThatAreNone() {
    for (String wrong :
        List.of(
            "only-a-name",
            "a ftp://127.0.0.1/v1",
            "a 127.0.0.1:8000",
            "a http://user@127.0.0.1/v1",
            "a http://127.0.0.1/v1?key=1",
            "a http://127.0.0.1/v1#x",
            "a/b http://127.0.0.1/v1",
            "a http:///v1",
            "a http://127.0.0.1/v1 " + "m".repeat(201))) {
      assertThatThrownBy(() -> LaneSettings.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    LaneSettings read = LaneSettings.parse("llama3:8b  http://127.0.0.1:11434/v1/");
    assertThat(read.model()).isEqualTo("llama3:8b");
    assertThat(read.address()).hasToString("http://127.0.0.1:11434/v1");
    assertThat(LaneSettings.parse("a http://h/v1 org/Model 8B").model()).isEqualTo("org/Model 8B");
  }
}
