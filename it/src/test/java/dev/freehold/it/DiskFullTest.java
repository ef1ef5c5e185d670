// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway whose operating system takes no more bytes of its log: each write beyond a file size
 * limit fails there, as one on a full disk does.
 */
@NullMarked
@Timeout(120)
class DiskFullTest {
  private static final String QUESTION =
      "{\"model\":\"tiny\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

  @TempDir private Path folder = Path.of("");
  private final AtomicInteger performed = new AtomicInteger();
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpServer behind = behind();

  @AfterEach
  void stop() {
    behind.stop(0);
  }

  @Test
  void nothingMoreIsReleasedAndARestartGoesOnWithWhatIsDurable() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: there is no bash for a limit");
    try (Processes programs = new Processes(folder)) {
      sign(programs);
      String url = serve(programs, List.of("/bin/bash", "-c", "ulimit -f 48; exec \"$@\"", "bash"));
      int answered = 0;
      HttpResponse<String> last = ask(url);
      while (last.statusCode() == 200 && answered < 100) {
        answered++;
        last = ask(url);
      }
      assertThat(answered).isBetween(1, 99);
      assertThat(last.statusCode()).isEqualTo(503);
      assertThat(last.body()).contains("evidence_unavailable").contains("File too large");
      // The one that failed may have been performed, its answer withheld: never more than that.
      int then = performed.get();
      assertThat(then).isBetween(answered, answered + 1);
      for (int i = 0; i < 5; i++) {
        assertThat(ask(url).statusCode()).isEqualTo(503);
      }
      assertThat(performed).hasValue(then);
      HttpResponse<String> health =
          client.send(
              HttpRequest.newBuilder(URI.create(url.replace("/v1", "/healthz"))).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(programs.home().resolve("gateway/failures")).isNotEmptyFile();
      programs.endLast();

      String again = serve(programs, List.of());
      assertThat(ask(again).statusCode()).isEqualTo(200);
      programs.endLast();
      Processes.Run check = programs.cli("log", "check", "--gateway");
      assertThat(check.out()).as(check.err()).startsWith("Sound");
    }
  }

  @Test
  void aGatewayDoesNotStartWhereItsLogCannotBeWritten() throws Exception {
    Path readOnly = Path.of("/sys/kernel");
    assumeTrue(Files.isDirectory(readOnly), "skipped: no folder here that nobody can write");
    try (Processes programs = new Processes(folder)) {
      sign(programs);
      Files.createSymbolicLink(programs.home().resolve("gateway/log"), readOnly);
      Processes.Run run =
          programs.cli("gateway", "--port", "0", "--mandate", folder.resolve("mandate").toString());
      assertThat(run.exit()).isEqualTo(1);
      assertThat(run.err()).contains("lock");
    }
  }

  private void sign(Processes programs) throws Exception {
    Processes.Run signed =
        programs.cli(
            "mandate",
            "sign",
            folder.resolve("mandate").toString(),
            "--holder",
            programs.cli("gateway", "--id").out().strip(),
            "--model",
            "tiny",
            "--peer",
            "*");
    assertThat(signed.exit()).as(signed.err()).isZero();
  }

  private String serve(Processes programs, List<String> before) throws IOException {
    Json.Obj ready =
        programs.serve(
            before,
            "gateway",
            "--port",
            "0",
            "--json",
            "--upstream",
            "http://127.0.0.1:" + behind.getAddress().getPort(),
            "--mandate",
            folder.resolve("mandate").toString());
    return ((Json.Str) ready.get("url").orElseThrow()).value();
  }

  private HttpResponse<String> ask(String url) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url + "/chat/completions"))
            .POST(HttpRequest.BodyPublishers.ofString(QUESTION))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpServer behind() {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            performed.incrementAndGet();
            byte[] bytes = "{\"choices\":[]}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
          });
      http.start();
      return http;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
