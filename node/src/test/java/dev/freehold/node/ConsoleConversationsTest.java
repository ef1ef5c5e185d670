// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations over HTTP: for the owner's session alone, kept over a restart, in no log. */
@NullMarked
class ConsoleConversationsTest {
  private static final String SAID = "a word that nobody else reads";
  private static final String BEGIN =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"" + SAID + "\"}]}";

  @TempDir private Path folder = Path.of("");
  private NodeConfiguration configuration = NodeConfiguration.defaults(folder, folder);

  @BeforeEach
  void configure() {
    configuration =
        NodeConfiguration.defaults(folder.resolve("home"), folder.resolve("cache"))
            .withPort(0)
            .withAccessLog(true);
  }

  /** Both halves of a session, as header lines. */
  private record Session(String cookie, String key) {}

  private static Session session(Node node) throws IOException {
    String link = node.consoleLink().orElseThrow();
    Http.Answer entered =
        Http.post(
            node.port(),
            "/console/enter",
            "{\"once\":\"" + link.substring(link.indexOf('=') + 1) + "\"}",
            "Origin: http://localhost");
    String cookie = entered.headers().get("set-cookie");
    assertThat(cookie).isNotNull();
    return new Session(
        "Cookie: " + cookie.split(";", -1)[0], "Freehold-Session: " + text(entered, "session"));
  }

  private static Http.Answer post(Node node, String path, String body, Session session)
      throws IOException {
    return Http.post(
        node.port(),
        "/console/" + path,
        body,
        session.cookie,
        session.key,
        "Origin: http://localhost");
  }

  private static String text(Http.Answer answer, String name) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return ((Json.Str) answer.json().get(name).orElseThrow()).value();
  }

  @Test
  void theyOutliveTheNodeAndNoLogKnowsThem() throws IOException {
    String id;
    try (Node node = Node.start(configuration)) {
      Session session = session(node);
      Http.Answer begun = post(node, "conversations/begin", BEGIN, session);
      id = text(begun, "id");
      assertThat(text(begun, "title")).isEqualTo(SAID);
      assertThat(text(post(node, "conversations/rename/" + id, "{\"title\":\"t\"}", session), "id"))
          .isEqualTo(id);
      assertThat(configuration.home().resolve("conversations/" + id + ".json"))
          .content()
          .contains(SAID);
    }
    try (Node node = Node.start(configuration)) {
      Session session = session(node);
      Http.Answer read =
          Http.get(node.port(), "/console/conversation/" + id, session.cookie, session.key);
      assertThat(read.body()).contains(SAID).contains("\"title\":\"t\"");
      assertThat(post(node, "conversations/erase/" + id, "{}", session).status()).isEqualTo(200);
      assertThat(
              Http.get(node.port(), "/console/conversation/" + id, session.cookie, session.key)
                  .status())
          .isEqualTo(404);
      assertThat(
              post(
                      node,
                      "conversations/save/" + id,
                      BEGIN.replace("{\"messages", "{\"revision\":1,\"messages"),
                      session)
                  .status())
          .isEqualTo(409);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(SAID);
      }
    }
  }

  @Test
  void nobodyElseReadsOrChangesThem() throws IOException {
    try (Node node = Node.start(configuration)) {
      Session session = session(node);
      String id = text(post(node, "conversations/begin", BEGIN, session), "id");
      int port = node.port();
      for (String path : List.of("data/conversations", "conversation/" + id)) {
        assertThat(Http.get(port, "/console/" + path).status()).isEqualTo(401);
        assertThat(Http.get(port, "/console/" + path, "Cookie: freehold-0=0").status())
            .isEqualTo(401);
        // What every server on this machine gets is not enough, and neither is the other half.
        assertThat(Http.get(port, "/console/" + path, session.cookie).status()).isEqualTo(401);
        assertThat(Http.get(port, "/console/" + path, session.key).status()).isEqualTo(401);
        assertThat(
                Http.get(
                        port,
                        "/console/" + path,
                        session.cookie,
                        session.key,
                        "Sec-Fetch-Site: same-site")
                    .status())
            .isEqualTo(403);
        assertThat(
                Http.get(
                        port, "/console/" + path, session.cookie, session.key, "Host: evil.example")
                    .status())
            .isEqualTo(403);
      }
      for (String path :
          List.of("begin", "erase-all", "erase/" + id, "save/" + id, "rename/" + id)) {
        String to = "/console/conversations/" + path;
        String own = "Origin: http://localhost";
        assertThat(Http.post(port, to, BEGIN, own).status()).isEqualTo(401);
        assertThat(Http.post(port, to, BEGIN, own, session.cookie).status()).isEqualTo(401);
        assertThat(Http.post(port, to, BEGIN, own, session.key).status()).isEqualTo(401);
        assertThat(Http.post(port, to, BEGIN, session.cookie, session.key).status()).isEqualTo(403);
        assertThat(
                Http.post(
                        port, to, BEGIN, session.cookie, session.key, "Origin: http://evil.example")
                    .status())
            .isEqualTo(403);
        assertThat(
                Http.post(
                        port,
                        to,
                        BEGIN,
                        session.cookie,
                        session.key,
                        own,
                        "Sec-Fetch-Site: cross-site")
                    .status())
            .isEqualTo(403);
      }
      assertThat(Http.get(port, "/console/conversation/" + id, session.cookie, session.key).body())
          .contains(SAID);
    }
  }

  @Test
  void whatIsMalformedIsRefusedForItsReason() throws IOException {
    try (Node node = Node.start(configuration)) {
      Session session = session(node);
      String id = text(post(node, "conversations/begin", BEGIN, session), "id");
      assertThat(post(node, "conversations/begin", "{}", session).body()).contains("lacks");
      assertThat(post(node, "conversations/begin", "{", session).error("code"))
          .isEqualTo("invalid_json");
      assertThat(post(node, "conversations/begin", BEGIN.replace("user", "root"), session).body())
          .contains("user or assistant");
      assertThat(post(node, "conversations/save/" + id, BEGIN, session).body())
          .contains("lacks \"revision\"");
      assertThat(post(node, "conversations/rename/" + id, "{\"title\":\"a\\nb\"}", session).body())
          .contains("stands on one line");
      assertThat(post(node, "conversations/rename/../../owner", "{}", session).status())
          .isBetween(400, 404);
      assertThat(
              post(node, "conversations/begin", "\"" + "x".repeat(1 << 20) + "\"", session)
                  .status())
          .isEqualTo(413);
      assertThat(post(node, "conversations/other", "{}", session).status()).isEqualTo(404);
      assertThat(
              Http.get(node.port(), "/console/conversation/x", session.cookie, session.key)
                  .status())
          .isEqualTo(404);
    }
  }
}
