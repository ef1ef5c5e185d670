// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node, its gateway and a browser: what is allowed is shown, what is used, and its end. */
@Timeout(180)
class MandatesConsoleTest {
  private static final String MODEL =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String HOSTILE = "<img src=x onerror=hit()>";

  @TempDir private Path folder = Path.of("");

  private static String text(Json.Obj from, String name) {
    return ((Json.Str) from.get(name).orElseThrow()).value();
  }

  private static void sign(Processes processes, Path file, String holder, String... more)
      throws Exception {
    String[] words = {"mandate", "sign", file.toString(), "--holder", holder, "--json"};
    String[] all = new String[words.length + more.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    Processes.Run run = processes.cli(all);
    assertThat(run.exit()).as(run.err()).isZero();
  }

  private static int ask(String gateway) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(gateway + "/chat/completions"))
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\":\"smollm2-135m-instruct\",\"max_tokens\":8,\"temperature\":0,"
                          + "\"messages\":[{\"role\":\"user\",\"content\":\"Say yes.\"}]}"))
              .build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  @Test
  void theOwnerSeesWhatIsAllowedAndUsedAndEndsIt() throws Exception {
    try (Processes processes = new Processes(folder)) {
      assumeTrue(Files.exists(processes.model(MODEL)), "skipped: the default model is not here");
      try (Browser browser = Browser.start(folder)) {
        PageChecks checks = PageChecks.fetch();
        Json.Obj up = processes.serve("up", "--port", "0", "--quiet", "--json");
        browser.screen(1000, 640, false);
        browser.open(PageChecks.enter(browser, up) + "mandates");
        browser.until(
            "document.querySelector('#list')?.innerText.includes('No gateway has run')", "true");

        String id = processes.cli("gateway", "--id").out().strip();
        String peer = "127.0.0.1:" + URI.create(text(up, "url")).getPort();
        Path wide = folder.resolve("wide");
        Path hostile = folder.resolve("hostile");
        sign(
            processes,
            wide,
            id,
            "--model",
            "smollm2-135m-instruct",
            "--peer",
            peer,
            "--answers",
            "5",
            "--tokens",
            "100");
        sign(processes, hostile, id, "--model", HOSTILE, "--tool", HOSTILE, "--peer", HOSTILE);
        Json.Obj gateway =
            processes.serve(
                "gateway",
                "--json",
                "--port",
                "0",
                "--upstream",
                "http://" + peer,
                "--mandate",
                hostile.toString(),
                "--mandate",
                wide.toString());
        String url = text(gateway, "url");
        assertThat(ask(url)).isEqualTo(200);
        browser.until("document.querySelectorAll('#list section').length", "2");
        browser.until("document.querySelector('#list').innerText.includes('1 of 5')", "true");
        assertThat(browser.value("document.querySelector('#list section').innerText"))
            .contains("in force")
            .contains("model_call")
            .contains("smollm2-135m-instruct")
            .contains(peer)
            .contains("1 done, 0 refused")
            .contains("the owner's key of this home");
        assertThat(browser.value("document.querySelectorAll('main img').length")).isEqualTo("0");
        assertThat(browser.value("document.querySelectorAll('#list section')[1].innerText"))
            .contains(HOSTILE);
        checks.everywhere(browser, "mandates");
        theActionIsShownAsItsSevenSteps(browser, checks);

        revoke(browser, "1");
        browser.until("document.querySelector('#told pre') !== null", "true");
        assertThat(browser.value("document.querySelector('#told').innerText"))
            .contains("Signed, but not delivered: no gateway answers")
            .contains("freehold-revocation/1");
        assertThat(ask(url)).isEqualTo(200);
        revoke(browser, "" + URI.create(url).getPort());
        browser.until(
            "document.querySelector('#list section').innerText.includes('revoked by')", "true");
        assertThat(ask(url)).isEqualTo(403);
        browser.value("scrollTo(0, 0)");
        checks.picture(browser, "mandates-revoked");
        checks.accessible(browser);
      }
    }
  }

  private static void theActionIsShownAsItsSevenSteps(Browser browser, PageChecks checks)
      throws Exception {
    browser.until("document.querySelector('#acted .seal')?.textContent", "returned");
    browser.value("document.querySelector('#acted summary').click()");
    browser.until("document.querySelector('#acted details').open", "true");
    assertThat(
            browser.value(
                "[...document.querySelectorAll('#acted h2')].map(h => h.textContent).join()"))
        .isEqualTo("mandate,match,execute,receipt,verify,settle,log");
    assertThat(browser.value("document.querySelector('#acted').innerText"))
        .contains("model call towards POST 127.0.0.1:")
        .contains("The policy said ALLOW before anything was done")
        .containsPattern("before\\s+sha256:[0-9a-f]{64}")
        .containsPattern("8 output tokens used")
        .containsPattern("Entries [0-9]+, [0-9]+, [0-9]+ of the gateway's log");
    assertThat(browser.value("document.querySelector('#acted a').getAttribute('href')"))
        .startsWith("/console/receipts/r-");
    browser.value("document.querySelector('#actions').scrollIntoView()");
    checks.picture(browser, "mandates-action");
    checks.accessible(browser);
    browser.value("document.querySelector('#acted summary').click()");
  }

  /** By the keyboard: the field for the gateway's port has the focus, and Enter is the answer. */
  private static void revoke(Browser browser, String port) throws Exception {
    browser.value("document.querySelector('#list section button').click()");
    browser.until("document.activeElement.value", "8403");
    browser.type(port);
    browser.until("document.querySelector('dialog')", "null");
  }
}
