// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Movement;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.sales.Earned;
import dev.freehold.market.spending.BudgetState;
import dev.freehold.market.wallet.Holding;
import dev.freehold.node.market.FleetEarnings;
import dev.freehold.node.market.Market;
import dev.freehold.node.market.MarketAnswers;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Every coin, what moved them, and what selling earned. */
final class MoneyPage {
  private static final int DAYS = FleetEarnings.DAYS;

  /** So many blocks' times are asked for while somebody waits for the page. */
  private static final int ASKED = 10;

  private final Optional<Market> trade;
  private final Optional<MarketAnswers> market;

  /** When blocks were made, as the chain told; what it didn't tell yet is asked again. */
  private final Map<Keccak256, Timestamp> times = new ConcurrentHashMap<>();

  MoneyPage(Optional<Market> trade, Optional<MarketAnswers> market) {
    this.trade = trade;
    this.market = market;
  }

  Json.Obj show() throws IOException {
    return trade.isEmpty()
        ? Json.object().put("configured", false).build()
        : show(trade.get().money())
            .put("elsewhere", Json.array(elsewhere(trade.get().elsewhere().now())))
            .build();
  }

  private Json.Builder show(Money own) throws IOException {
    Optional<String> problem = own.problem();
    Optional<Amount> balance = Optional.empty();
    if (problem.isEmpty()) {
      try {
        balance = Optional.of(own.balance());
      } catch (RpcException e) {
        problem = Optional.of(String.valueOf(e.getMessage()));
      }
    }
    List<Json> channels = new ArrayList<>();
    for (PayerChannel end : own.payer().channels()) {
      channels.add(channel(end.channel(), true, Holding.of(end)));
    }
    for (PayeeChannel end : own.payee().channels()) {
      channels.add(channel(end.channel(), false, Holding.of(end)));
    }
    return coin(own)
        .put("problem", problem.orElse(null))
        .put("balance", balance.map(Amount::toString).orElse(null))
        .put(
            "limits",
            own.limits()
                .<Json>map(
                    it ->
                        Json.object()
                            .put("answer", it.answer().toString())
                            .put("day", it.day().toString())
                            .put("peer", it.peer().toString())
                            .build())
                .orElse(Json.Null.VALUE))
        .put("budget", new BudgetState(own.budget(), own.payer().spent(own.coin())).toJson())
        .put("channels", Json.array(channels))
        .put("movements", Json.array(movements(own, problem.isEmpty())))
        .put("earnings", earnings());
  }

  /** What a page needs to say an amount. */
  static Json.Builder coin(Money own) {
    return Json.object()
        .put("configured", true)
        .put("account", own.account().toString())
        .put("chain", own.coin().chain().number())
        .put("token", own.coin().token().toString())
        .put("decimals", own.settings().power().decimals());
  }

  private static Json channel(Channel channel, boolean pays, List<Holding> holdings) {
    Address here = pays ? channel.config().payer() : channel.config().receiver();
    List<Json> all = new ArrayList<>();
    for (Holding holding : holdings) {
      Json.Builder told =
          Json.object()
              .put("amount", holding.amount().toString())
              .put("owner", holding.owner().toString())
              .put("mine", holding.owner().equals(here))
              .put("state", holding.state().text());
      switch (holding.release()) {
        case Holding.Release.Now() -> told.put("after", 0);
        case Holding.Release.At(var time) -> told.put("at", time.toString());
        case Holding.Release.After(var delay) -> told.put("after", delay.toSeconds());
      }
      all.add(told.build());
    }
    return Json.object()
        .put("id", channel.id().toString())
        .put("pays", pays)
        .put("other", (pays ? channel.config().receiver() : channel.config().payer()).toString())
        .put("holdings", Json.array(all))
        .build();
  }

  /** In the order of the account's transactions, which is that in which the chain does them. */
  private List<Json> movements(Money own, boolean there) throws IOException {
    List<Intent> intents = own.intents();
    if (there) {
      learn(own, intents);
    }
    Coin coin = own.coin();
    Map<ChannelId, Amount> claimed = new HashMap<>();
    List<Json> all = new ArrayList<>();
    for (Intent intent : intents) {
      boolean done = intent.outcome() instanceof Outcome.Executed;
      Json.Builder told =
          switch (ChannelContract.movement(intent.effect(), coin).orElse(null)) {
            case null -> told("other", null, null);
            case Movement.Deposited(Channel channel, Amount amount) ->
                told("deposit", channel, amount);
            case Movement.Refunded(Channel channel, Amount amount) ->
                told("refund", channel, amount);
            case Movement.AskedBack(Channel channel, Amount amount) ->
                told("asked back", channel, amount);
            case Movement.TakenBack(Channel channel) -> told("taken back", channel, null);
            case Movement.PaidOut _ -> told("paid out", null, null);
            case Movement.Claimed(List<Movement.Row> rows) ->
                told("claim", null, more(rows, claimed, done));
          };
      all.add(outcome(told.put("purpose", intent.purpose().text()), intent.outcome()));
    }
    return all;
  }

  /** Asks the chain for the times of the newest blocks that aren't known yet. */
  private void learn(Money own, List<Intent> intents) {
    int left = ASKED;
    for (Intent intent : intents.reversed()) {
      if (left > 0
          && block(intent.outcome()).filter(it -> !times.containsKey(it.hash)).isPresent()) {
        Block block = block(intent.outcome()).orElseThrow();
        left--;
        try {
          own.ledger()
              .chain()
              .time(block.number, block.hash)
              .ifPresent(time -> times.put(block.hash, time));
        } catch (RpcException e) {
          // It is away again: the page shows the numbers of blocks.
          return;
        }
      }
    }
  }

  private record Block(long number, Keccak256 hash) {}

  private static Optional<Block> block(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Executed(long number, Keccak256 hash) -> Optional.of(new Block(number, hash));
      case Outcome.Reverted(long number, Keccak256 hash) -> Optional.of(new Block(number, hash));
      case Outcome.Pending() -> Optional.empty();
      case Outcome.Displaced() -> Optional.empty();
    };
  }

  /** How much is claimed that was not before. */
  private static Amount more(
      List<Movement.Row> rows, Map<ChannelId, Amount> claimed, boolean done) {
    Amount sum = Amount.ZERO;
    for (Movement.Row row : rows) {
      ChannelId id = row.channel().id();
      sum = sum.plus(row.total().less(claimed.getOrDefault(id, Amount.ZERO)));
      if (done) {
        claimed.merge(id, row.total(), Amount::atLeast);
      }
    }
    return sum;
  }

  private static Json.Builder told(
      String what, @Nullable Channel channel, @Nullable Amount amount) {
    return Json.object()
        .put("what", what)
        .put("channel", channel == null ? null : channel.id().toString())
        .put("amount", amount == null ? null : amount.toString());
  }

  private Json outcome(Json.Builder told, Outcome outcome) {
    block(outcome)
        .ifPresent(
            block -> {
              told.put("block", block.number);
              Timestamp time = times.get(block.hash);
              told.put("time", time == null ? null : time.toString());
            });
    return told.put(
            "outcome",
            switch (outcome) {
              case Outcome.Pending() -> "waits for its block";
              case Outcome.Executed _ -> "done";
              case Outcome.Reverted _ -> "refused by the contract";
              case Outcome.Displaced() -> "never done";
            })
        .build();
  }

  private static List<Json> elsewhere(List<FleetEarnings.Told> machines) {
    List<Json> all = new ArrayList<>();
    for (FleetEarnings.Told machine : machines) {
      Json.Builder told =
          Json.object()
              .put("name", machine.name().text())
              .put("node", machine.node().toString())
              .put("told", machine.earned().isPresent());
      if (machine.earned().isPresent()) {
        Earned earned = machine.earned().get();
        told.put("days", earned.days())
            .put("busySeconds", earned.busy().toSeconds())
            .put(
                "wattHours",
                earned.wattHours().isPresent()
                    ? Json.of(earned.wattHours().getAsInt())
                    : Json.Null.VALUE)
            .put("coins", Json.array(earned.coins().stream().map(MoneyPage::coin).toList()));
      }
      all.add(told.build());
    }
    return all;
  }

  private static Json coin(Earned.In in) {
    return Json.object()
        .put("chain", in.coin().chain().number())
        .put("token", in.coin().token().toString())
        .put("answers", in.answers())
        .put("sold", in.sold().toString())
        .put("claimed", in.claimed().toString())
        .put("unclaimed", in.unclaimed().toString())
        .build();
  }

  private Json earnings() throws IOException {
    return market.isEmpty()
        ? Json.Null.VALUE
        : MarketPage.told(market.get(), "earnings", Json.object().put("days", DAYS).build());
  }
}
