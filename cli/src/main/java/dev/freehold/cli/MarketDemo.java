// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.development.DevelopmentMoney;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Purse;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A buyer buys in an economy on one machine, sees a seller killed and another one cheat, and tells
 * what became of every coin. Used by one thread.
 */
final class MarketDemo implements AutoCloseable {
  private static final long PATIENCE_NANOS = 180_000_000_000L;

  private final Places places;
  private final Screen screen;
  private final boolean quiet;
  private final DemoProcesses processes;
  private final DemoEconomy economy;
  private final List<Bought> answers = new ArrayList<>();

  /**
   * Nothing is started yet.
   *
   * @param folder where everything is kept
   * @param quiet whether nothing is said while it goes on
   */
  MarketDemo(Path folder, Places places, Screen screen, boolean quiet) {
    this.places = places;
    this.screen = screen;
    this.quiet = quiet;
    this.processes = new DemoProcesses(folder, places.cache());
    this.economy = new DemoEconomy(folder, places, processes, this::say);
  }

  /**
   * What came of it.
   *
   * @param correct whether every coin is where it belongs, and the liar has none
   * @param report all of it
   */
  record Outcome(boolean correct, Json report) {}

  /** An answer that was bought. */
  private record Bought(String seller, ApiClient.Answer answer, String verdict, boolean valid) {}

  /** Buys so many answers, and says what became of every coin. */
  Outcome run(int count) throws Exception {
    economy.start();
    say("");
    buy(economy.base(), count);
    return settled(economy.chain(), economy.buyer());
  }

  static Json.Obj question(String text, int tokens) {
    return Json.object()
        .put("model", DemoEconomy.MODEL)
        .put("messages", Json.array(AnswerOptions.message("user", text)))
        .put("max_tokens", tokens)
        .build();
  }

  private void buy(URI base, int count) throws Exception {
    say(
        String.format(
            Locale.ROOT,
            "%-4s %-9s %6s %9s %9s  %s",
            "",
            "seller",
            "tokens",
            "paid",
            "tokens/s",
            "verdict"));
    String owner = OwnerToken.read(processes.home("buyer")).map(OwnerToken::secret).orElse(null);
    try (ApiClient client = new ApiClient(base, owner)) {
      awaitOffers(client);
      for (int i = 0; i < count; i++) {
        boolean kill = i == count / 2;
        one(client, i, kill);
      }
    }
  }

  /** The first answer comes once the sellers' offers have. */
  private void awaitOffers(ApiClient client) throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        one(client, -1, false);
        return;
      } catch (Verb.Failure e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(500);
      }
    }
  }

  private void one(ApiClient client, int number, boolean kill) throws Exception {
    int[] pieces = {0};
    ApiClient.Answer answer =
        client.chat(
            question(
                "Tell me something about trade, number " + (number + 2) + ".", kill ? 120 : 60),
            _ -> {
              pieces[0]++;
              if (kill && pieces[0] == 20) {
                killWhoeverAnswers();
              }
            });
    AnswerCheck.Checked checked =
        new AnswerCheck(
                new Places(
                    processes.home("buyer"), places.cache(), places.user(), places.environment()))
            .check(answer.receipt());
    Bought bought = new Bought(name(answer.ranBy()), answer, checked.verdict(), checked.valid());
    answers.add(bought);
    say(
        String.format(
            Locale.ROOT,
            "%-4d %-9s %6d %9s %9.0f  %s",
            answers.size(),
            bought.seller,
            answer.outputTokens(),
            answer.paid(),
            answer.tokensPerSecond(),
            bought.verdict));
  }

  private String name(String node) {
    return economy.sellers().stream()
        .filter(seller -> seller.node.equals(node))
        .map(seller -> seller.name)
        .findFirst()
        .orElse(node);
  }

  /** The seller of the last answer is most likely the one of this. */
  private void killWhoeverAnswers() {
    String last = answers.getLast().seller;
    for (DemoEconomy.Seller seller : economy.sellers()) {
      if (seller.name.equals(last) && !seller.killed) {
        try {
          processes.kill(seller.process);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        seller.killed = true;
        say("     " + last + " is killed in mid-answer");
      }
    }
  }

  private Outcome settled(DemoChain chain, Address buyer) throws Exception {
    for (DemoEconomy.Seller seller : economy.sellers()) {
      if (seller.killed) {
        seller.process =
            processes.start(
                seller.name, "up", "--quiet", "--port", "0", "--threads", "1", "--json");
        say("     " + seller.name + " is started again, and claims what it was owed");
      }
    }
    List<PayerChannel> channels = channels();
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!(paid(chain, channels) && booked()) && System.nanoTime() < end) {
      Thread.sleep(200);
      channels = channels();
    }
    return told(chain, buyer, channels);
  }

  private List<PayerChannel> channels() throws IOException {
    return FolderChannels.ofPayer(
            new MarketFolder(processes.home("buyer")).payer(), new SecureRandom())
        .all();
  }

  /** Whether every seller has in its account what the buyer signed for it. */
  private boolean paid(DemoChain chain, List<PayerChannel> channels) throws RpcException {
    for (DemoEconomy.Seller seller : economy.sellers()) {
      if (!chain.balance(seller.account).equals(signed(channels, seller))) {
        return false;
      }
    }
    return true;
  }

  /** Whether every seller knows what became of its transactions, and so has it in its log. */
  private boolean booked() throws IOException {
    for (DemoEconomy.Seller seller : economy.sellers()) {
      Path intents =
          Purse.intents(processes.home(seller.name), DevelopmentMoney.COIN.chain(), seller.account);
      if (FolderIntents.open(intents).all().stream().anyMatch(Intent::pending)) {
        return false;
      }
    }
    return true;
  }

  private static Amount signed(List<PayerChannel> channels, DemoEconomy.Seller seller) {
    return channels.stream()
        .filter(end -> end.channel().config().receiver().equals(seller.account))
        .map(PayerChannel::signed)
        .reduce(Amount.ZERO, Amount::plus);
  }

  private Outcome told(DemoChain chain, Address buyer, List<PayerChannel> channels)
      throws RpcException {
    say("");
    say(
        String.format(
            Locale.ROOT,
            "%-9s %8s %10s %10s %10s",
            "",
            "answers",
            "vouchers",
            "claimed",
            "account"));
    BigInteger all = chain.balance(buyer).units().add(chain.inChannels().units());
    boolean correct = paid(chain, channels);
    List<Json> rows = new ArrayList<>();
    for (DemoEconomy.Seller seller : economy.sellers()) {
      Amount claimed = Amount.ZERO;
      for (PayerChannel end : channels) {
        if (end.channel().config().receiver().equals(seller.account)) {
          claimed = claimed.plus(chain.state(end.channel()).claimed());
        }
      }
      long given = answers.stream().filter(each -> each.seller.equals(seller.name)).count();
      Amount signed = signed(channels, seller);
      Amount has = chain.balance(seller.account);
      all = all.add(has.units());
      correct &= seller.cheats == signed.equals(Amount.ZERO) && (!seller.cheats || given == 0);
      say(
          String.format(
              Locale.ROOT,
              "%-9s %8d %10s %10s %10s%s",
              seller.name,
              given,
              signed,
              claimed,
              has,
              seller.cheats ? "  caught, and unpaid" : ""));
      rows.add(
          Json.object()
              .put("name", seller.name)
              .put("node", seller.node)
              .put("cheats", seller.cheats)
              .put("killed", seller.killed)
              .put("answers", given)
              .put("vouchers", signed.toString())
              .put("claimed", claimed.toString())
              .put("account", has.toString())
              .build());
    }
    Amount left = chain.balance(buyer);
    Amount free = chain.inChannels();
    say(String.format(Locale.ROOT, "%-9s %8s %10s %10s %10s", "buyer", "", "", "", left));
    say(String.format(Locale.ROOT, "%-9s %8s %10s %10s %10s", "channels", "", "", "", free));
    correct &= all.equals(DemoEconomy.COINS.units()) && answers.stream().allMatch(Bought::valid);
    say("");
    say(
        correct
            ? "Every coin is where it belongs: "
                + DemoEconomy.COINS
                + " in all. What is left in the channels the buyer can take back."
            : "Not every coin is where it belongs: "
                + all
                + " of "
                + DemoEconomy.COINS
                + " were found.");
    return new Outcome(correct, report(correct, rows, left, free));
  }

  private Json report(boolean correct, List<Json> rows, Amount left, Amount free) {
    List<Json> bought = new ArrayList<>();
    for (Bought each : answers) {
      bought.add(
          Json.object()
              .put("seller", each.seller)
              .put("tokens", each.answer.outputTokens())
              .put("paid", each.answer.paid())
              .put("tokensPerSecond", each.answer.tokensPerSecond())
              .put("receipt", each.answer.receipt())
              .put("valid", each.valid)
              .build());
    }
    return Json.object()
        .put("correct", correct)
        .put("answers", Json.array(bought))
        .put("sellers", Json.array(rows))
        .put("buyer", left.toString())
        .put("channels", free.toString())
        .build();
  }

  private void say(String line) {
    if (!quiet) {
      screen.line(line);
    }
  }

  @Override
  public void close() {
    processes.close();
    economy.close();
  }
}
