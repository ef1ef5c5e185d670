// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two machines become a fleet in their consoles: a relay, two nodes, one browser. */
@Timeout(180)
class FleetConsoleTest {
  private static final String MODEL =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

  @TempDir private Path folder = Path.of("");

  private Processes machine(String name, String configuration) throws IOException {
    return Processes.machine(folder, name, List.of(), configuration);
  }

  private static String enter(Browser browser, Json.Obj up) throws Exception {
    String page = PageChecks.enter(browser, up) + "fleet";
    browser.open(page);
    browser.until("document.querySelector('#plan #model')?.options.length > 0", "true");
    return page;
  }

  private static String of(String id) {
    return "document.querySelector('" + id + "').innerText";
  }

  @Test
  void twoMachinesArePairedComparedAndPartedInTheirConsoles() throws Exception {
    try (Processes relay = machine("relay", "")) {
      assumeTrue(Files.exists(relay.model(MODEL)), "skipped: the default model is not here");
      try (Browser browser = Browser.start(folder)) {
        PageChecks checks = PageChecks.fetch();
        String place = text(relay.serve("relay", "--port", "0", "--json"), "relay");
        try (Processes anna = machine("anna", "relays = " + place + "\ndirect = tcp\n");
            Processes bert = machine("bert", "")) {
          browser.screen(1000, 640, false);
          String annas = enter(browser, anna.serve("up", "--port", "0", "--json", "--quiet"));
          assertThat(browser.value(of("#machines"))).isEqualTo("None yet.");
          String second = anInviteIsWithdrawn(browser);
          String invite = anInviteIsMade(browser);
          browser.value("document.querySelector('#made').scrollIntoView()");
          checks.picture(browser, "fleet-invite");
          checks.accessible(browser);

          enter(browser, bert.serve("up", "--port", "0", "--json", "--quiet"));
          assertThat(browser.value(of("#here"))).contains("Nobody can reach this machine yet");
          joining(browser, "freehold-invite-AAAA");
          browser.until("document.querySelector('#problem').textContent !== ''", "true");
          assertThat(browser.value(of("#problem"))).contains("this is no invite");
          joining(browser, second);
          browser.until(
              "document.querySelector('#problem').textContent.includes('withdrawn')", "true");
          joining(browser, "freehold join " + invite);
          browser.until("document.querySelector('#joined .words') !== null", "true");
          String words = browser.value(of("#joined .words"));
          assertThat(words).matches("\\w+ \\w+ \\w+ \\w+");

          browser.open(annas);
          browser.until("document.querySelector('#machines section') !== null", "true");
          browser.until(
              "document.querySelector('#machines').innerText.includes('answering')", "true");
          assertThat(browser.value(of("#machines")))
              .contains("bert")
              .contains("through a relay")
              .contains("own")
              .contains(words)
              .contains("smollm2");
          assertThat(anna.cli("fleet").out()).contains(words);
          theOwnerChoosesWhoseMachinesMayAnswer(browser, annas, checks);
          browser.value("scrollTo(0, 0)");
          checks.everywhere(browser, "fleet");
          noWordOfAPeerBecomesMarkup(browser);
          browser.open(annas);
          aPlanIsShown(browser, checks);
          parted(browser, anna);
        }
      }
    }
  }

  private static void theOwnerChoosesWhoseMachinesMayAnswer(
      Browser browser, String page, PageChecks checks) throws Exception {
    browser.open(page.replace("/console/fleet", "/console/"));
    browser.until("document.querySelector('#trust')?.hidden", "false");
    assertThat(browser.value("document.querySelector('#tier').value")).isEqualTo("own");
    browser.until("document.querySelector('#model').options.length", "1");
    browser.value("document.querySelector('#question').focus()");
    PageChecks.ask(browser, "Say yes.");
    browser.until("document.querySelector('.seal')?.textContent", "Valid");
    assertThat(browser.value("document.querySelector('.foot').innerText"))
        .containsPattern("on (this machine|bert \\(own\\))\\s+free");
    browser.screen(390, 760, false);
    browser.until("document.documentElement.scrollWidth <= innerWidth", "true");
    browser.screen(1000, 640, false);
    checks.accessible(browser);
    browser.open(page);
    browser.until("document.querySelector('#machines section') !== null", "true");
  }

  private static String anInviteIsMade(Browser browser) throws Exception {
    browser.value("document.querySelector('#make button').click()");
    browser.until("document.querySelector('#invite') !== null", "true");
    String invite = browser.value(of("#invite"));
    assertThat(invite).startsWith("freehold-invite-");
    assertThat(browser.value("document.querySelector('.qr path').getAttribute('d').length > 1000"))
        .isEqualTo("true");
    return invite;
  }

  private static String anInviteIsWithdrawn(Browser browser) throws Exception {
    String invite = anInviteIsMade(browser);
    browser.until("document.querySelectorAll('#invites button').length", "1");
    browser.value("document.querySelector('#invites button').click()");
    browser.until("document.querySelectorAll('#invites button').length", "0");
    assertThat(browser.value(of("#invites"))).contains("withdrawn");
    browser.until("document.querySelector('#invite')", "null");
    return invite;
  }

  private static void joining(Browser browser, String line) throws Exception {
    browser.value("document.querySelector('#problem').textContent = ''");
    browser.value("document.querySelector('#line').value = ''");
    browser.value("document.querySelector('#line').focus()");
    browser.type(line);
    browser.value("document.querySelector('#join').requestSubmit()");
  }

  /** The node's answers are exchanged for hostile ones: none of it may become more than text. */
  private static void noWordOfAPeerBecomesMarkup(Browser browser) throws Exception {
    String attack = "<img src=x onerror=hit()><b id=b>";
    browser.value(
        """
        (() => { const honest = window.fetch; const words = JSON.parse(ATTACK);
          const changed = (value) => typeof value === "string" && !value.startsWith("20") ? value + words
            : Array.isArray(value) ? value.map(changed)
            : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, changed(v)])) : value;
          window.fetch = async (...all) => { const answer = await honest(...all);
            if (!String(all[0]).includes("data/fleet")) return answer;
            const told = changed(await answer.json());
            told.fleet.members[0].mend = [words]; told.fleet.members[0].link = "down";
            return Response.json(told); }; })()
        """
            .replace("ATTACK", Json.of(Json.of(attack).write()).write()));
    browser.until("document.querySelector('#machines').innerText.includes('onerror')", "true");
    assertThat(browser.value("document.querySelectorAll('main img, main #b').length"))
        .isEqualTo("0");
    assertThat(browser.value("document.querySelector('#machines .problem').textContent"))
        .isEqualTo(attack);
  }

  private static void aPlanIsShown(Browser browser, PageChecks checks) throws Exception {
    browser.until("document.querySelector('#plan #model')?.options.length > 0", "true");
    browser.value("document.querySelector('#positions').value = '1000'");
    browser.value("document.querySelector('#plan').requestSubmit()");
    browser.until("document.querySelector('#planned').innerText.includes('expected')", "true");
    assertThat(browser.value(of("#planned")))
        .contains("attention memory for 1000 tokens")
        .as("on whichever of the two said that it is faster")
        .containsPattern("this machine|bert")
        .contains("tokens a second");
    browser.value("document.querySelector('#plan').scrollIntoView()");
    checks.picture(browser, "fleet-plan");
    browser.value("document.querySelector('#positions').value = '-1'");
    browser.value("document.querySelector('#plan').requestSubmit()");
    browser.until(
        "document.querySelector('#problem').textContent.includes('not a whole number')", "true");
  }

  private static void parted(Browser browser, Processes anna) throws Exception {
    browser.value("document.querySelector('#remove-bert').click()");
    browser.until("document.querySelector('dialog')?.open", "true");
    browser.value("document.querySelector('dialog .first').click()");
    browser.until(of("#machines"), "None yet.");
    assertThat(anna.cli("fleet").out()).doesNotContain("bert");
  }
}
