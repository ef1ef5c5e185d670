// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.crypto.PrivateFolder;
import dev.freehold.evidence.Statement;
import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.market.listing.Region;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Market and money in a browser, of a node that has traded and whose chain is away. */
@Timeout(180)
class TradeConsoleTest {
  private static final String MODEL =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String NAME = "smollm2-135m-instruct";
  private static final String HOSTILE = "<img src=x onerror=hit()><b id=b>";

  @TempDir private Path folder = Path.of("");

  private static String of(String id) {
    return "document.querySelector('" + id + "').innerText";
  }

  /** A table's row, its cells with a bar between them. */
  private static String row(Browser browser, String table, int number) throws Exception {
    return browser.value(
        "[...document.querySelector('"
            + table
            + "').rows["
            + number
            + "].cells].map(cell => cell.innerText).join(' | ')");
  }

  private static void open(Browser browser, String page) throws Exception {
    browser.open(page);
    browser.until("document.querySelector('#all')?.hidden", "false");
  }

  @Test
  void aNodeThatHasTradedShowsAllOfIt() throws Exception {
    try (Processes node = new Processes(folder)) {
      assumeTrue(Files.exists(node.model(MODEL)), "skipped: the default model is not here");
      try (Browser browser = Browser.start(folder)) {
        PageChecks checks = PageChecks.fetch();
        browser.screen(1000, 640, false);
        PrivateFolder.make(node.home());
        Files.writeString(
            node.home().resolve("config"), "fleet-name = anna\nlink-loopback = yes\n");
        TradedHome home = new TradedHome(node.home());
        Digest digest = Digest.ofHex(MODEL);
        home.offers(new Statement.Model(digest, NAME), HOSTILE, new Region("<b id=b>here</b>"));
        home.channels();
        home.sales(new Statement.Model(digest, NAME));
        home.intents();
        String console =
            PageChecks.enter(browser, node.serve("up", "--port", "0", "--quiet", "--json"));

        open(browser, console + "money");
        assertThat(browser.value("document.querySelector('#machines').rows.length")).isEqualTo("1");
        everyCoinHasOwnerStateAndTime(browser);
        whatMovedIsPlottedAndListed(browser);
        earningsStandBesideUtilisationAndEnergy(browser);
        checks.everywhere(browser, "money");
        browser.value("document.querySelector('#movements-table').scrollIntoView(false)");
        checks.picture(browser, "money-movements");
        anotherMachineOfTheOwnersTellsWhatItEarned(browser, node, checks);

        open(browser, console + "market");
        offersAreListedAndPlotted(browser);
        salesAndPurchasesAreListed(browser);
        checks.everywhere(browser, "market");
        browser.value("document.querySelector('#peers-table').scrollIntoView(false)");
        checks.picture(browser, "market-sellers");
        aModelIsChosenByTheKeyboard(browser);
        noWordOfASellerBecomesMarkup(browser);
        checks.accessible(browser);
      }
    }
  }

  private void anotherMachineOfTheOwnersTellsWhatItEarned(
      Browser browser, Processes anna, PageChecks checks) throws Exception {
    try (Processes bert =
        Processes.machine(
            folder, "bert", List.of(), "link-listen = 127.0.0.1:0\nlink-loopback = yes\n")) {
      PrivateFolder.make(bert.home());
      TradedHome home = new TradedHome(bert.home());
      home.channels();
      home.sales(new Statement.Model(Digest.ofHex(MODEL), NAME));
      bert.serve("up", "--no-model", "--port", "0", "--quiet", "--json");
      String invite = Processes.text(bert.cli("invite", "--json").json(), "invite");
      assertThat(anna.cli("join", invite).exit()).isZero();
      browser.until("document.querySelector('#machines').rows[1]?.cells.length", "7");
      assertThat(row(browser, "#machines", 0))
          .isEqualTo("this machine | 5 | 2.5 | 2 | 1 | 0.7 % | 0.075 kWh");
      assertThat(row(browser, "#machines", 1))
          .isEqualTo("bert | 5 | 2.5 | 2 | 1 | 0.7 % | 0.075 kWh");
      browser.value("document.querySelector('#machines-table').scrollIntoView()");
      checks.picture(browser, "money-earnings");
      checks.accessible(browser);
    }
  }

  private static void everyCoinHasOwnerStateAndTime(Browser browser) throws Exception {
    browser.until(of("#problem") + ".startsWith('The chain is away: ')", "true");
    assertThat(browser.value(of("#facts")))
        .contains("not known while the chain is away")
        .contains("9 this machine's, 6 others'")
        .contains("nothing: ‘freehold wallet limit’ sets limits");
    assertThat(browser.value("document.querySelector('#coins').rows.length")).isEqualTo("7");
    String seller = TradedHome.SELLER.address().toString().substring(0, 10) + "…";
    String buyer = TradedHome.BUYER.address().toString().substring(0, 10) + "…";
    assertThat(row(browser, "#coins", 0))
        .isEqualTo("4 | free | this machine | 1 h after it is asked back | pays " + seller);
    assertThat(row(browser, "#coins", 1))
        .isEqualTo("2 | withdrawing | this machine | from 2099-01-01 00:00 UTC | pays " + seller);
    assertThat(row(browser, "#coins", 2))
        .isEqualTo("3 | signed | " + seller + " | now | pays " + seller);
    assertThat(row(browser, "#coins", 5))
        .isEqualTo("1 | signed | this machine | now | is paid by " + buyer);
  }

  private static void whatMovedIsPlottedAndListed(Browser browser) throws Exception {
    assertThat(browser.value("document.querySelector('#movements').rows.length")).isEqualTo("6");
    assertThat(row(browser, "#movements", 0))
        .isEqualTo(" |  | claim | 1 | waits for its block | claim three");
    assertThat(row(browser, "#movements", 1))
        .isEqualTo(" | 180 | asked back | 2 | done | withdraw");
    assertThat(row(browser, "#movements", 2)).isEqualTo(" | 151 | paid out |  | done | settle");
    assertThat(row(browser, "#movements", 3)).isEqualTo(" | 150 | claim | 0.8 | done | claim two");
    assertThat(row(browser, "#movements", 4)).isEqualTo(" | 130 | claim | 1.2 | done | claim one");
    assertThat(row(browser, "#movements", 5)).startsWith(" | 100 | deposit | 10 | done | deposit ");
    assertThat(browser.value(of("#movements-plot figcaption")))
        .contains("deposited")
        .contains("claimed")
        .contains("asked back");
    // A step for each: one deposit, two claims that are done, one withdrawal.
    assertThat(
            browser.value(
                "[...document.querySelectorAll('#movements-plot .plot .line')].map(line =>"
                    + " line.getAttribute('d').match(/V/g).length).join()"))
        .isEqualTo("1,2,1");
    assertThat(
            browser.value("document.querySelector('#movements-plot .plot').getAttribute('role')"))
        .isEqualTo("img");
  }

  private static void earningsStandBesideUtilisationAndEnergy(Browser browser) throws Exception {
    assertThat(browser.value(of("#earnings")))
        .contains("2.5 in 5 answers, 5000 tokens read and 1000 written")
        .contains("3 in all channels, 2 of it claimed, 1 not yet")
        .contains("0.2")
        .contains("0.7 % of the time")
        .contains("0.075 kWh")
        .contains("0.0225 of the coin");
    assertThat(browser.value("document.querySelector('#daily').rows.length")).isEqualTo("5");
    assertThat(row(browser, "#daily", 0)).endsWith(" | 0.5 | 4.2 % | 0.0150 kWh");
    assertThat(
            browser.value(
                "[...document.querySelectorAll('#earnings-plot svg')].map(plot =>"
                    + " [...plot.querySelectorAll('.bar')].filter(bar => bar.getAttribute('height')"
                    + " > 0).length).join()"))
        .isEqualTo("5,5");
  }

  private static void offersAreListedAndPlotted(Browser browser) throws Exception {
    assertThat(browser.value(of("#count"))).isEqualTo("4 offers");
    assertThat(row(browser, "#offers", 0))
        .startsWith("1 | " + NAME + " | 0.03 | 0.12 | 12 |  | ")
        .contains(" | eu-west | ")
        .endsWith(" | no: its arithmetic is of another version");
    assertThat(row(browser, "#offers", 1))
        .startsWith("2 | " + NAME + " | 0.05 | 0.2 | 40 |  | ")
        .endsWith(" | yes");
    assertThat(row(browser, "#offers", 3)).contains(HOSTILE).contains("<b id=b>here</b>");
    assertThat(browser.value("document.querySelectorAll('main img, main #b').length"))
        .isEqualTo("0");
    // To the right the faster, upwards the dearer.
    assertThat(
            browser.value(
                "(() => { const m = [...document.querySelectorAll('#offers-plot .plot"
                    + " .mark')]; const x = m.map(c => +c.getAttribute('cx')); const y = m.map(c =>"
                    + " +c.getAttribute('cy')); return m.length + ' ' + (x[0] < x[1] && x[1] < x[3]"
                    + " && x[3] < x[2]) + ' ' + (y[0] > y[1] && y[1] > y[2] && y[2] > y[3]); })()"))
        .isEqualTo("4 true true");
    assertThat(browser.value(of("#peers")))
        .contains("not tried yet")
        .contains("it said two things of one instant");
  }

  private static void salesAndPurchasesAreListed(Browser browser) throws Exception {
    assertThat(row(browser, "#sales", 0))
        .startsWith(NAME + " | 0.1 | 0.4 | 1 | always | not offered now | ")
        .endsWith("nobody could reach this machine");
    assertThat(browser.value("document.querySelector('#sold').rows.length")).isEqualTo("5");
    assertThat(row(browser, "#sold", 0)).contains(" | " + NAME + " | 1000 | 200 | 0.5 | 3600.0 s");
    assertThat(row(browser, "#buyers", 0)).endsWith(" | 3.2 | 3 | 2 | 0.2 | owes");
    assertThat(row(browser, "#sellers", 0)).endsWith(" | 4 | 0.5 | 4");
  }

  private static void aModelIsChosenByTheKeyboard(Browser browser) throws Exception {
    browser.value("document.querySelector('#model').focus()");
    browser.press("ArrowDown", 40);
    browser.until("document.querySelector('#offers').rows.length", "1");
    assertThat(row(browser, "#offers", 0)).contains(HOSTILE);
    browser.press("ArrowDown", 40);
    browser.until("document.querySelector('#offers').rows.length", "3");
  }

  /** The node's answers are exchanged for hostile ones: none of it may become more than text. */
  private static void noWordOfASellerBecomesMarkup(Browser browser) throws Exception {
    browser.value(
        """
        (() => { const honest = window.fetch; const words = JSON.parse(ATTACK);
          const kept = ["digest", "input", "output", "expires", "heard", "decode", "configured"];
          const changed = (value, key) => kept.includes(key) ? value : typeof value === "string" && !/^[0-9]/.test(value) ? value + words
            : Array.isArray(value) ? value.map((each) => changed(each, ""))
            : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, changed(v, k)])) : value;
          window.fetch = async (...all) => { const answer = await honest(...all);
            if (!String(all[0]).includes("data/market")) return answer;
            const told = changed(await answer.json());
            const [tried, liar, breaking] = told.offers;
            Object.assign(tried, { answers: 12, measuredDecode: 55, measuredPrefill: 500, standing: "used" + words });
            Object.assign(liar, { answers: 3, invalid: 1, why: words });
            Object.assign(breaking, { answers: 4, broken: 3 });
            told.bought = [{ id: "fr1" + words, finished: "2026-11-29T12:00:00Z", model: words, prompt_tokens: 1, output_tokens: 2, node: words }];
            return Response.json(told); }; })()
        """
            .replace("ATTACK", Json.of(Json.of(HOSTILE).write()).write()));
    browser.until("document.querySelector('#bought').innerText.includes('onerror')", "true");
    assertThat(browser.value("document.querySelectorAll('main img, main #b').length"))
        .isEqualTo("0");
    assertThat(browser.value(of("#peers")))
        .contains("well")
        .contains("gave a wrong answer: nothing is wanted of it")
        .contains("most answers break off")
        .contains("used" + HOSTILE);
    assertThat(browser.value("document.querySelectorAll('#offers-plot .plot .mark-1').length"))
        .isEqualTo("1");
    assertThat(browser.value("document.querySelector('#bought a').getAttribute('href')"))
        .startsWith("/console/receipts/fr1");
  }
}
