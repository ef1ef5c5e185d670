// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console by the keyboard alone: every control is come to, in order, seen, and left again. */
@Timeout(180)
class KeyboardConsoleTest {
  private static final String MODEL =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

  /** What a person can use, in the order of the page. */
  private static final String CONTROLS =
      "[...document.querySelectorAll('a[href], button, input, select, textarea, summary,"
          + " [tabindex]')].filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility())";

  /** Begins before the first, as after the page was loaded. */
  private static final String TOP =
      "(() => { const top = document.createElement('span'); top.tabIndex = -1;"
          + " document.body.prepend(top); top.focus(); top.remove(); })()";

  /** Of what has the focus: its number, and what is wrong with how it is seen. */
  private static final String FOCUSED =
      "(() => { const e = document.activeElement, at = "
          + CONTROLS
          + ".indexOf(e) + 1; if (at === 0) return '0 it has not the focus: ' +"
          + " e.outerHTML.slice(0, 80); const faults = [];"
          + " const box = e.getBoundingClientRect(), style = getComputedStyle(e);"
          + " if (!e.matches(':focus-visible') || style.outlineStyle === 'none' ||"
          + " parseFloat(style.outlineWidth) < 2) faults.push('no outline');"
          + " if (box.width < 8 || box.height < 8) faults.push('too small');"
          + " if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >="
          + " innerWidth) faults.push('outside the window');"
          + " return at + ' ' + (faults.length ? faults.join() + ': ' +"
          + " e.outerHTML.slice(0, 200) : ''); })()";

  /** A page, and what is true once it shows what there is. */
  private record Page(String name, String shown) {}

  private static final List<Page> PAGES =
      List.of(
          new Page("receipts", "document.querySelectorAll('#list tr').length === 1"),
          new Page("models", "document.querySelectorAll('#list > *').length > 1"),
          new Page("fleet", "document.querySelector('#here').children.length > 0"),
          new Page("market", "document.readyState === 'complete'"),
          new Page("money", "document.readyState === 'complete'"),
          new Page("mandates", "document.querySelectorAll('#list > *').length > 0"),
          new Page("log", "document.querySelectorAll('#list tr').length > 1"),
          new Page("node", "document.querySelectorAll('td').length > 0"));

  @TempDir private Path folder = Path.of("");

  @Test
  void everyControlIsComeToInOrderAndSeenAndLeft() throws Exception {
    try (Processes processes = new Processes(folder)) {
      assumeTrue(Files.exists(processes.model(MODEL)), "skipped: the default model is not here");
      try (Browser browser = Browser.start(folder)) {
        Json.Obj up = processes.serve("up", "--port", "0", "--quiet", "--json");
        browser.screen(1000, 640, false);
        String console = PageChecks.enter(browser, up);
        browser.until("document.querySelector('#model')?.options.length", "1");
        browser.until("document.querySelector('#state').textContent", "");
        PageChecks.ask(browser, "What is gravity?");
        browser.until("document.querySelector('.seal')?.textContent", "Valid");
        String receipt = browser.value("document.querySelector('.seal').pathname");

        browser.until("document.querySelectorAll('#conversations li').length", "1");
        walk(browser, "the chat");
        dialogsGiveTheFocusBack(browser);
        aConversationIsChosenWithoutLosingThePlace(browser);
        for (Page page : PAGES) {
          browser.open(console + page.name);
          browser.until("location.pathname", "/console/" + page.name);
          browser.until(page.shown, "true");
          walk(browser, page.name);
        }
        browser.open(console.replace("/console/", receipt));
        browser.until("document.querySelectorAll('#steps > li').length", "7");
        walk(browser, "a receipt");
        aLinkToTheContentIsFirst(browser, console);
      }
    }
  }

  /** By Tab from the top to the end, and back: all of them, one after the other. */
  private static void walk(Browser browser, String page) throws Exception {
    int controls = Integer.parseInt(browser.value(CONTROLS + ".length"));
    assertThat(controls).as(page).isGreaterThan(9);
    browser.run(TOP);
    List<Integer> forth = steps(browser, controls, 0, page);
    List<Integer> all = new ArrayList<>();
    for (int i = 1; i <= controls; i++) {
      all.add(i);
    }
    assertThat(forth).as("forth through " + page).isEqualTo(all);
    List<Integer> back = steps(browser, controls - 1, Browser.SHIFT, page);
    assertThat(back).as("back through " + page).isEqualTo(all.reversed().subList(1, controls));
  }

  private static List<Integer> steps(Browser browser, int count, int held, String page)
      throws Exception {
    List<Integer> walked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      browser.press("Tab", 9, held);
      String focused = browser.value(FOCUSED);
      int space = focused.indexOf(' ');
      assertThat(focused.substring(space + 1)).as(page + ", step " + (i + 1)).isEmpty();
      walked.add(Integer.parseInt(focused.substring(0, space)));
    }
    return walked;
  }

  /** A dialog keeps the focus while it is open, and gives it back to what opened it. */
  private static void dialogsGiveTheFocusBack(Browser browser) throws Exception {
    for (String opener : List.of("rename", "erase", "erase-all")) {
      browser.run("document.getElementById('" + opener + "').focus()");
      browser.press(" ", 32);
      browser.until("document.querySelector('dialog')?.open", "true");
      for (int i = 0; i < 7; i++) {
        assertThat(
                browser.value(
                    "document.activeElement === document.body ||"
                        + " document.querySelector('dialog').contains(document.activeElement)"))
            .as(opener + ": not behind the dialog")
            .isEqualTo("true");
        browser.press("Tab", 9, 0);
      }
      browser.press("Escape", 27);
      browser.until("document.querySelector('dialog')", "null");
      assertThat(browser.value("document.activeElement.id")).as("Escape").isEqualTo(opener);
      browser.press(" ", 32);
      browser.until("document.querySelector('dialog')?.open", "true");
      browser.run(
          "[...document.querySelectorAll('dialog button')].find(b => b.textContent ==="
              + " 'Cancel').focus()");
      browser.press(" ", 32);
      browser.until("document.querySelector('dialog')", "null");
      assertThat(browser.value("document.activeElement.id")).as("Cancel").isEqualTo(opener);
    }
    browser.run("document.getElementById('rename').focus()");
    browser.press(" ", 32);
    browser.until("document.querySelector('dialog')?.open", "true");
    browser.type("Weight");
    browser.until("document.querySelector('#title').textContent", "Weight");
    assertThat(browser.value("document.activeElement.id")).as("renamed").isEqualTo("rename");
  }

  /** The list is made anew with the chosen one marked. */
  private static void aConversationIsChosenWithoutLosingThePlace(Browser browser) throws Exception {
    browser.run("document.querySelector('#conversations button').focus()");
    browser.run("document.querySelector('#conversations button').dataset.before = 'yes'");
    browser.press(" ", 32);
    browser.until("document.querySelector('#conversations button').dataset.before", "undefined");
    assertThat(browser.value("document.activeElement.textContent")).isEqualTo("Weight");
  }

  /** Whoever does not want to hear of every page skips them. */
  private static void aLinkToTheContentIsFirst(Browser browser, String console) throws Exception {
    browser.open(console + "node");
    browser.until("document.querySelectorAll('td').length > 0", "true");
    browser.run(TOP);
    browser.press("Tab", 9, 0);
    assertThat(browser.value("document.activeElement.textContent")).isEqualTo("To the content");
    browser.press("Enter", 13);
    browser.until("location.hash", "#main");
    browser.press("Tab", 9, 0);
    assertThat(browser.value("document.querySelector('#main').contains(document.activeElement)"))
        .as("what comes next is in the content")
        .isEqualTo("true");
  }
}
