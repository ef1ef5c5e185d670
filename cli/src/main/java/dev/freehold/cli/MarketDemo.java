// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.ledger.development.DevelopmentMoney;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Purse;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.Node;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A whole economy on one machine: a chain, a relay, a witness, three sellers and a buyer, each a
 * process. Used by one thread.
 */
final class MarketDemo implements AutoCloseable {
  private static final String MODEL = Catalogue.shipped().defaultName();
  private static final Amount COINS = Amount.of(10_000_000);
  private static final Amount DEPOSIT = Amount.of(1_000_000);
  private static final long PATIENCE_NANOS = 180_000_000_000L;

  private final Path folder;
  private final Places places;
  private final Screen screen;
  private final boolean quiet;
  private final DemoProcesses processes;
  private final SecureRandom random = new SecureRandom();
  private final List<Seller> sellers = new ArrayList<>();
  private final List<Bought> answers = new ArrayList<>();
  private Optional<DemoChain> opened = Optional.empty();

  /**
   * Nothing is started yet.
   *
   * @param folder where everything is kept
   * @param quiet whether nothing is said while it goes on
   */
  MarketDemo(Path folder, Places places, Screen screen, boolean quiet) {
    this.folder = folder;
    this.places = places;
    this.screen = screen;
    this.quiet = quiet;
    this.processes = new DemoProcesses(folder, places.cache());
  }

  /**
   * What came of it.
   *
   * @param correct whether every coin is where it belongs, and the liar has none
   * @param report all of it
   */
  record Outcome(boolean correct, Json report) {}

  /** A seller: what it asks for a million tokens of output, and what it turned out to be. */
  private static final class Seller {
    private final String name;
    private final boolean cheats;
    private final long price;
    private final Address account;
    private DemoProcesses.Running process;
    private String node = "";
    private boolean killed;

    Seller(
        String name, boolean cheats, long price, Address account, DemoProcesses.Running process) {
      this.name = name;
      this.cheats = cheats;
      this.price = price;
      this.account = account;
      this.process = process;
    }

    URI base() {
      return URI.create(text(process.said(), "url")).resolve("/");
    }
  }

  /** What the owner's mandate lets the buyer spend, in millionths of a test dollar: its units. */
  private static final String BUDGET = "5000000";

  /** An answer that was bought. */
  private record Bought(String seller, ApiClient.Answer answer, String verdict, boolean valid) {}

  private static String text(Json.Obj from, String name) {
    return from.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text ? text.value() : "";
  }

  /** Buys so many answers, and says what became of every coin. */
  Outcome run(int count) throws Exception {
    say("model    " + model());
    DemoChain chain =
        DemoChain.start(Files.createDirectories(folder.resolve("chain")), places.cache());
    opened = Optional.of(chain);
    say("chain    31337, test dollar " + DevelopmentMoney.COIN.token());
    String relay = text(processes.start("relay", "relay", "--port", "0", "--json").said(), "relay");
    say("relay    " + relay);
    String common = chain.configuration() + "relays = " + relay + "\n";
    seller(chain, "anna", false, 60_000_000, common);
    seller(chain, "bert", false, 80_000_000, common);
    seller(chain, "mallory", true, 40_000_000, common);
    Address buyer = home(chain, "buyer", common, buying());
    chain.mint(buyer, COINS);
    witness();
    DemoProcesses.Running node = buyer();
    say("buyer    " + buyer + " has " + COINS + " units");
    say("");
    URI base = URI.create(text(node.said(), "url")).resolve("/");
    buy(base, count);
    return settled(chain, buyer);
  }

  private String model() throws Exception {
    ModelEntry entry = Catalogue.shipped().defaultModel();
    if (!Files.exists(places.cache().resolve("models"))
        || new ModelStore(places.cache(), InstantSource.system()).find(entry.name()).isEmpty()) {
      say("         fetching " + entry.name());
      processes.run("models", "model", "pull", entry.name());
    }
    return entry.name();
  }

  /** A home with a payment key that can pay for transactions. */
  private Address home(DemoChain chain, String name, String... configuration)
      throws IOException, RpcException {
    Path home = processes.home(name);
    Files.writeString(
        home.resolve("config"), "fleet-name = " + name + "\n" + String.join("", configuration));
    Address account = PaymentKeyFile.create(new MarketFolder(home).key(), random).address();
    chain.fund(account);
    return account;
  }

  private void seller(DemoChain chain, String name, boolean cheats, long price, String common)
      throws Exception {
    Address account = home(chain, name, common, "claim-worth = 1\n");
    String[] words =
        cheats
            ? new String[] {"demo", "cheat", "--threads", "1"}
            : new String[] {"up", "--quiet", "--port", "0", "--threads", "1", "--json"};
    Seller seller = new Seller(name, cheats, price, account, processes.start(name, words));
    // An answer of its own, so that it knows how fast it is.
    try (ApiClient own = new ApiClient(seller.base(), null)) {
      seller.node = own.chat(question("What is a market?", 40), _ -> {}).ranBy();
    }
    sell(seller);
    sellers.add(seller);
    say(
        String.format(
            Locale.ROOT,
            "seller   %-8s %s, %d units for a million tokens%s",
            name,
            account,
            price,
            cheats ? " (it runs half of the model's layers)" : ""));
  }

  private void sell(Seller seller) throws Exception {
    processes.run(
        seller.name,
        "sell",
        MODEL,
        "--input-price",
        "0",
        "--output-price",
        String.valueOf(seller.price),
        "--streams",
        "4");
  }

  private static String buying() {
    return "tier = public\ndeposit = " + DEPOSIT + "\nreplay-share = 20\n";
  }

  /** A witness cosigns the buyer's log. */
  private void witness() throws Exception {
    Path home = processes.home("buyer");
    SigningKey key = KeyFile.create(home.resolve(Node.KEY_FILE), random);
    String log = NodeLog.verifierKey(key.nodeId()).toString();
    Json.Obj said =
        processes.start("witness", "witness", "--log", log, "--port", "0", "--json").said();
    String witness =
        ((Json.Str) ((Json.Arr) said.get("keys").orElseThrow()).items().getFirst()).value();
    Files.writeString(
        home.resolve("policy"),
        "log " + log + "\nwitness one " + witness + " " + text(said, "url") + "\nquorum one\n");
    Files.writeString(
        home.resolve("config"), Files.readString(home.resolve("config")) + "policy = policy\n");
    say("witness  " + text(said, "url") + " cosigns the buyer's log");
  }

  private DemoProcesses.Running buyer() throws Exception {
    processes.run(
        "buyer",
        "wallet",
        "limit",
        "--chain",
        DevelopmentMoney.COIN.chain().toString(),
        "--token",
        DevelopmentMoney.COIN.token().toString(),
        "--answer",
        "1000000",
        "--day",
        "5000000",
        "--peer",
        "3000000");
    Path budget = processes.home("buyer").resolve("budget");
    String owner = owner(budget);
    return processes.start(
        "buyer",
        "up",
        "--no-model",
        "--port",
        "0",
        "--json",
        "--budget",
        budget.toString(),
        "--budget-owner",
        owner);
  }

  /** Somebody else than the buyer says what may be spent; returns who. */
  private String owner(Path budget) throws Exception {
    NodeId buyer = KeyFile.name(processes.home("buyer").resolve(Node.KEY_FILE));
    Json signed =
        Json.parse(
            processes.run(
                "owner",
                "mandate",
                "sign",
                budget.toString(),
                "--holder",
                buyer.toString(),
                "--effect",
                "model_call",
                "--effect",
                "payment",
                "--model",
                MODEL,
                "--peer",
                "*",
                "--pay",
                BUDGET,
                "--unit",
                "USD",
                "--days",
                "1",
                "--json"));
    String owner = text((Json.Obj) signed, "issuer");
    say("owner    " + owner + " lets the buyer spend " + BUDGET + " units, until tomorrow");
    return owner;
  }

  private static Json.Obj question(String text, int tokens) {
    return Json.object()
        .put("model", MODEL)
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
    return sellers.stream()
        .filter(seller -> seller.node.equals(node))
        .map(seller -> seller.name)
        .findFirst()
        .orElse(node);
  }

  /** The seller of the last answer is most likely the one of this. */
  private void killWhoeverAnswers() {
    String last = answers.getLast().seller;
    for (Seller seller : sellers) {
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
    for (Seller seller : sellers) {
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
    return FolderChannels.ofPayer(new MarketFolder(processes.home("buyer")).payer(), random).all();
  }

  /** Whether every seller has in its account what the buyer signed for it. */
  private boolean paid(DemoChain chain, List<PayerChannel> channels) throws RpcException {
    for (Seller seller : sellers) {
      if (!chain.balance(seller.account).equals(signed(channels, seller))) {
        return false;
      }
    }
    return true;
  }

  /** Whether every seller knows what became of its transactions, and so has it in its log. */
  private boolean booked() throws IOException {
    for (Seller seller : sellers) {
      Path intents =
          Purse.intents(processes.home(seller.name), DevelopmentMoney.COIN.chain(), seller.account);
      if (FolderIntents.open(intents).all().stream().anyMatch(Intent::pending)) {
        return false;
      }
    }
    return true;
  }

  private static Amount signed(List<PayerChannel> channels, Seller seller) {
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
    for (Seller seller : sellers) {
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
    correct &= all.equals(COINS.units()) && answers.stream().allMatch(Bought::valid);
    say("");
    say(
        correct
            ? "Every coin is where it belongs: "
                + COINS
                + " in all. What is left in the channels the buyer can take back."
            : "Not every coin is where it belongs: " + all + " of " + COINS + " were found.");
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
    opened.ifPresent(DemoChain::close);
  }
}
