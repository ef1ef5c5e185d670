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
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.Node;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An economy on one machine: a chain, a relay, a witness, three sellers and a buyer, each a
 * process. Used by one thread.
 */
final class DemoEconomy implements AutoCloseable {
  static final String MODEL = Catalogue.shipped().defaultName();

  /** What the buyer has at first. */
  static final Amount COINS = Amount.of(10_000_000);

  private static final Amount DEPOSIT = Amount.of(1_000_000);

  /** What the owner's mandate lets the buyer spend, in millionths of a test dollar: its units. */
  private static final String BUDGET = "5000000";

  private final Path folder;
  private final Places places;
  private final DemoProcesses processes;
  private final Consumer<String> told;
  private final SecureRandom random = new SecureRandom();
  private final List<Seller> sellers = new ArrayList<>();
  private Optional<DemoChain> opened = Optional.empty();
  private Optional<Address> account = Optional.empty();
  private Optional<URI> base = Optional.empty();

  /**
   * Nothing is started yet.
   *
   * @param folder where everything is kept
   * @param told of each thing that is there
   */
  DemoEconomy(Path folder, Places places, DemoProcesses processes, Consumer<String> told) {
    this.folder = folder;
    this.places = places;
    this.processes = processes;
    this.told = told;
  }

  /** A seller: what it asks for a million tokens of output, and what it turned out to be. */
  static final class Seller {
    final String name;
    final boolean cheats;
    final long price;
    final Address account;
    DemoProcesses.Running process;
    String node = "";
    boolean killed;

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

  static String text(Json.Obj from, String name) {
    return from.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text ? text.value() : "";
  }

  /** Starts all of it. */
  void start() throws Exception {
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
    DemoProcesses.Running node = startBuyer();
    say("buyer    " + buyer + " has " + COINS + " units");
    account = Optional.of(buyer);
    base = Optional.of(URI.create(text(node.said(), "url")).resolve("/"));
  }

  /** The sellers, the honest ones first. */
  List<Seller> sellers() {
    return sellers;
  }

  /** The chain that was started. */
  DemoChain chain() {
    return opened.orElseThrow();
  }

  /** The buyer's account. */
  Address buyer() {
    return account.orElseThrow();
  }

  /** Where the buyer's node is asked. */
  URI base() {
    return base.orElseThrow();
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
      seller.node = own.chat(MarketDemo.question("What is a market?", 40), _ -> {}).ranBy();
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

  private DemoProcesses.Running startBuyer() throws Exception {
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

  private void say(String line) {
    told.accept(line);
  }

  @Override
  public void close() {
    opened.ifPresent(DemoChain::close);
  }
}
