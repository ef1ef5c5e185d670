// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.market;

import dev.freehold.bench.node.NodeClient;
import dev.freehold.bench.peer.SideBySide;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.deploy.Deployer;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.market.spending.LimitBook;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.market.Board;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * {@code Bought ROUNDS STREAMS MODEL}: what it adds to the first token's time that an answer is
 * bought of another machine, beside the same job on an own one and the machine itself, in turns;
 * then so many streams at once through one buyer. All nodes are in this process; the chain is
 * anvil.
 */
public final class Bought {
  private static final String NAME = "bench-model";
  private static final Amount MUCH = Amount.of(1_000_000_000_000L);

  private final NodeClient client = new NodeClient(true);
  private final SecureRandom random = new SecureRandom();
  private final Path folder;
  private final ServedModel model;

  private Bought(Path folder, ServedModel model) {
    this.folder = folder;
    this.model = model;
  }

  private static String body(int tokens) {
    return Json.object()
        .put("model", NAME)
        .put("prompt", "The")
        .put("max_tokens", tokens)
        .put("temperature", 0)
        .put("ignore_eos", true)
        .put("stream", true)
        .build()
        .write();
  }

  /** Runs the measurement. */
  public static void main(String[] words) throws Exception {
    Path file = SideBySide.file(SideBySide.cache(), words[2]);
    Path folder = Files.createTempDirectory(SideBySide.cache(), "bench-market-");
    try {
      ServedModel model = new ServedModel(NAME, file, Digest.sha256(Files.readAllBytes(file)));
      new Bought(folder, model).run(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private void run(int rounds, int streams) throws Exception {
    RelaySettings relaySettings =
        RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    SigningKey key = SigningKey.generate(random);
    try (HttpClient rpc = HttpClient.newHttpClient();
        DevelopmentChain chain =
            DevelopmentChain.start(
                AnvilProgram.find(SideBySide.cache()), folder.resolve("chain"), rpc);
        Relay relay = Relay.start(relaySettings, key, random, MonotonicClock.system());
        Closeable _ = Board.serve(relay, relay.address(), key, InstantSource.system(), random)) {
      MoneySettings money = economy(chain);
      FleetSettings fleet =
          FleetSettings.none()
              .with("link-loopback", "yes")
              .with("relays", relay.address().toString())
              .with("replay-share", "0");
      try (Node runner =
              node(
                  "runner",
                  money,
                  fleet.with("fleet-name", "runner").with("link-listen", "127.0.0.1:0"),
                  true);
          Node near = node("near", MoneySettings.none(), fleet, false);
          Node buyer =
              node(
                  "buyer",
                  money.with("deposit", "100000000000"),
                  fleet.with("tier", "public"),
                  false)) {
        runner.awaitModels();
        client.firstToken(runner, body(2));
        client.firstToken(runner, body(2));
        client.owner(
            runner,
            "sell",
            Json.object()
                .put("model", NAME)
                .put("input", "1000000")
                .put("output", "1000000")
                .put("window", "10000")
                .put("streams", streams)
                .put("days", 1)
                .build());
        client.pair(near, runner);
        await(near);
        await(buyer);
        added(List.of(runner, near, buyer), rounds);
        together(buyer, streams);
      }
    }
  }

  private MoneySettings economy(DevelopmentChain chain) throws Exception {
    chain.place(PackedContract.PAYMENT_CHANNELS, DevelopmentChain.PAYMENT_CHANNELS);
    PaymentKey minter = PaymentKeyFile.create(folder.resolve("minter.key"), random);
    chain.fund(minter.address(), new Amount(BigInteger.TEN.pow(18)));
    Submitter submitter =
        new Submitter(chain.chain(), minter, FolderIntents.open(folder.resolve("minter")), 0);
    Deployer deployer = new Deployer(chain.chain(), submitter);
    Address dollar = deployed(deployer, PackedContract.TEST_DOLLAR, minter.address());
    Address collector =
        deployed(
            deployer, PackedContract.ERC3009_DEPOSIT_COLLECTOR, DevelopmentChain.PAYMENT_CHANNELS);
    for (String name : List.of("buyer", "runner")) {
      Path home = Files.createDirectories(folder.resolve(name));
      Address account = PaymentKeyFile.create(new MarketFolder(home).key(), random).address();
      chain.fund(account, new Amount(BigInteger.TEN.pow(18)));
      Intent.Purpose purpose = new Intent.Purpose("mint for " + name);
      while (submitter
          .submit(purpose, new Token(chain.chain(), dollar).mint(account, MUCH))
          .pending()) {
        Thread.sleep(10);
      }
    }
    MarketFolder buying = new MarketFolder(folder.resolve("buyer"));
    Files.createDirectories(buying.folder());
    new LimitFile(buying.limits())
        .write(
            LimitBook.EMPTY.with(
                new Coin(ChainId.DEVELOPMENT, DevelopmentChain.PAYMENT_CHANNELS, dollar),
                new SpendingLimits(MUCH, MUCH, MUCH)),
            random);
    return MoneySettings.none()
        .with("chain", chain.address().toString())
        .with("chain-id", ChainId.DEVELOPMENT.toString())
        .with("coin", dollar.toString())
        .with("collector", collector.toString())
        .with("chain-depth", "0");
  }

  private static Address deployed(Deployer deployer, PackedContract contract, Address argument)
      throws Exception {
    if (deployer.deploy(contract, List.of(argument), Duration.ofSeconds(30))
        instanceof Deployer.Deployed.At(Address address)) {
      return address;
    }
    throw new IOException("the chain made no " + contract.contractName());
  }

  private Node node(String name, MoneySettings money, FleetSettings fleet, boolean serves) {
    return Node.start(
        NodeConfiguration.defaults(folder.resolve(name), SideBySide.cache())
            .withPort(0)
            .withThreads(serves ? 2 : 1)
            .withMaxConcurrent(300)
            .withQueueLimit(300)
            .withDrain(Duration.ZERO)
            .withModels(serves ? List.of(model) : List.of())
            .withFleet(fleet.with("fleet-name", name))
            .withMoney(money));
  }

  private void added(List<Node> ways, int rounds) throws Exception {
    List<List<Double>> times = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int round = -rounds / 4; round < rounds; round++) {
      for (int way = 0; way < ways.size(); way++) {
        double first = client.firstToken(ways.get(way), body(2));
        if (round >= 0) {
          times.get(way).add(first);
        }
      }
    }
    System.out.println("| first token of " + rounds + " answers | p50 ms | p95 ms |");
    System.out.println("|---|---|---|");
    List<String> names = List.of("the machine itself", "an own machine's job", "bought");
    for (int way = 0; way < ways.size(); way++) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f | %.2f |%n",
          names.get(way),
          NodeClient.quantile(times.get(way), 0.5),
          NodeClient.quantile(times.get(way), 0.95));
    }
    System.out.printf(
        Locale.ROOT,
        "bought, over the own machine's job: %.2f ms at p50%n",
        NodeClient.quantile(times.get(2), 0.5) - NodeClient.quantile(times.get(1), 0.5));
  }

  private void together(Node buyer, int streams) throws Exception {
    AtomicInteger whole = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(streams);
    long begun = System.nanoTime();
    for (int i = 0; i < streams; i++) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Stream<String> lines = client.ask(buyer, body(24)).body()) {
                  if (lines.anyMatch(line -> line.equals("data: [DONE]"))) {
                    whole.incrementAndGet();
                  }
                } catch (Exception e) {
                  System.out.println("a stream was lost: " + e.getMessage());
                } finally {
                  done.countDown();
                }
              });
    }
    done.await();
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%d streams of 24 tokens at once: %d whole, %.1f s, %.0f tokens/s%n",
        streams,
        whole.get(),
        seconds,
        24 * whole.get() / seconds);
  }

  /** Until it gets an answer. */
  private void await(Node node) throws Exception {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (true) {
      try {
        client.firstToken(node, body(2));
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(200);
      }
    }
  }
}
