// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An answer of another engine is shown as unproven, in browser and terminal, and never as Valid.
 */
@NullMarked
@Timeout(180)
class UnprovenConsoleTest {
  private static final String WHO = "unproven/other";

  @TempDir private Path folder = Path.of("");

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean asked = exchange.getRequestMethod().equals("POST");
      exchange.getRequestBody().readAllBytes();
      String body =
          asked
              ? "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gravity, Valid\"},"
                  + "\"finish_reason\":\"stop\"}],\"freehold\":{\"receipt\":"
                  + "\"r-00112233445566778899\"}}\n\ndata: [DONE]\n\n"
              : "{\"data\":[]}";
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Test
  void isShownAsUnprovenAndNeverAsValid() throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext("/v1/", UnprovenConsoleTest::answer);
    other.start();
    String lane = "lane = other http://127.0.0.1:" + other.getAddress().getPort() + "/v1\n";
    try (Processes processes = Processes.machine(folder, "machine", List.of(), lane);
        Browser browser = Browser.start(folder)) {
      Json.Obj up = processes.serve("up", "--no-model", "--port", "0", "--json");
      browser.screen(1000, 640, false);
      browser.open(Processes.text(up, "console"));
      browser.until("document.querySelector('#model')?.value", WHO);
      PageChecks.ask(browser, "What is gravity?");
      showsIt(browser);
      PageChecks.fetch().accessible(browser);
      browser.value("location.reload()");
      showsIt(browser);

      Processes.Run asked = processes.cli("ask", "-m", WHO, "What is gravity?");
      assertThat(asked.exit()).as(asked.err()).isZero();
      assertThat(asked.out()).contains("Gravity");
      assertThat(asked.err()).contains("unproven: another engine wrote this").doesNotContain("r-0");
      assertThat(processes.cli("fleet").out()).contains(WHO + "  ready  (another engine)");
      assertThat(processes.cli("receipt", "list", "--json").out()).doesNotContain("r-0");
    } finally {
      other.stop(0);
    }
  }

  private static void showsIt(Browser browser) throws Exception {
    browser.until(
        "document.querySelector('.message:not(.asked)')?.innerText.includes('Gravity, Valid')",
        "true");
    browser.until("document.querySelector('.message .seal')?.textContent", "unproven");
    assertThat(browser.value("document.querySelectorAll('.seal.Valid, a.seal').length"))
        .isEqualTo("0");
    assertThat(browser.value("document.querySelector('.message:not(.asked)').innerText"))
        .contains("Gravity, Valid", WHO);
  }
}
