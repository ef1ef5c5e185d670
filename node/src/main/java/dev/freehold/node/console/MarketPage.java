// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.node.market.Market;
import dev.freehold.node.market.MarketAnswers;
import dev.freehold.node.receipts.Purchased;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What is offered, sold and bought, and how it went with whom. */
final class MarketPage {
  private static final Duration LOOKED_BACK = Duration.ofDays(30);
  private static final int SHOWN = 50;

  /** Of the latest purchases, so many are looked through for those that gave a receipt. */
  private static final int LOOKED_THROUGH = 500;

  private final Optional<Market> market;
  private final Optional<MarketAnswers> answers;
  private final InstantSource clock;

  MarketPage(Optional<Market> market, Optional<MarketAnswers> answers, InstantSource clock) {
    this.market = market;
    this.answers = answers;
    this.clock = clock;
  }

  Json.Obj show() throws IOException {
    if (market.isEmpty() || answers.isEmpty()) {
      return Json.object().put("configured", false).build();
    }
    Market own = market.get();
    Json.Obj offers = told(answers.get(), "offers", Json.object().build());
    return MoneyPage.coin(own.money())
        .put("offers", offers.get("offers").orElseThrow())
        .put("contradictions", offers.get("contradictions").orElseThrow())
        .put(
            "sales", told(answers.get(), "sales", Json.object().build()).get("sales").orElseThrow())
        .put("sold", Json.array(sold(own)))
        .put(
            "buyers",
            Json.array(own.money().payee().channels().stream().map(MarketPage::buyer).toList()))
        .put(
            "sellers",
            Json.array(own.money().payer().channels().stream().map(this::seller).toList()))
        .put(
            "bought",
            Json.array(
                own.bought().newest(LOOKED_THROUGH).stream()
                    .filter(each -> each.receipt().isPresent())
                    .limit(SHOWN)
                    .map(MarketPage::bought)
                    .toList()))
        .build();
  }

  /** What a verb answers where it is one that refuses nothing. */
  static Json.Obj told(MarketAnswers answers, String verb, Json request) throws IOException {
    try {
      return switch (answers.answer(verb, request).orElseThrow()) {
        case Answer.Done(Json.Obj told) -> told;
        case Answer.Refused(String why) -> throw new IllegalStateException(why);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the node is stopping", e);
    }
  }

  /** The newest first. */
  private List<Json> sold(Market own) throws IOException {
    Deque<SoldAnswer> last = new ArrayDeque<>();
    own.book()
        .read(
            new Timestamp(clock.instant().minus(LOOKED_BACK)),
            answer -> {
              last.addFirst(answer);
              if (last.size() > SHOWN) {
                last.removeLast();
              }
            });
    List<Json> all = new ArrayList<>();
    for (SoldAnswer each : last) {
      all.add(
          Json.object()
              .put("time", each.time().toString())
              .put("digest", each.model().toString())
              .put("channel", each.channel().map(ChannelId::toString).orElse(null))
              .put("input", each.counts().input())
              .put("output", each.counts().output())
              .put("amount", each.amount().toString())
              .put("mine", each.coin().equals(own.money().coin()))
              .put("millis", each.busy().toMillis())
              .put("receipt", each.receipt().map(ReceiptId::text).orElse(null))
              .build());
    }
    return all;
  }

  private static Json bought(Purchased each) {
    return Json.object()
        .put("id", each.receipt().map(ReceiptId::text).orElse(null))
        .put("finished", each.ended().toString())
        .put("model", each.model().name())
        .put("prompt_tokens", each.answered().counts().input())
        .put("output_tokens", each.answered().counts().output())
        .put("node", each.seller().toString())
        .put("paid", each.paid().toString())
        .put("verdict", each.answered().finding().word())
        .build();
  }

  /** In what is paid; null where this node has no money. */
  Json coin() {
    return market.<Json>map(own -> MoneyPage.coin(own.money()).build()).orElse(Json.Null.VALUE);
  }

  /** The sale that a receipt is of, among those of the last days; empty where there is none. */
  Optional<Json.Obj> sale(String receipt) throws IOException {
    if (market.isEmpty()) {
      return Optional.empty();
    }
    Market own = market.get();
    List<SoldAnswer> found = new ArrayList<>();
    own.book()
        .read(
            new Timestamp(clock.instant().minus(LOOKED_BACK)),
            answer -> {
              if (answer.receipt().filter(id -> id.text().equals(receipt)).isPresent()) {
                found.add(answer);
              }
            });
    return found.stream()
        .findFirst()
        .map(
            sold ->
                MoneyPage.coin(own.money())
                    .put("amount", sold.amount().toString())
                    .put("mine", sold.coin().equals(own.money().coin()))
                    .put("channel", sold.channel().map(ChannelId::toString).orElse(null))
                    .build());
  }

  private static Json buyer(PayeeChannel end) {
    Amount paid = end.due().atLeast(end.state().claimed());
    return Json.object()
        .put("channel", end.channel().id().toString())
        .put("account", end.channel().config().payer().toString())
        .put("served", end.served().atLeast(paid).toString())
        .put("paid", paid.toString())
        .put("claimed", end.state().claimed().toString())
        .put("unpaid", end.served().less(paid).toString())
        .put("leaving", end.state().withdrawal().map(it -> it.from().toString()).orElse(null))
        .build();
  }

  private Json seller(PayerChannel end) {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    Amount spent = end.day().equals(today) ? end.signed().less(end.before()) : Amount.ZERO;
    return Json.object()
        .put("channel", end.channel().id().toString())
        .put("account", end.channel().config().receiver().toString())
        .put("signed", end.signed().toString())
        .put("today", spent.toString())
        .put("left", end.state().covered().less(end.signed()).toString())
        .build();
  }
}
