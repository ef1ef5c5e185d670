// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.channel.Watch;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Purse;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.BudgetFile;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A node's money. The chain may be away: what needs it says so then, the rest goes on, and what was
 * wanted of it is looked up when it is back. Safe for use by many threads; the only one that writes
 * what lies in the home's market folder.
 */
public final class Money implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final int CHANNELS = 10_000;
  private static final int ROWS = 100;

  /** How the purposes begin whose intents are forgotten one day. */
  private static final List<String> FORGOTTEN = List.of("x402 exact ", "settle ");

  private final MoneySettings settings;
  private final Coin coin;
  private final PaymentKey key;
  private final KeyBinding binding;
  private final Payer payer;
  private final Payee payee;
  private final LimitFile limits;
  private final BudgetFile budget;
  private final FolderIntents intents;
  private final HttpRpc rpc;
  private final HttpClient client;
  private final InstantSource clock;
  private final BiConsumer<String, Json.Obj> events;
  private final Thread watch;

  /** Set once the chain has answered; owned by this object's monitor. */
  private @Nullable Ledger ledger;

  /** What came of the last look at the chain; empty: it answered. */
  private volatile Optional<String> problem = Optional.of("it was not asked yet");

  /**
   * The chain, while it answers.
   *
   * @param contract the payment channels
   * @param submitter of this node's payment account
   */
  public record Ledger(ChannelContract contract, Submitter submitter) {
    /** The chain. */
    public Chain chain() {
      return contract.chain();
    }
  }

  private Money(
      MoneySettings settings,
      Coin coin,
      URI rpc,
      PaymentKey key,
      SigningKey node,
      Path home,
      InstantSource clock,
      SecureRandom random,
      BiConsumer<String, Json.Obj> events)
      throws IOException {
    MarketFolder folder = new MarketFolder(home);
    this.settings = settings;
    this.coin = coin;
    this.key = key;
    this.binding = KeyBinding.sign(node, key, new Timestamp(clock.instant()));
    this.clock = clock;
    this.events = events;
    PrivateFolder.make(home.resolve("market"));
    this.limits = new LimitFile(folder.limits());
    this.budget = new BudgetFile(folder.budget(), Party.of(node.nodeId()));
    this.payer =
        new Payer(key, FolderChannels.ofPayer(folder.payer(), random), limits, budget, clock);
    this.payee =
        new Payee(
            new Payee.Rules(
                coin, key.address(), key.address(), settings.window(), settings.delay(), CHANNELS),
            FolderChannels.ofPayee(folder.payee(), random));
    this.intents = FolderIntents.open(Purse.intents(home, coin.chain(), key.address()));
    this.client = HttpClient.newHttpClient();
    this.rpc = new HttpRpc(client, rpc, ANSWER);
    this.watch = Thread.ofVirtual().name("money").unstarted(this::watch);
  }

  /**
   * Takes up what is in the home, and begins to look at the chain.
   *
   * @param events told of what is claimed, paid out and refused
   * @return empty where the configuration names no chain
   * @throws IOException if something in the home can't be read: nothing is signed or served then;
   *     or naming what the configuration lacks
   * @throws KeyFileException if the payment key is of no use
   */
  public static Optional<Money> open(
      MoneySettings settings,
      Path home,
      SigningKey node,
      InstantSource clock,
      SecureRandom random,
      BiConsumer<String, Json.Obj> events)
      throws IOException, KeyFileException {
    URI rpc = settings.rpc();
    if (rpc == null) {
      return Optional.empty();
    }
    Coin coin =
        settings
            .coin()
            .orElseThrow(
                () ->
                    new IOException(
                        "the node's configuration names a chain and lacks "
                            + String.join(" and ", settings.missing())));
    MarketFolder folder = new MarketFolder(home);
    PaymentKey key =
        Files.exists(folder.key())
            ? PaymentKeyFile.load(folder.key())
            : PaymentKeyFile.create(folder.key(), random);
    Money money = new Money(settings, coin, rpc, key, node, home, clock, random, events);
    money.watch.start();
    return Optional.of(money);
  }

  /** In what it pays and is paid. */
  public Coin coin() {
    return coin;
  }

  /** What the configuration says. */
  public MoneySettings settings() {
    return settings;
  }

  /** The account that pays and is paid. */
  public Address account() {
    return key.address();
  }

  /** That the node's key and the account have one holder. */
  public KeyBinding binding() {
    return binding;
  }

  /** The buyer's ends of its channels. */
  public Payer payer() {
    return payer;
  }

  /** The seller's ends of its channels. */
  public Payee payee() {
    return payee;
  }

  /**
   * What may be spent of its coin; empty: nothing.
   *
   * @throws IOException if it can't be read: nothing may be spent then
   */
  public Optional<SpendingLimits> limits() throws IOException {
    return limits.of(coin);
  }

  /**
   * What the owner's mandate lets this node spend now.
   *
   * @throws IOException if it can't be read: nothing may be spent then
   */
  public Budget.Standing budget() throws IOException {
    return budget.standing(new Timestamp(clock.instant()));
  }

  PaymentKey key() {
    return key;
  }

  InstantSource clock() {
    return clock;
  }

  /** Why the chain was of no use when it was last asked; empty where it was. */
  public Optional<String> problem() {
    return problem;
  }

  /**
   * The chain.
   *
   * @throws RpcException if it does not answer, or is another one
   */
  public synchronized Ledger ledger() throws RpcException {
    Ledger known = ledger;
    if (known == null) {
      Chain chain = Chain.connect(rpc, coin.chain());
      known =
          new Ledger(
              new ChannelContract(chain, coin.contract()),
              new Submitter(chain, key, intents, settings.depth()));
      ledger = known;
    }
    return known;
  }

  /** What the chain holds of a channel now. */
  public ChannelState state(Channel channel) throws RpcException {
    return ledger().contract().state(channel);
  }

  /** What this node ever wanted of the chain. */
  public List<Intent> intents() throws IOException {
    return intents.all();
  }

  /**
   * Forgets old payments of single answers and old pay-outs: the coin takes an authorization once,
   * and what was paid out is not there any more. Claims and what a channel's owner wants of it
   * stay, since the sums of others follow from them.
   *
   * @param logged whether the log's record of one is durable
   * @return those that are forgotten now
   */
  List<Intent> forgetOld(Predicate<Intent> logged) throws IOException {
    return intents.forgetOld(
        intent ->
            logged.test(intent)
                && FORGOTTEN.stream().anyMatch(intent.purpose().text()::startsWith));
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          look();
          problem = Optional.empty();
        } catch (RpcException | IOException e) {
          tell(String.valueOf(e.getMessage()));
        }
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  private void tell(String why) {
    if (!problem.equals(Optional.of(why))) {
      events.accept("chain-unusable", Json.object().put("problem", why).build());
    }
    problem = Optional.of(why);
  }

  /** Once around: what the chain holds, what is due to us, and what we have asked back. */
  private void look() throws RpcException, IOException {
    Ledger now = ledger();
    // Asked even where nothing is open, so that a chain that is away is known before it is needed.
    var _ = now.chain().head();
    List<Channel> sold = payee.channels().stream().map(PayeeChannel::channel).toList();
    Watch claims =
        new Watch(now.contract(), now.submitter(), new Watch.Rules(settings.claim(), ROWS));
    Watch.Look look = claims.look(sold, payee.claimable());
    for (Watch.Seen seen : look.seen()) {
      payee.observe(seen.channel().id(), seen.state());
    }
    look.refused()
        .forEach(
            refused ->
                events.accept(
                    "claim-refused",
                    Json.object()
                        .put("channel", refused.claimable().channel().id().toString())
                        .put("reason", refused.reason())
                        .build()));
    if (!sold.isEmpty() && !look.pending()) {
      claims.settle(account(), coin.token());
    }
    for (PayerChannel end : payer.channels()) {
      ChannelState state = now.contract().state(end.channel());
      if (!state.equals(end.state())) {
        payer.observe(end.channel(), state);
      }
      Deposits.finish(now, end.channel(), state, clock);
    }
  }

  /** The account's coins that are in no channel. */
  public Amount balance() throws RpcException {
    return new Token(ledger().chain(), coin.token()).balance(account());
  }

  @Override
  public void close() throws IOException {
    watch.interrupt();
    try {
      watch.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdownNow();
    payee.close();
  }
}
