// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.fleet.job.JobWork;
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
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.spending.LimitBook;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.market.Board;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;

/**
 * A seller and a buyer with a chain, in this process. The seller is reached through a line that can
 * be cut. A token costs one unit of the coin.
 */
@NullMarked
final class Traders implements AutoCloseable {
  static final long DEPOSIT = 100_000;
  static final long WINDOW = 100;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Amount GAS = new Amount(BigInteger.TEN.pow(18));
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final ServedModel model;
  private final HttpClient client = HttpClient.newHttpClient();
  private final DevelopmentChain chain;
  private final Relay relay;
  private final Closeable board;
  private final CutLine line;
  private final UnaryOperator<JobWork> made;
  private final MoneySettings money;
  private Node seller;
  private Node buyer;

  private Traders(Path folder, Path program, long window, UnaryOperator<JobWork> made)
      throws Exception {
    this.folder = folder;
    this.made = made;
    this.model = SmallModel.write(folder);
    this.chain = DevelopmentChain.start(program, folder.resolve("chain"), client);
    this.money = economy();
    SigningKey key = SigningKey.generate(RANDOM);
    this.relay =
        Relay.start(
            RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            key,
            RANDOM,
            MonotonicClock.system());
    this.board = Board.serve(relay, relay.address(), key, Clock.systemUTC(), RANDOM);
    String address = relay.address().toString();
    int port = Integer.parseInt(address.replaceAll(".*:([0-9]+)[^0-9].*did:key.*", "$1"));
    this.line = new CutLine(port);
    this.seller = seller();
    await(
        "the board and the seller are at the relay",
        () -> relay.load().nodes() == 2 && line.firstSide() == 1);
    line.others();
    this.buyer = buyer();
    seller.awaitModels();
    // Its speed is measured by its own answers.
    assertThat(completion(seller, 300, "").status()).isEqualTo(200);
    owner(
        seller,
        "sell",
        "{\"model\":\"small\",\"input\":\"1000000\",\"output\":\"1000000\",\"window\":\""
            + window
            + "\",\"streams\":2,\"days\":1}");
    await("the offer is known", () -> owner(buyer, "offers", "{}").contains("did:key"));
  }

  /** Starts all, or skips the test where there is no chain. */
  static Traders start(Path folder, long window, UnaryOperator<JobWork> made) throws Exception {
    String cache = System.getenv("FREEHOLD_CACHE");
    Path program;
    try {
      program =
          AnvilProgram.find(
              cache == null
                  ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
                  : Path.of(cache));
    } catch (IOException e) {
      return abort("skipped: " + e.getMessage());
    }
    return new Traders(folder, program, window, made);
  }

  private MoneySettings economy() throws Exception {
    chain.place(PackedContract.PAYMENT_CHANNELS, DevelopmentChain.PAYMENT_CHANNELS);
    PaymentKey minter = PaymentKey.ofSecret(BigInteger.TWO.pow(250).toByteArray());
    chain.fund(minter.address(), GAS);
    Submitter submitter =
        new Submitter(chain.chain(), minter, FolderIntents.open(folder.resolve("minter")), 0);
    Deployer deployer = new Deployer(chain.chain(), submitter);
    Address coin = deployed(deployer, PackedContract.TEST_DOLLAR, minter.address());
    Address collector =
        deployed(
            deployer, PackedContract.ERC3009_DEPOSIT_COLLECTOR, DevelopmentChain.PAYMENT_CHANNELS);
    for (String name : List.of("buyer", "seller")) {
      MarketFolder own = new MarketFolder(Files.createDirectories(folder.resolve(name)));
      Address account = PaymentKeyFile.create(own.key(), RANDOM).address();
      chain.fund(account, GAS);
      Intent _ =
          submitter.submit(
              new Intent.Purpose("mint for " + name),
              new Token(chain.chain(), coin).mint(account, Amount.of(10 * DEPOSIT)));
      Files.createDirectories(own.folder());
      Amount much = Amount.of(10 * DEPOSIT);
      new LimitFile(own.limits())
          .write(
              LimitBook.EMPTY.with(
                  new Coin(ChainId.DEVELOPMENT, DevelopmentChain.PAYMENT_CHANNELS, coin),
                  new SpendingLimits(much, much, much)),
              RANDOM);
    }
    return MoneySettings.none()
        .with("chain", chain.address().toString())
        .with("chain-id", ChainId.DEVELOPMENT.toString())
        .with("chain-depth", "0")
        .with("coin", coin.toString())
        .with("collector", collector.toString())
        .with("claim-worth", Long.toString(100 * DEPOSIT))
        .with("deposit", Long.toString(DEPOSIT));
  }

  private static Address deployed(Deployer deployer, PackedContract contract, Address argument)
      throws Exception {
    return deployer.deploy(contract, List.of(argument), Duration.ofSeconds(20))
            instanceof Deployer.Deployed.At(Address address)
        ? address
        : abort("the contract was not deployed");
  }

  private NodeConfiguration configuration(String name, int port) {
    String address = relay.address().toString();
    return NodeConfiguration.defaults(folder.resolve(name), folder.resolve("cache"))
        .withPort(0)
        .withThreads(1)
        .withKernel("scalar")
        .withDrain(Duration.ZERO)
        .withMoney(money)
        .withFleet(
            FleetSettings.none()
                .with("fleet-name", name)
                .with("tier", "public")
                .with("replay-share", "0")
                .with("link-loopback", "yes")
                .with("relays", address.replaceAll(":[0-9]+([^0-9].*did:key)", ":" + port + "$1")));
  }

  private Node seller() {
    return Node.start(
        configuration("seller", line.port()).withModels(List.of(model)),
        PassphraseSource.none(),
        made);
  }

  private Node buyer() {
    // Where the offer says that the seller is found: two connections with one key push each other
    // out.
    return Node.start(configuration("buyer", line.port()));
  }

  CutLine line() {
    return line;
  }

  DevelopmentChain chain() {
    return chain;
  }

  Node buyerNode() {
    return buyer;
  }

  /** Ends the buyer's node, and starts it again on the same home. */
  void restartBuyer() {
    buyer.close();
    buyer = buyer();
  }

  /** Tokens that the seller's machine computed, also those that nobody got; of ended answers. */
  long computed() throws IOException {
    return Http.get(seller.port(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("freehold_output_tokens_total "))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
        .sum();
  }

  /** Ends the seller's node in order. */
  void closeSeller() {
    seller.close();
  }

  /** Buys an answer of so many tokens. */
  Http.Answer buy(int tokens) throws IOException {
    OwnerToken token = OwnerToken.read(buyer.configuration().home()).orElseThrow();
    return completion(buyer, tokens, token.authorization());
  }

  /** Buys an answer to a request. */
  Http.Answer buy(String path, String body) throws IOException {
    OwnerToken token = OwnerToken.read(buyer.configuration().home()).orElseThrow();
    return Http.post(buyer.port(), path, body, "Authorization: " + token.authorization());
  }

  private static Http.Answer completion(Node node, int tokens, String authorization)
      throws IOException {
    String body =
        "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":"
            + tokens
            + ",\"ignore_eos\":true,\"seed\":1}";
    return authorization.isEmpty()
        ? Http.post(node.port(), "/v1/completions", body)
        : Http.post(node.port(), "/v1/completions", body, "Authorization: " + authorization);
  }

  static String owner(Node node, String verb, String body) {
    try {
      OwnerToken token = OwnerToken.read(node.configuration().home()).orElseThrow();
      Http.Answer answer =
          Http.post(node.port(), "/owner/" + verb, body, "Authorization: " + token.authorization());
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      return answer.body();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void await(String what, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(50);
    }
  }

  /** The buyer's end of the channel, as it is on the disk. */
  Optional<PayerChannel> payer() {
    try {
      return FolderChannels.ofPayer(new MarketFolder(folder.resolve("buyer")).payer(), RANDOM)
          .all()
          .stream()
          .findFirst();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The seller's end of the channel, as it is on the disk. */
  Optional<PayeeChannel> payee() {
    try {
      return FolderChannels.ofPayee(new MarketFolder(folder.resolve("seller")).payee(), RANDOM)
          .all()
          .stream()
          .findFirst();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** How much of the channel was signed away. */
  Amount signed() {
    return payer().map(PayerChannel::signed).orElse(Amount.ZERO);
  }

  /** For how much the seller has a voucher. */
  Amount taken() {
    return payee().map(PayeeChannel::due).orElse(Amount.ZERO);
  }

  @Override
  public void close() throws IOException {
    buyer.close();
    seller.close();
    line.close();
    board.close();
    relay.close();
    chain.close();
    client.close();
  }
}
