// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.it.Processes;
import dev.freehold.it.browser.Browser;
import dev.freehold.it.market.Economy;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.Node;
import dev.freehold.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An answer is bought in the chat: on a chain that is there, of a seller whose log is cosigned and
 * anchored, in both their consoles.
 */
@NullMarked
@Timeout(180)
class MarketConsoleTest {
  private static final String HEX =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String MODEL = "smollm2-135m-instruct";

  @TempDir private Path folder = Path.of("");

  private static String of(String id) {
    return "document.querySelector('" + id + "').innerText";
  }

  private static void done(Processes.Run run) {
    assertThat(run.exit()).as(run.out() + run.err()).isZero();
  }

  /** A machine whose account has coins and gas. */
  private Processes machine(Economy economy, String name, String relay, String more)
      throws Exception {
    Processes machine =
        Processes.machine(
            folder,
            name,
            List.of(),
            """
            chain = %s
            chain-id = %s
            coin = %s
            collector = %s
            chain-depth = 0
            relays = %s
            %s
            """
                .formatted(
                    economy.rpcAddress(),
                    economy.coin().chain(),
                    economy.coin().token(),
                    economy.collector(),
                    relay,
                    more));
    MarketFolder market = new MarketFolder(machine.home());
    Files.createDirectories(market.folder());
    Address account = PaymentKeyFile.create(market.key(), new SecureRandom()).address();
    economy.endow(account);
    return machine;
  }

  /** A witness cosigns the seller's log, and a contract keeps its checkpoints. */
  private void watched(Economy economy, Processes seller, Processes witness) throws Exception {
    String log =
        NodeLog.verifierKey(
                KeyFile.create(seller.home().resolve(Node.KEY_FILE), new SecureRandom()).nodeId())
            .toString();
    Json.Obj said = witness.serve("witness", "--log", log, "--port", "0", "--json");
    String key =
        ((Json.Str) ((Json.Arr) said.get("keys").orElseThrow()).items().getFirst()).value();
    Files.writeString(
        seller.home().resolve("policy"),
        "log " + log + "\nwitness wilma " + key + " " + text(said, "url") + "\nquorum wilma\n");
    Path anchor = seller.home().resolve("anchor.key");
    economy.fund(PaymentKeyFile.create(anchor, new SecureRandom()).address());
    Files.writeString(
        seller.home().resolve("config"),
        """
        policy = policy
        anchor-rpc = %s
        anchor-chain = %s
        anchor-contract = %s
        anchor-key = anchor.key
        anchor-seconds = 2
        anchor-depth = 0
        """
            .formatted(economy.rpcAddress(), economy.coin().chain(), economy.anchor()),
        StandardOpenOption.APPEND);
  }

  @Test
  void anAnswerIsBoughtInTheChatAndEveryCoinOfItIsShownOnBothSides() throws Exception {
    try (Processes others = new Processes(folder);
        Economy economy = Economy.start(folder)) {
      assumeTrue(Files.exists(others.model(HEX)), "skipped: the default model is not here");
      String relay = text(others.serve("relay", "--port", "0", "--json"), "relay");
      try (Processes anna = machine(economy, "anna", relay, "claim-worth = 1");
          Processes bert = machine(economy, "bert", relay, "tier = public\ndeposit = 100000");
          Browser browser = Browser.start(folder)) {
        watched(economy, anna, others);
        PageChecks checks = PageChecks.fetch();
        browser.screen(1000, 640, false);
        // It asks itself something, and so knows how fast it is.
        Json.Obj seller = anna.serve("up", "--port", "0", "--json");
        done(anna.cli("sell", MODEL, "--input-price", "0", "--output-price", "60000000"));
        String[] limits = {"--answer", "100000", "--day", "500000", "--peer", "300000"};
        done(bert.cli(limit(economy, limits)));
        Json.Obj buyer = bert.serve("up", "--no-model", "--port", "0", "--json");

        String buyers = PageChecks.enter(browser, buyer);
        anAnswerIsBought(browser, checks);
        String receipt =
            browser.value("document.querySelector('.seal').pathname.split('/').at(-1)");
        browser.value("document.querySelector('.seal').click()");
        browser.until("document.querySelectorAll('#steps > li').length", "7");
        assertThat(browser.value(of("#steps")))
            .contains("A seller, chosen by price, measured pace")
            .containsPattern("0\\.00[0-9]+ of the coin signed away for it; the check said [Vv]alid")
            .contains("the receipt itself is the other machine’s to log")
            .containsPattern("voucher\\s+entry [0-9]+");
        theBuyersCoinsAreShown(browser, buyers, bert, checks);

        String sellers = PageChecks.enter(browser, seller);
        theSellersCoinsAreShown(browser, sellers, receipt, checks);
        theSellersLogIsVouchedFor(browser, sellers, checks);
      }
    }
  }

  private static String[] limit(Economy economy, String... limits) {
    String[] words = {
      "wallet", "limit", "--chain", economy.coin().chain().toString(), "--token", ""
    };
    words[5] = economy.coin().token().toString();
    String[] all = new String[words.length + limits.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(limits, 0, all, words.length, limits.length);
    return all;
  }

  private static void anAnswerIsBought(Browser browser, PageChecks checks) throws Exception {
    browser.until("document.querySelector('#state')?.textContent.startsWith('No model')", "true");
    browser.until("document.querySelector('#trust').hidden", "false");
    assertThat(browser.value("[...document.querySelector('#tier').options].map(o => o.value)"))
        .isEqualTo("own,public");
    // By the keyboard: nobody is paid who was not chosen.
    browser.value("document.querySelector('#tier').focus()");
    browser.press("ArrowDown", 40);
    browser.until(
        "[...document.querySelector('#model').options].map(o => o.textContent).join()",
        MODEL + ", for sale");
    browser.value("document.querySelector('#question').focus()");
    PageChecks.ask(browser, "What is trade?");
    browser.until("document.querySelector('.seal')?.textContent", "Valid");
    assertThat(browser.value(of(".foot")))
        .contains(MODEL)
        .containsPattern("0\\.00[0-9]+ of the coin");
    assertThat(browser.value(of("#cost"))).containsPattern("tokens so far, 0\\.00[0-9]+ of the");
    checks.picture(browser, "chat-bought");
    checks.accessible(browser);
  }

  private static void theBuyersCoinsAreShown(
      Browser browser, String console, Processes bert, PageChecks checks) throws Exception {
    browser.open(console + "money");
    browser.until("document.querySelector('#coins')?.rows.length > 0", "true");
    assertThat(browser.value(of("#problem"))).isEmpty();
    assertThat(browser.value(of("#facts"))).contains("in the account\n0.9\n");
    String channel = browser.value("document.querySelector('#coins td:last-child').title");
    done(bert.cli("wallet", "withdraw", channel.substring(0, channel.indexOf(','))));
    browser.until("document.querySelector('#coins').innerText.includes('withdrawing')", "true");
    assertThat(browser.value(of("#coins")))
        .containsPattern("withdrawing\tthis machine\tfrom 20[0-9-]+ [0-9:]+ UTC")
        .as("claimed as soon as it is signed: the seller's claim-worth is 1")
        .containsPattern("(signed|claimed)\t0x[0-9A-Fa-f]{8}…\tnow");
    browser.until("document.querySelector('#movements').rows.length", "2");
    assertThat(browser.value(of("#movements")))
        .containsPattern("20[0-9-]+ [0-9:]+ UTC\t[0-9]+\tasked back\t0\\.09[0-9]+\tdone")
        .containsPattern("20[0-9-]+ [0-9:]+ UTC\t[0-9]+\tdeposit\t0\\.1\tdone");
    assertThat(browser.value("document.querySelector('#movements-plot .plot').textContent"))
        .contains("time (UTC)");
    checks.picture(browser, "money-live");
    checks.accessible(browser);
    browser.open(console + "market");
    browser.until("document.querySelector('#sellers')?.rows.length", "1");
    assertThat(browser.value(of("#peers"))).contains("well");
    assertThat(browser.value(of("#bought"))).containsPattern("\t24\t0\\.00[0-9]+\t[Vv]alid\t");
  }

  private static void theSellersCoinsAreShown(
      Browser browser, String console, String receipt, PageChecks checks) throws Exception {
    browser.open(console + "money");
    browser.until(
        "document.querySelector('#movements')?.innerText.includes('claim\\t0.00')", "true");
    assertThat(browser.value(of("#earnings"))).containsPattern("0\\.00[0-9]+ in 1 answers?,");
    browser.open(console + "market");
    browser.until("document.querySelector('#sold a')?.textContent", receipt);
    browser.value("document.querySelector('#sold a').click()");
    browser.until("document.querySelectorAll('#steps > li').length", "7");
    assertThat(browser.value(of("#steps")))
        .contains("somebody bought this answer")
        .containsPattern("Sold for 0\\.00[0-9]+ of the coin, by vouchers");
    browser.click("here");
    browser.until("document.querySelector('#checked strong')?.textContent", "Valid");
    browser.value("scrollTo(0, document.body.scrollHeight)");
    checks.picture(browser, "receipt-sold");
    checks.accessible(browser);
  }

  private static void theSellersLogIsVouchedFor(Browser browser, String console, PageChecks checks)
      throws Exception {
    browser.open(console + "log");
    browser.until("document.querySelector('#standing')?.innerText.includes('anchor\\nof')", "true");
    assertThat(browser.value(of("#standing")))
        .containsPattern("witness wilma\ncosigned [0-9]+ entries, 20[0-9-]+ [0-9:]+ UTC")
        .containsPattern("anchor\nof [0-9]+ entries: chain 31337, block [0-9]+, transaction 0x");
    browser.value("document.querySelector('#verify-0').click()");
    browser.until("document.querySelector('#checked strong')?.textContent", "Valid");
    checks.everywhere(browser, "log");
  }
}
