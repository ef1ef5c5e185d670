// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the first page of fresh nodes, each in a browser just started: {@code mvn -pl it -am
 * test -Dtest=FirstPage}. It says what it found, and asserts nothing; no other run takes it along.
 */
class FirstPage {
  private static final int NODES = Integer.getInteger("first.page.nodes", 7);

  /** What a browser knows of a page: its first byte, its end, its bytes. */
  private static final String TIMES =
      "(() => { const [page] = performance.getEntriesByType('navigation');"
          + " const all = [page, ...performance.getEntriesByType('resource')];"
          + " return [Math.round(page.responseStart), Math.round(page.loadEventEnd), all.length,"
          + " all.reduce((n, e) => n + e.transferSize, 0)].join(' '); })()";

  private static final String EACH =
      "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
          + ".map(e => '  ' + Math.round(e.startTime) + ' ' + Math.round(e.responseStart) + ' ' +"
          + " Math.round(e.responseEnd) + ' ' + e.name.split('/').at(-1)).join('\\n')";

  @TempDir private Path folder = Path.of("");

  @Test
  void ofFreshNodes() throws Exception {
    List<String> first = new ArrayList<>();
    List<String> second = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      Path own = Files.createDirectory(folder.resolve("node-" + i));
      ProcessBuilder builder =
          new ProcessBuilder("../freehold", "up", "--quiet", "--json", "--port", "0");
      builder.environment().put("FREEHOLD_HOME", own.resolve("home").toString());
      builder.redirectError(own.resolve("err").toFile());
      Process node = builder.start();
      try (Browser browser = Browser.start(own)) {
        BufferedReader out =
            new BufferedReader(
                new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
        Json.Obj up = (Json.Obj) Json.parse(String.valueOf(out.readLine()));
        String link = Processes.text(up, "console");
        browser.open(link);
        browser.until("document.querySelector('#model')?.options.length", "1");
        first.add(times(browser, own.getFileName() + " first"));
        System.out.println(browser.value(EACH));
        browser.open(link.substring(0, link.indexOf("/console/")) + "/console/models");
        browser.until("document.querySelector('.model') !== null", "true");
        browser.open(link.substring(0, link.indexOf("/console/")) + "/console/");
        browser.until("document.querySelector('#model')?.options.length", "1");
        second.add(times(browser, own.getFileName() + " again"));
      } finally {
        node.destroy();
        node.waitFor(30, TimeUnit.SECONDS);
      }
    }
    System.out.println(
        "first: median "
            + median(first, 0)
            + " ms to the first byte, "
            + median(first, 1)
            + " ms to the load event");
    System.out.println(
        "again: median "
            + median(second, 0)
            + " ms to the first byte, "
            + median(second, 1)
            + " ms to the load event");
  }

  private static String times(Browser browser, String name) throws Exception {
    browser.until("performance.getEntriesByType('navigation')[0].loadEventEnd > 0", "true");
    String times = browser.value(TIMES);
    System.out.println(name + ": first byte, load event, requests, bytes: " + times);
    return times;
  }

  private static int median(List<String> all, int column) {
    List<Integer> values = new ArrayList<>();
    for (String times : all) {
      values.add(Integer.valueOf(times.split(" ", -1)[column]));
    }
    Collections.sort(values);
    return values.get(values.size() / 2);
  }
}
