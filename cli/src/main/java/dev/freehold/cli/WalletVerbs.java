// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.spending.BudgetState;
import dev.freehold.market.spending.LimitBook;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.market.wallet.Holding;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold wallet}: every coin, and what may be spent of it. */
@Command(
    name = "wallet",
    description = {
      "Every coin of this home with its owner, its state and when it can be had; the budget and the"
          + " limits.",
      "Without --rpc, as the chain was last seen. Nothing is sent or signed."
    },
    subcommands = {BudgetVerb.class, WalletVerbs.Limit.class, WalletVerbs.Withdraw.class})
final class WalletVerbs extends Verb {
  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description = "Ask this chain what it holds now (http or https).")
  private @Nullable URI rpc;

  @Option(
      names = "--chain",
      paramLabel = "NUMBER",
      description = "Which chain must answer there (EIP-155).")
  private @Nullable Long number;

  /** A channel, all of its coins, and which side this home is on. */
  private record Shown(Channel channel, boolean pays, List<Holding> holdings) {}

  @Override
  int run() throws Exception {
    if ((rpc == null) != (number == null)) {
      throw new Failure("--rpc and --chain go together: which chain must answer there");
    }
    MarketFolder folder = new MarketFolder(places.home());
    SecureRandom random = new SecureRandom();
    List<PayerChannel> buying = FolderChannels.ofPayer(folder.payer(), random).all();
    List<PayeeChannel> selling = FolderChannels.ofPayee(folder.payee(), random).all();
    LimitBook limits = new LimitFile(folder.limits()).read();
    BudgetState budget = BudgetVerb.state(places);
    Optional<Address> account =
        Files.exists(folder.key())
            ? Optional.of(PaymentKeyFile.load(folder.key()).address())
            : Optional.empty();
    Map<String, String> balances = new TreeMap<>();
    boolean fresh = false;
    if (rpc != null && number != null) {
      try (HttpClient client = HttpClient.newHttpClient()) {
        Chain chain =
            Chain.connect(new HttpRpc(client, rpc, Duration.ofSeconds(20)), new ChainId(number));
        buying = seen(chain, buying);
        selling = soldSeen(chain, selling);
        if (account.isPresent()) {
          balances(chain, account.get(), coins(buying, selling, limits), balances);
        }
        fresh = true;
      } catch (RpcException | IllegalArgumentException e) {
        screen.note("the chain was not asked: " + e.getMessage() + ". Shown as it was last seen.");
      }
    }
    List<Shown> shown = new ArrayList<>();
    buying.forEach(end -> shown.add(new Shown(end.channel(), true, Holding.of(end))));
    selling.forEach(end -> shown.add(new Shown(end.channel(), false, Holding.of(end))));
    if (json) {
      screen.json(json(account, balances, budget, limits, shown, fresh));
    } else {
      tell(folder, account, balances, budget, limits, shown);
    }
    return OK;
  }

  private static List<PayerChannel> seen(Chain chain, List<PayerChannel> ends) throws RpcException {
    List<PayerChannel> now = new ArrayList<>();
    for (PayerChannel end : ends) {
      Optional<ChannelState> state = state(chain, end.channel());
      now.add(state.isEmpty() ? end : end.with(state.get()));
    }
    return now;
  }

  private static List<PayeeChannel> soldSeen(Chain chain, List<PayeeChannel> ends)
      throws RpcException {
    List<PayeeChannel> now = new ArrayList<>();
    for (PayeeChannel end : ends) {
      Optional<ChannelState> state = state(chain, end.channel());
      now.add(state.isEmpty() ? end : end.with(state.get()));
    }
    return now;
  }

  private static Optional<ChannelState> state(Chain chain, Channel channel) throws RpcException {
    return channel.chain().equals(chain.id())
        ? Optional.of(new ChannelContract(chain, channel.contract()).state(channel))
        : Optional.empty();
  }

  private static List<Coin> coins(
      List<PayerChannel> buying, List<PayeeChannel> selling, LimitBook limits) {
    List<Coin> coins = new ArrayList<>(limits.coins().keySet());
    buying.forEach(end -> coins.add(end.channel().coin()));
    selling.forEach(end -> coins.add(end.channel().coin()));
    return coins.stream().distinct().toList();
  }

  private static void balances(
      Chain chain, Address account, List<Coin> coins, Map<String, String> balances)
      throws RpcException {
    balances.put("gas", chain.balance(account).toString());
    Set<String> asked = new TreeSet<>();
    for (Coin coin : coins) {
      if (coin.chain().equals(chain.id()) && asked.add(coin.token().toString())) {
        balances.put(
            coin.token().toString(), new Token(chain, coin.token()).balance(account).toString());
        Amount due = new ChannelContract(chain, coin.contract()).unsettled(account, coin.token());
        if (!due.equals(Amount.ZERO)) {
          balances.put(coin.token() + " claimed, to be paid out", due.toString());
        }
      }
    }
  }

  private void tell(
      MarketFolder folder,
      Optional<Address> account,
      Map<String, String> balances,
      BudgetState budget,
      LimitBook limits,
      List<Shown> shown) {
    screen.line(
        "account   "
            + account
                .map(Address::toString)
                .orElse("none: 'freehold chain key " + folder.key() + "' makes one"));
    balances.forEach((what, amount) -> screen.line("  in it: " + amount + " " + what));
    BudgetVerb.lines(budget).forEach(screen::line);
    if (limits.coins().isEmpty()) {
      screen.line("limits    none: nothing may be spent ('freehold wallet limit')");
    }
    limits
        .coins()
        .forEach(
            (coin, set) ->
                screen.line(
                    "limits    token "
                        + coin.token()
                        + " on chain "
                        + coin.chain()
                        + ": an answer "
                        + set.answer()
                        + ", a day "
                        + set.day()
                        + ", a seller in a day "
                        + set.peer()));
    if (shown.isEmpty()) {
      screen.line("channels  none");
    }
    for (Shown each : shown) {
      Channel channel = each.channel();
      screen.line(
          "channel   "
              + channel.id()
              + (each.pays()
                  ? " pays " + channel.config().receiver()
                  : " is paid by " + channel.config().payer())
              + ", token "
              + channel.config().token()
              + " on chain "
              + channel.chain());
      for (Holding holding : each.holdings()) {
        screen.line(
            "  "
                + holding.amount()
                + " "
                + holding.state().text()
                + ", owner "
                + holding.owner()
                + (mine(each, holding) ? " (you)" : "")
                + ", "
                + text(holding.release()));
      }
    }
  }

  private static boolean mine(Shown shown, Holding holding) {
    Address own =
        shown.pays() ? shown.channel().config().payer() : shown.channel().config().receiver();
    return holding.owner().equals(own);
  }

  private static String text(Holding.Release release) {
    return switch (release) {
      case Holding.Release.Now() -> "can be had now";
      case Holding.Release.At(var time) -> "can be had from " + time;
      case Holding.Release.After(var delay) ->
          "can be had " + delay.toSeconds() + " s after it is asked back";
    };
  }

  private static Json json(
      Optional<Address> account,
      Map<String, String> balances,
      BudgetState budget,
      LimitBook limits,
      List<Shown> shown,
      boolean fresh) {
    List<Json> channels = new ArrayList<>();
    for (Shown each : shown) {
      List<Json> holdings = new ArrayList<>();
      for (Holding holding : each.holdings()) {
        Json.Builder item =
            Json.object()
                .put("amount", holding.amount().toString())
                .put("mine", mine(each, holding))
                .put("owner", holding.owner().toString());
        switch (holding.release()) {
          case Holding.Release.Now() -> item.put("releaseAfterSeconds", 0);
          case Holding.Release.At(var time) -> item.put("releaseAt", time.toString());
          case Holding.Release.After(var delay) ->
              item.put("releaseAfterSeconds", delay.toSeconds());
        }
        holdings.add(item.put("state", holding.state().text()).build());
      }
      channels.add(
          Json.object()
              .put("channel", each.channel().toJson())
              .put("holdings", Json.array(holdings))
              .put("id", each.channel().id().toString())
              .put("pays", each.pays())
              .build());
    }
    Json.Builder held = Json.object();
    balances.forEach(held::put);
    return Json.object()
        .put("account", account.<Json>map(each -> Json.of(each.toString())).orElse(Json.Null.VALUE))
        .put("balances", held.build())
        .put("budget", budget.toJson())
        .put("channels", Json.array(channels))
        .put("fresh", fresh)
        .put("limits", Json.parse(limits.encode()))
        .build();
  }

  /** {@code freehold wallet withdraw}. */
  @Command(
      name = "withdraw",
      description = {
        "Ask back what is left in a channel with a seller; the running node takes it out once the"
            + " channel's delay is over.",
        "What was signed for answers stays the seller's."
      })
  static final class Withdraw extends Verb {
    @Parameters(paramLabel = "CHANNEL", description = "Its id, as 'freehold wallet' shows it.")
    private String channel = "";

    @Override
    int run() throws Exception {
      Json.Obj answer =
          new OwnerClient(places).ask("reclaim", Json.object().put("channel", channel).build());
      if (json) {
        screen.json(answer);
      } else {
        screen.line(OwnerClient.text(answer, "done"));
      }
      return OK;
    }
  }

  /** {@code freehold wallet limit}. */
  @Command(
      name = "limit",
      description = {
        "Set what this machine may spend of a coin, in the token's smallest unit; it counts at once.",
        "Nothing is signed beyond, and nothing at all of a coin without limits."
      })
  static final class Limit extends Verb {
    @Option(
        names = "--chain",
        required = true,
        paramLabel = "NUMBER",
        description = "The coin's chain (EIP-155).")
    private long number;

    @Option(names = "--token", required = true, paramLabel = "ADDRESS", description = "The ERC-20.")
    private String token = "";

    @Option(
        names = "--channels",
        paramLabel = "ADDRESS",
        description = "Where the payment channels are (x402's address, unless given).")
    private @Nullable String channels;

    @Option(names = "--answer", paramLabel = "UNITS", description = "For one answer at most.")
    private @Nullable String answer;

    @Option(names = "--day", paramLabel = "UNITS", description = "On one day (UTC) at most.")
    private @Nullable String day;

    @Option(
        names = "--peer",
        paramLabel = "UNITS",
        description = "On one day at one seller's account at most.")
    private @Nullable String peer;

    @Option(names = "--none", description = "Spend nothing of this coin any more.")
    private boolean none;

    @Override
    int run() throws Exception {
      Coin coin = coin();
      if (none != (answer == null && day == null && peer == null)
          || (!none && (answer == null || day == null || peer == null))) {
        throw new Failure("give --answer, --day and --peer, or --none");
      }
      MarketFolder folder = new MarketFolder(places.home());
      PrivateFolder.make(places.home());
      PrivateFolder.make(Objects.requireNonNull(folder.limits().getParent()));
      LimitFile file = new LimitFile(folder.limits());
      LimitBook book =
          none
              ? file.read().without(coin)
              : file.read()
                  .with(coin, new SpendingLimits(amount(answer), amount(day), amount(peer)));
      file.write(book, new SecureRandom());
      if (json) {
        screen.json(Json.parse(book.encode()));
      } else {
        screen.line(
            none
                ? "nothing of " + coin.token() + " on chain " + coin.chain() + " is spent any more"
                : "set for token " + coin.token() + " on chain " + coin.chain());
      }
      return OK;
    }

    private Coin coin() throws Failure {
      try {
        return new Coin(
            new ChainId(number),
            channels == null ? DevelopmentChain.PAYMENT_CHANNELS : address(channels),
            address(token));
      } catch (IllegalArgumentException e) {
        throw new Failure(String.valueOf(e.getMessage()));
      }
    }

    private static Address address(String text) {
      return Address.parse(text)
          .orElseThrow(
              () -> new IllegalArgumentException(text + " is not an address with its checksum"));
    }

    private static Amount amount(@Nullable String text) throws Failure {
      return Amount.parse(Objects.requireNonNull(text))
          .orElseThrow(
              () -> new Failure(text + " is not a whole number of the token's smallest unit"));
    }
  }
}
