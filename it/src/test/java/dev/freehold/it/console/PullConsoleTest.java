// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model is pulled from its page, by a hub of this test's that has the real file. */
@NullMarked
@Timeout(180)
class PullConsoleTest {
  private static final String MODEL =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final int SEEN_FIRST = 40 << 20;
  private static final String PROGRESS = "document.querySelector('#list progress')";

  @TempDir private Path folder = Path.of("");

  /** The file from its beginning; after 40 MiB it waits until somebody has seen the progress. */
  private static void serve(HttpExchange exchange, Path file, CountDownLatch seen)
      throws IOException {
    try (exchange;
        InputStream in = Files.newInputStream(file)) {
      exchange.sendResponseHeaders(200, Files.size(file));
      OutputStream out = exchange.getResponseBody();
      out.write(in.readNBytes(SEEN_FIRST));
      out.flush();
      if (!seen.await(60, TimeUnit.SECONDS)) {
        throw new IOException("nobody saw the progress");
      }
      in.transferTo(out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void theProgressOfAPullIsShownUntilTheModelIsHere() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    HttpServer hub =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Processes processes = Processes.machine(folder, "machine", List.of(), "");
        Browser browser = Browser.start(folder)) {
      Path model = processes.model(MODEL);
      assumeTrue(Files.exists(model), "skipped: the default model is not here");
      hub.setExecutor(threads);
      hub.createContext("/", exchange -> serve(exchange, model, seen));
      hub.start();
      processes.set("FREEHOLD_CACHE", folder.resolve("cache").toString());
      processes.set("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
      processes.set("FREEHOLD_PIP", "false");
      Json.Obj up = processes.serve("up", "--no-model", "--port", "0", "--json");
      String console = PageChecks.enter(browser, up);
      browser.open(console + "models");
      String button = "document.querySelector('#pull-smollm2-135m-instruct')";
      browser.until(button + " !== null", "true");
      browser.value(button + ".click()");
      browser.until(PROGRESS + "?.value > 30e6", "true");
      assertThat(browser.value(PROGRESS + ".value < " + PROGRESS + ".max")).isEqualTo("true");
      assertThat(browser.value(PROGRESS + ".getAttribute('aria-label')"))
          .isEqualTo("Pulling smollm2-135m-instruct");
      assertThat(browser.value("document.querySelector('#list').innerText"))
          .contains("pulling")
          .contains("of 0.1");
      seen.countDown();
      browser.until(PROGRESS + " === null && " + button + " === null", "true");
      assertThat(processes.cli("model", "list").out())
          .containsPattern("smollm2-135m-instruct +98 MB +here");
    } finally {
      seen.countDown();
      hub.stop(0);
    }
  }
}
