// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What every page is held to: axe finds nothing serious, at a desk's width in light colours and at
 * a phone's in dark ones, where nothing sticks out. With {@code -Dconsole.pictures=FOLDER} it
 * leaves the pictures of docs/console.md there.
 */
final class PageChecks {
  private final Optional<String> axe;

  private PageChecks(Optional<String> axe) {
    this.axe = axe;
  }

  /** Fetches axe-core; where that can't be had it is said, and not checked. */
  static PageChecks fetch() throws Exception {
    return new PageChecks(axe());
  }

  /** Asks the chat's question; the answer is brief, since a small model may go on for minutes. */
  static void ask(Browser browser, String question) throws Exception {
    browser.value(
        "(() => { if (window.brief) return; window.brief = true; const plain = window.fetch;"
            + " window.fetch = (to, how) => plain(to, String(to).includes('completions') ?"
            + " {...how, body: JSON.stringify({...JSON.parse(how.body), max_tokens: 24})} : how);"
            + " })()");
    browser.type(question);
  }

  /** Opens the console by the link of a node; where its pages are. */
  static String enter(Browser browser, Json.Obj up) throws Exception {
    String link = Processes.text(up, "console");
    String console = link.substring(0, link.indexOf('#'));
    browser.open(link);
    browser.until("location.href", console);
    browser.until("localStorage.getItem('freehold-session')?.length", "64");
    return console;
  }

  /** What the node answers to the console's own page. */
  static String asked(Browser browser, String path) throws Exception {
    return browser.promised(
        "await (await (await import('/console/files/ask.js')).call('" + path + "')).text()");
  }

  /** At both widths; leaves the desk's. */
  void everywhere(Browser browser, String name) throws Exception {
    browser.value("scrollTo(0, 0)");
    picture(browser, name);
    accessible(browser);
    browser.screen(390, 760, true);
    browser.until("document.documentElement.scrollWidth <= innerWidth", "true");
    picture(browser, name + "-phone-dark");
    accessible(browser);
    browser.screen(1000, 640, false);
  }

  /**
   * axe-core's source; empty where npm can't bring it, which is said. It is brought once for all
   * classes, of which two may run at a time, and again where its lock file is another.
   */
  private static Optional<String> axe() throws Exception {
    Path client = Files.createDirectories(Path.of("target", "axe"));
    try (FileChannel turn =
            FileChannel.open(
                client.resolveSibling("axe.turn"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock _ = turn.lock()) {
      return axe(client);
    }
  }

  private static Optional<String> axe(Path client) throws Exception {
    Path source = client.resolve("node_modules/axe-core/axe.min.js");
    Path lock = Path.of("src", "test", "axe", "package-lock.json");
    if (Files.exists(source)
        && Files.exists(client.resolve("package-lock.json"))
        && Files.mismatch(lock, client.resolve("package-lock.json")) < 0) {
      return Optional.of(Files.readString(source));
    }
    for (String name : List.of("package.json", "package-lock.json")) {
      Files.copy(
          lock.resolveSibling(name), client.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    try {
      Process npm =
          new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
              .directory(client.toFile())
              .redirectErrorStream(true)
              .redirectOutput(client.resolve("npm.log").toFile())
              .start();
      if (npm.waitFor(60, TimeUnit.SECONDS) && npm.exitValue() == 0) {
        return Optional.of(Files.readString(source));
      }
    } catch (IOException e) {
      System.err.println("there is no npm here: " + e.getMessage());
    }
    System.err.println("not checked for accessibility: npm can't install axe-core");
    return Optional.empty();
  }

  void accessible(Browser browser) throws Exception {
    if (axe.isEmpty()) {
      return;
    }
    if (browser.value("typeof axe").equals("undefined")) {
      browser.run(axe.get());
    }
    assertThat(
            browser.promised(
                "(r => r.passes.length + ' ' + r.violations.filter(v => v.impact === 'serious' ||"
                    + " v.impact === 'critical').map(v => v.id + ' ' + v.nodes.map(n =>"
                    + " n.html + n.failureSummary).join()).join())(await axe.run())"))
        .as("axe on " + browser.value("location.pathname"))
        .matches("[1-9][0-9]* ");
  }

  void picture(Browser browser, String name) throws Exception {
    String into = System.getProperty("console.pictures");
    if (into != null) {
      Files.createDirectories(Path.of(into));
      Files.write(Path.of(into).resolve(name + ".png"), browser.picture());
    }
  }
}
