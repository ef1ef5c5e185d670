// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, stopping and guarding a node. */
@NullMarked
class NodeTest {
  @TempDir private Path folder = Path.of("");
  private NodeConfiguration configuration = NodeConfiguration.defaults(folder, folder);

  @BeforeEach
  void configure() {
    configuration =
        NodeConfiguration.defaults(folder.resolve("home"), folder.resolve("cache")).withPort(0);
  }

  @Test
  void answersOnAFreePortAndSaysItIsReady() throws IOException {
    try (Node node = Node.start(configuration)) {
      Http.Answer answer = Http.get(node.port(), "/healthz");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().get("status")).contains(Json.of("ready"));
      assertThat(answer.headers()).containsEntry("content-type", "application/json");
    }
  }

  @Test
  void keepsItsNameOverARestart() {
    String name;
    try (Node node = Node.start(configuration)) {
      name = node.id().toString();
    }
    try (Node node = Node.start(configuration)) {
      assertThat(node.id()).hasToString(name);
    }
  }

  @Test
  void refusesASecondNodeOnTheSameHomeAndNamesTheProcess() {
    try (Node node = Node.start(configuration)) {
      assertThat(node.port()).isPositive();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> Node.start(configuration))
            .isInstanceOf(NodeException.class)
            .hasMessageContaining("another node runs on")
            .hasMessageContaining("process " + ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void refusesATakenPortAndLetsGoOfTheHome() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Node.start(configuration.withPort(other.getLocalPort())))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("port " + other.getLocalPort());
    }
    Node.start(configuration).close();
  }

  @Test
  void keepsItsFilesToItsOwner() throws IOException {
    Node.start(configuration).close();
    assertThat(permissions(configuration.home())).isEqualTo("rwx------");
    try (var files = Files.list(configuration.home())) {
      assertThat(files.toList())
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(permissions(file))
                      .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void refusesToListenBeyondLoopbackWithoutAKey() {
    assertThatThrownBy(() -> Node.start(configuration.withHost("0.0.0.0")))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("API key");
  }

  @Test
  void asksForTheKeyThatIsConfigured() throws IOException {
    Node node = Node.start(configuration.withHost("0.0.0.0").withApiKeys(keyFile("rw-------")));
    try (node) {
      int port = node.port();
      assertThat(Http.get(port, "/v1/models", "Host: example.org").error("code"))
          .isEqualTo("invalid_api_key");
      assertThat(Http.get(port, "/v1/models", "Authorization: Bearer wrong-wrong-wrong").status())
          .isEqualTo(401);
      assertThat(Http.get(port, "/v1/models", "Authorization: Bearer a-key-of-20-letters").status())
          .isEqualTo(200);
      assertThat(Http.get(port, "/healthz").status()).isEqualTo(200);
    }
  }

  @Test
  void refusesAKeyFileThatOthersCanRead() throws IOException {
    Path keys = keyFile("rw-r--r--");
    assertThatThrownBy(() -> Node.start(configuration.withApiKeys(keys)))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("chmod 600");
  }

  private Path keyFile(String permissions) throws IOException {
    Path keys = Files.writeString(folder.resolve("keys"), "# mine\na-key-of-20-letters\n");
    return Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void refusesHostsAndOriginsThatAreNotThisMachine() throws IOException {
    try (Node node = Node.start(configuration)) {
      int port = node.port();
      assertThat(Http.get(port, "/v1/models", "Host: evil.example").error("code"))
          .isEqualTo("wrong_host");
      assertThat(Http.get(port, "/v1/models", "Host: localhost:" + port).status()).isEqualTo(200);
      assertThat(Http.get(port, "/v1/models", "Host: [::1]:" + port).status()).isEqualTo(200);
      assertThat(Http.get(port, "/v1/models", "Origin: https://evil.example").error("code"))
          .isEqualTo("wrong_origin");
      assertThat(Http.get(port, "/v1/models", "Origin: null").status()).isEqualTo(403);
      assertThat(Http.get(port, "/v1/models", "Origin: http://localhost").status()).isEqualTo(200);
    }
  }

  @Test
  void answersUnknownPathsAndMethodsInOpenAisShape() throws IOException {
    try (Node node = Node.start(configuration)) {
      Http.Answer path = Http.get(node.port(), "/v1/nothing");
      assertThat(path.status()).isEqualTo(404);
      assertThat(path.error("type")).isEqualTo("invalid_request_error");
      Http.Answer method = Http.post(node.port(), "/v1/models", "{}");
      assertThat(method.status()).isEqualTo(405);
      assertThat(method.headers()).containsEntry("allow", "GET");
      assertThat(Http.send(node.port(), "NONSENSE\r\n\r\n").status()).isEqualTo(400);
    }
  }

  @Test
  void listsItsModelsAndNamesThemWhereAnotherIsAskedFor() throws IOException {
    Digest digest = Digest.sha256("a model");
    ServedModel model = new ServedModel("tiny", folder.resolve("tiny.gguf"), digest);
    try (Node node = Node.start(configuration.withModels(List.of(model)))) {
      assertThat(Http.get(node.port(), "/v1/models").body()).contains("\"tiny\"");
      assertThat(Http.get(node.port(), "/v1/models/tiny").body()).contains(digest.toString());
      Http.Answer other = Http.get(node.port(), "/v1/models/huge");
      assertThat(other.status()).isEqualTo(404);
      assertThat(other.error("message")).contains("huge").contains("tiny");
      assertThat(other.error("code")).isEqualTo("model_not_found");
    }
  }

  /** Sends the parts with half a second between them, and takes what comes back. */
  private static String slowly(int port, String... parts) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      for (String part : parts) {
        socket.getOutputStream().write(part.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        Thread.sleep(500);
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void givesUpOnARequestThatDoesNotArrive() throws Exception {
    Duration second = Duration.ofSeconds(1);
    String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n";
    String chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    List<String> starving =
        List.of(
            "POST /v1/ch",
            head,
            head + "Content-Le",
            head + "Content-Length: 100\r\n\r\n",
            head + "Content-Length: 100\r\n\r\n{\"model\"",
            chunked,
            chunked + "5\r\n{\"mod");
    try (Node node = Node.start(configuration.withArrival(second))) {
      for (String part : starving) {
        long start = System.nanoTime();
        Http.Answer answer = Http.parse(slowly(node.port(), part));
        assertThat(answer.status()).as(part).isEqualTo(408);
        assertThat(answer.error("code")).isEqualTo("request_timeout");
        assertThat(answer.error("message")).contains("within 1 s", "arrival-seconds");
        assertThat(answer.headers()).containsEntry("connection", "close");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(second.multipliedBy(5));
      }
      // A drop now and then buys no time.
      String[] drops = new String[8];
      Arrays.fill(drops, "X-A: b\r\n");
      drops[0] = head;
      assertThatThrownBy(() -> Http.parse(slowly(node.port(), drops)))
          .isInstanceOf(IOException.class);
      // Whose body nobody wants is not read for longer either.
      String unwanted = "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
      assertThat(Http.parse(slowly(node.port(), unwanted)).status()).isIn(404, 408);
    }
  }

  @Test
  void keepsAConnectionWhoseRequestsComeInTime() throws Exception {
    String get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
    String post =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{";
    try (Node node = Node.start(configuration.withArrival(Duration.ofSeconds(1)))) {
      // Five requests take longer than one may, and so does the pause before the last.
      String text =
          slowly(
              node.port(),
              get,
              "\r\n",
              post,
              "}",
              get,
              "\r\n",
              "",
              "",
              "",
              get + "Connection: close\r\n\r\n");
      assertThat(text.split("HTTP/1.1 200", -1)).hasSize(4);
      assertThat(text.split("HTTP/1.1 400", -1)).hasSize(2);
      assertThat(text).doesNotContain(" 408 ");
    }
  }
}
