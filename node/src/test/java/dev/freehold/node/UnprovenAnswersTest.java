// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.lanes.FakeServer;
import dev.freehold.node.lanes.LaneSettings;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other engines behind nodes: answered, marked, and never with a receipt. */
@NullMarked
class UnprovenAnswersTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String ASKED =
      "{\"model\":\"unproven/other\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
  private static final String STREAMED = ASKED.replace("]}", "],\"stream\":true}");
  private static final String WHOLE =
      "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},"
          + "\"finish_reason\":\"stop\"}],\"usage\":{\"completion_tokens\":1},"
          + "\"freehold\":{\"receipt\":\"r-00000000000000000000\"}}";
  private static final String FIRST =
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}";
  private static final String LAST =
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}],"
          + "\"freehold\":{\"receipt\":\"r-00000000000000000000\"}}";

  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final String TEXT = "{\"model\":\"unproven/other\",\"input\":\"a\"}";

  @TempDir private Path folder = Path.of("");

  private NodeConfiguration configuration(String name) {
    return NodeConfiguration.defaults(folder.resolve(name), folder.resolve("cache"))
        .withPort(0)
        .withThreads(1)
        .withKernel("scalar")
        .withFleet(
            FleetSettings.none()
                .with("fleet-name", name)
                .with("link-listen", "127.0.0.1:0")
                .with("link-loopback", "yes"));
  }

  private NodeConfiguration behind(String name, URI server) {
    return configuration(name)
        .withLanes(List.of(LaneSettings.parse("other " + server + " theirs")));
  }

  private static void unproven(Http.Answer answer, Node ranBy) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("freehold-proof", "unproven")
        .containsEntry("freehold-lane", "other")
        .containsEntry("freehold-ran-by", ranBy.id().toString())
        .doesNotContainKey("freehold-receipt");
    assertThat(answer.body())
        .contains("\"model\":\"unproven/other\"", "\"freehold\":{\"proof\":\"unproven\"")
        .doesNotContain("receipt");
  }

  @Test
  void anAnswerOfAnotherEngineIsMarkedAndHasNoReceipt() throws Exception {
    try (FakeServer fake = new FakeServer();
        Node node = Node.start(behind("one", fake.address()))) {
      fake.behave(exchange -> FakeServer.say(exchange, 200, WHOLE));
      Http.Answer whole = Http.post(node.port(), CHAT, ASKED);
      unproven(whole, node);
      assertThat(whole.json().get("choices").orElseThrow().write()).contains("Hello");
      fake.behave(exchange -> FakeServer.stream(exchange, FIRST, LAST, "[DONE]").close());
      Http.Answer stream = Http.post(node.port(), CHAT, STREAMED);
      unproven(stream, node);
      assertThat(stream.body()).endsWith("data: [DONE]\n\n");
      fake.behave(
          exchange ->
              FakeServer.say(
                  exchange, 200, "{\"choices\":[{\"text\":\"b\",\"finish_reason\":\"length\"}]}"));
      Http.Answer completion =
          Http.post(
              node.port(), "/v1/completions", "{\"model\":\"unproven/other\",\"prompt\":\"a\"}");
      unproven(completion, node);
      assertThat(completion.body()).contains("\"object\":\"text_completion\"");
      assertThat(Http.get(node.port(), "/v1/receipts").body()).contains("\"data\":[]");
    }
  }

  @Test
  void itIsListedAsUnprovenAndAskedUnderThatNameAlone() throws Exception {
    try (FakeServer fake = new FakeServer();
        Node node = Node.start(behind("one", fake.address()))) {
      String list = Http.get(node.port(), "/v1/models").body();
      assertThat(list).contains("\"id\":\"unproven/other\"", "\"proof\":\"unproven\"");
      assertThat(Http.get(node.port(), "/v1/models/unproven/other").body())
          .contains("\"owned_by\":\"unproven\"");
      Http.Answer bare = Http.post(node.port(), CHAT, ASKED.replace("unproven/other", "other"));
      assertThat(bare.status()).isEqualTo(404);
      Http.Answer none = Http.post(node.port(), CHAT, ASKED.replace("other", "another"));
      assertThat(none.error("code")).isEqualTo("model_not_found");
      assertThat(none.error("message")).contains("there are unproven/other");
      assertThat(Http.post(node.port(), CHAT, ASKED.replace("other", "a b")).error("code"))
          .isEqualTo("invalid_value");
      assertThat(fake.asked()).isEmpty();
    }
  }

  @Test
  void embeddingsOfAnotherEngineAreMarkedToo() throws Exception {
    try (FakeServer fake = new FakeServer();
        Node runner = Node.start(behind("runner", fake.address()));
        Node asker = Node.start(configuration("asker"))) {
      pair(asker, runner, "own");
      awaitLane(asker);
      for (Node node : List.of(runner, asker)) {
        fake.behave(
            exchange ->
                FakeServer.say(
                    exchange,
                    200,
                    "{\"object\":\"list\",\"model\":\"theirs\",\"data\":[{\"object\":\"embedding\","
                        + "\"index\":0,\"embedding\":[0.5,-0.25]}],\"usage\":{\"prompt_tokens\":1},"
                        + "\"freehold\":{\"receipt\":\"r-00000000000000000000\"}}"));
        Http.Answer vectors = Http.post(node.port(), EMBEDDINGS, TEXT);
        unproven(vectors, runner);
        assertThat(vectors.body())
            .contains("\"object\":\"list\"", "\"embedding\":[0.5,-0.25]", "\"prompt_tokens\":1")
            .doesNotContain("choices", "theirs");
        assertThat(fake.asked().getLast().path()).isEqualTo(EMBEDDINGS);
      }
      for (String wrong :
          List.of(
              "{\"choices\":[]}",
              "{\"data\":[]}",
              "{\"data\":[{\"index\":0}]}",
              "{\"data\":[{\"embedding\":[1]}]}",
              "{\"data\":[{\"index\":0,\"embedding\":7}]}")) {
        fake.behave(exchange -> FakeServer.say(exchange, 200, wrong));
        assertThat(Http.post(runner.port(), EMBEDDINGS, TEXT).error("code"))
            .as(wrong)
            .isEqualTo("lane_rubbish");
      }
    }
  }

  @Test
  void aStreamThatBreaksOffEndsWithItsErrorAndWithoutDone() throws Exception {
    try (FakeServer fake = new FakeServer();
        Node node = Node.start(behind("one", fake.address()))) {
      fake.behave(exchange -> FakeServer.stream(exchange, FIRST));
      Http.Answer stream = Http.post(node.port(), CHAT, STREAMED);
      assertThat(stream.body()).contains("Hel", "\"lane_broke_off\"").doesNotContain("[DONE]");
      fake.end();
      Http.Answer down = Http.post(node.port(), CHAT, STREAMED);
      assertThat(down.status()).isEqualTo(502);
      assertThat(down.error("code")).isEqualTo("lane_down");
    }
    assertThat(Files.readString(folder.resolve("one").resolve(EventLog.FILE)).lines())
        .filteredOn(line -> line.contains("\"event\":\"error\""))
        .anyMatch(line -> line.contains("\"lane_broke_off\""))
        .anyMatch(line -> line.contains("\"lane_down\""))
        .noneMatch(line -> line.contains("Hel"));
  }

  @Test
  void aClientThatLeavesEndsTheRequestAtTheServer() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    try (FakeServer fake = new FakeServer();
        Node node = Node.start(behind("one", fake.address()))) {
      fake.behave(
          exchange -> {
            try {
              var out = FakeServer.stream(exchange, FIRST);
              begun.countDown();
              while (true) {
                out.write(": waiting\n\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
                Thread.sleep(10);
              }
            } catch (IOException e) {
              left.countDown();
            }
          });
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
        client
            .getOutputStream()
            .write(Http.request("POST", CHAT, STREAMED).getBytes(StandardCharsets.UTF_8));
        begun.await();
      }
      left.await();
    }
  }

  @Test
  void aMemberAsksForItUnderItsNameAndWithinItsTier() throws Exception {
    try (FakeServer fake = new FakeServer();
        Node runner = Node.start(behind("runner", fake.address()));
        Node asker = Node.start(configuration("asker"))) {
      pair(asker, runner, "invited");
      awaitLane(asker);
      assertThat(Http.get(asker.port(), "/v1/models/unproven/other").body())
          .contains("\"only_on\"", "\"runner\"", "\"proof\":\"unproven\"");
      Http.Answer refused = Http.post(asker.port(), CHAT, ASKED);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.error("code")).isEqualTo("tier_not_allowed");
      assertThat(fake.asked()).isEmpty();

      fake.behave(exchange -> FakeServer.say(exchange, 200, WHOLE));
      unproven(Http.post(asker.port(), CHAT, ASKED, "Freehold-Tier: invited"), runner);
      fake.behave(exchange -> FakeServer.stream(exchange, FIRST, LAST, "[DONE]").close());
      Http.Answer stream = Http.post(asker.port(), CHAT, STREAMED, "Freehold-Tier: invited");
      unproven(stream, runner);
      assertThat(stream.body()).endsWith("data: [DONE]\n\n");
      fake.behave(exchange -> FakeServer.stream(exchange, FIRST));
      assertThat(Http.post(asker.port(), CHAT, STREAMED, "Freehold-Tier: invited").body())
          .contains("lane_broke_off")
          .doesNotContain("[DONE]");
      fake.behave(exchange -> FakeServer.say(exchange, 400, "{\"error\":{\"message\":\"no\"}}"));
      Http.Answer wrong = Http.post(asker.port(), CHAT, ASKED, "Freehold-Tier: invited");
      assertThat(wrong.status()).isEqualTo(400);
      assertThat(wrong.error("message")).contains("answers 400: no");
      assertThat(owner(asker, "fleet", "{}").body())
          .contains("\"lanes\":[{\"name\":\"unproven/other\",\"state\":\"ready\"}]");
      assertThat(Http.get(asker.port(), "/v1/receipts").body()).contains("\"data\":[]");
      assertThat(Http.get(runner.port(), "/v1/receipts").body()).contains("\"data\":[]");
    }
  }

  @Test
  void whereTheOwnServerTakesNothingOnAMemberWithTheSameLaneAnswers() throws Exception {
    try (FakeServer down = new FakeServer();
        FakeServer fake = new FakeServer();
        Node runner = Node.start(behind("runner", fake.address()));
        Node asker = Node.start(behind("asker", down.address()))) {
      pair(asker, runner, "own");
      long end = System.nanoTime() + 60_000_000_000L;
      while (!owner(asker, "fleet", "{}")
          .body()
          .contains("\"lanes\":[{\"name\":\"unproven/other\",\"state\":\"ready\"}],\"active\"")) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(50);
      }
      down.behave(exchange -> FakeServer.say(exchange, 200, WHOLE));
      fake.behave(exchange -> FakeServer.say(exchange, 200, WHOLE));
      unproven(Http.post(asker.port(), CHAT, ASKED), asker);
      // What the request did wrong nobody else is bothered with.
      down.behave(exchange -> FakeServer.say(exchange, 400, "{\"error\":{\"message\":\"no\"}}"));
      assertThat(Http.post(asker.port(), CHAT, ASKED).status()).isEqualTo(400);
      // What has begun does not go on elsewhere: that engine would say something else.
      down.behave(exchange -> FakeServer.stream(exchange, FIRST));
      assertThat(Http.post(asker.port(), CHAT, STREAMED).body())
          .contains("lane_broke_off")
          .doesNotContain("[DONE]");
      assertThat(fake.asked()).isEmpty();

      down.behave(exchange -> FakeServer.say(exchange, 500, ""));
      unproven(Http.post(asker.port(), CHAT, ASKED), runner);
      down.end();
      fake.behave(exchange -> FakeServer.stream(exchange, FIRST, LAST, "[DONE]").close());
      unproven(Http.post(asker.port(), CHAT, STREAMED), runner);
    }
  }

  /** A real engine behind another's lane: what it can prove is not claimed here. */
  @Test
  void anotherFreeholdBehindALaneIsUnprovenToo() throws Exception {
    NodeConfiguration serving =
        configuration("engine").withModels(List.of(SmallModel.write(folder)));
    try (Node engine = Node.start(serving)) {
      engine.awaitModels();
      URI address = URI.create("http://127.0.0.1:" + engine.port() + "/v1");
      NodeConfiguration front =
          configuration("front")
              .withLanes(List.of(LaneSettings.parse("other " + address + " small")));
      try (Node node = Node.start(front)) {
        String body = STREAMED.replace("true}", "true,\"max_tokens\":6,\"seed\":1}");
        Http.Answer through = Http.post(node.port(), CHAT, body);
        unproven(through, node);
        Http.Answer direct =
            Http.post(engine.port(), CHAT, body.replace("unproven/other", "small"));
        assertThat(text(through.body())).isNotEmpty().isEqualTo(text(direct.body()));
        assertThat(direct.body()).contains("\"receipt\"");
      }
    }
  }

  private static String text(String events) {
    StringBuilder text = new StringBuilder();
    for (String line : events.split("\n\n", -1)) {
      if (line.startsWith("data: {")) {
        Json.Obj event = (Json.Obj) Json.parse(line.substring(6));
        text.append(event.get("choices").orElseThrow().write());
      }
    }
    return text.toString();
  }

  private static Http.Answer owner(Node node, String verb, String body) throws IOException {
    OwnerToken token = OwnerToken.read(node.configuration().home()).orElseThrow();
    Http.Answer answer =
        Http.post(node.port(), "/owner/" + verb, body, "Authorization: " + token.authorization());
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private static void pair(Node one, Node other, String tier) throws IOException {
    Json invite =
        owner(one, "invite", "{\"tier\":\"" + tier + "\"}").json().get("invite").orElseThrow();
    owner(other, "join", "{\"invite\":\"" + ((Json.Str) invite).value() + "\"}");
  }

  private static void awaitLane(Node node) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!Http.get(node.port(), "/v1/models").body().contains("unproven/other")) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(50);
    }
  }
}
