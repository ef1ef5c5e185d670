// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.sales.Earned;
import dev.freehold.market.sales.SaleBook;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.node.money.PowerSettings;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What selling has brought, and what it cost: the book, the channels, and the owner's numbers. */
final class Earning {
  /** Below this share of the time a machine earns more from more buyers than from anything else. */
  private static final double IDLE = 0.5;

  /** Above it, buyers wait. */
  private static final double FULL = 0.9;

  private final SaleBook book;
  private final Supplier<List<PayeeChannel>> channels;
  private final Selling selling;
  private final PowerSettings power;
  private final InstantSource clock;

  Earning(
      SaleBook book,
      Supplier<List<PayeeChannel>> channels,
      Selling selling,
      PowerSettings power,
      InstantSource clock) {
    this.book = book;
    this.channels = channels;
    this.selling = selling;
    this.power = power;
    this.clock = clock;
  }

  /** The sums of one coin. */
  private static final class Sum {
    private Amount sold = Amount.ZERO;
    private Amount vouchers = Amount.ZERO;
    private Amount unclaimed = Amount.ZERO;
    private Amount unpaid = Amount.ZERO;
    private Amount claimed = Amount.ZERO;
    private long answers;
    private long input;
    private long output;
  }

  /** When it was busy: spans that overlap count once. */
  private static final class Busy {
    private final List<long[]> spans = new ArrayList<>();
    private Duration work = Duration.ZERO;

    void add(SoldAnswer answer) {
      long end = answer.time().instant().toEpochMilli();
      spans.add(new long[] {end - answer.busy().toMillis(), end});
      work = work.plus(answer.busy());
    }

    Duration wall(long from) {
      spans.sort((one, other) -> Long.compare(one[0], other[0]));
      long total = 0;
      long reached = from;
      for (long[] span : spans) {
        long begin = Math.max(span[0], reached);
        if (span[1] > begin) {
          total += span[1] - begin;
          reached = span[1];
        }
      }
      return Duration.ofMillis(total);
    }
  }

  /** What answers that ended on one day (UTC) brought, and how long they took. */
  private static final class Day {
    private final Map<Coin, Amount> sold = new HashMap<>();
    private final Busy busy = new Busy();

    void add(SoldAnswer answer) {
      sold.merge(answer.coin(), answer.amount(), Amount::plus);
      busy.add(answer);
    }

    Json toJson(LocalDate day) {
      return Json.object()
          .put("day", day.toString())
          .put("busySeconds", busy.wall(Long.MIN_VALUE).toSeconds())
          .put(
              "coins",
              Json.array(
                  sold.entrySet().stream()
                      .<Json>map(
                          each ->
                              Json.object()
                                  .put("chain", each.getKey().chain().number())
                                  .put("token", each.getKey().token().toString())
                                  .put("sold", each.getValue().toString())
                                  .build())
                      .toList()))
          .build();
    }
  }

  private static LocalDate day(Timestamp time) {
    return LocalDate.ofInstant(time.instant(), ZoneOffset.UTC);
  }

  /** What the last days brought. */
  private record Totals(
      Map<Coin, Sum> sums,
      Duration wall,
      Duration work,
      Map<LocalDate, Day> daily,
      Set<ChannelId> buyers) {}

  private Totals totals(Duration span) throws IOException {
    Instant now = clock.instant();
    Timestamp from =
        new Timestamp(now.toEpochMilli() > span.toMillis() ? now.minus(span) : Instant.EPOCH);
    Map<Coin, Sum> sums = new HashMap<>();
    Busy busy = new Busy();
    Map<LocalDate, Day> daily = new TreeMap<>();
    Set<ChannelId> buyers = new HashSet<>();
    book.read(
        from,
        answer -> {
          Sum sum = sums.computeIfAbsent(answer.coin(), _ -> new Sum());
          sum.sold = sum.sold.plus(answer.amount());
          sum.answers++;
          sum.input += answer.counts().input();
          sum.output += answer.counts().output();
          busy.add(answer);
          daily.computeIfAbsent(day(answer.time()), _ -> new Day()).add(answer);
          answer.channel().ifPresent(buyers::add);
        });
    for (PayeeChannel end : channels.get()) {
      Sum sum = sums.computeIfAbsent(end.channel().coin(), _ -> new Sum());
      Amount paid = end.due().atLeast(end.state().claimed());
      sum.vouchers = sum.vouchers.plus(paid);
      sum.claimed = sum.claimed.plus(end.state().claimed());
      sum.unclaimed = sum.unclaimed.plus(paid.less(end.state().claimed()));
      sum.unpaid = sum.unpaid.plus(end.served().less(paid));
    }
    return new Totals(sums, busy.wall(from.instant().toEpochMilli()), busy.work, daily, buyers);
  }

  /**
   * What other machines of the owner's are told of the last days.
   *
   * @throws IOException if the book can't be read
   */
  Earned told(int days) throws IOException {
    Duration span = Duration.ofDays(days);
    Totals totals = totals(span);
    Optional<BigDecimal> kilowattHours = kilowattHours(totals.wall);
    return new Earned(
        days,
        totals.wall.compareTo(span) > 0 ? span : totals.wall,
        kilowattHours.isPresent()
            ? OptionalInt.of(kilowattHours.get().movePointRight(3).intValue())
            : OptionalInt.empty(),
        totals.sums.entrySet().stream()
            .sorted(
                Comparator.comparing(each -> each.getValue().answers, Comparator.reverseOrder()))
            .limit(Earned.COINS)
            .map(
                each ->
                    new Earned.In(
                        each.getKey(),
                        (int) Math.min(Integer.MAX_VALUE, each.getValue().answers),
                        each.getValue().sold,
                        each.getValue().claimed,
                        each.getValue().unclaimed))
            .toList());
  }

  /**
   * Of the last days.
   *
   * @throws IOException if the book can't be read
   */
  Json.Obj over(int days) throws IOException {
    Duration span = Duration.ofDays(days);
    Totals totals = totals(span);
    Map<Coin, Sum> sums = totals.sums;
    double utilisation = (double) totals.wall.toMillis() / span.toMillis();
    Optional<BigDecimal> kilowattHours = kilowattHours(totals.wall);
    Optional<BigDecimal> cost =
        kilowattHours
            .filter(_ -> power.price().isPresent())
            .map(it -> it.multiply(BigDecimal.valueOf(power.price().getAsDouble())));
    return Json.object()
        .put("days", days)
        .put("coins", Json.array(sums.entrySet().stream().map(Earning::coin).toList()))
        .put("buyers", totals.buyers.size())
        .put("busySeconds", totals.wall.toSeconds())
        .put("answerSeconds", totals.work.toSeconds())
        .put("utilisation", Math.round(utilisation * 1e4) / 1e4)
        .put("kilowattHours", kilowattHours.map(Earning::plain).orElse(null))
        .put("powerCost", cost.map(Earning::plain).orElse(null))
        .put(
            "powerCostUnits",
            cost.map(
                    it ->
                        it.movePointRight(power.decimals())
                            .setScale(0, RoundingMode.CEILING)
                            .toPlainString())
                .orElse(null))
        .put(
            "daily",
            Json.array(
                totals.daily.entrySet().stream()
                    .map(each -> each.getValue().toJson(each.getKey()))
                    .toList()))
        .put("raise", Json.array(raise(utilisation, sums).stream().map(Json::of).toList()))
        .build();
  }

  private Optional<BigDecimal> kilowattHours(Duration wall) {
    return power.watts().isEmpty()
        ? Optional.empty()
        : Optional.of(
            BigDecimal.valueOf(power.watts().getAsDouble())
                .multiply(BigDecimal.valueOf(wall.toMillis()))
                .divide(BigDecimal.valueOf(3_600_000_000L), 9, RoundingMode.HALF_UP));
  }

  private static String plain(BigDecimal number) {
    BigDecimal rounded = number.setScale(6, RoundingMode.HALF_UP).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }

  private static Json coin(Map.Entry<Coin, Sum> each) {
    Sum sum = each.getValue();
    return Json.object()
        .put("chain", each.getKey().chain().number())
        .put("token", each.getKey().token().toString())
        .put("answers", sum.answers)
        .put("inputTokens", sum.input)
        .put("outputTokens", sum.output)
        .put("sold", sum.sold.toString())
        .put("allVouchers", sum.vouchers.toString())
        .put("unclaimed", sum.unclaimed.toString())
        .put("claimed", sum.claimed.toString())
        .put("servedUnpaid", sum.unpaid.toString())
        .build();
  }

  /** What would raise it, the first thing first. */
  private List<String> raise(double utilisation, Map<Coin, Sum> sums) {
    List<String> words = new ArrayList<>();
    List<Selling.Standing> sales = selling.sales();
    if (sales.stream().noneMatch(each -> !each.sale().cancelled())) {
      words.add("nothing is for sale: 'freehold sell MODEL --input-price N --output-price N'");
      return words;
    }
    for (Selling.Standing each : sales) {
      if (!each.sale().cancelled() && each.hindrance().isPresent()) {
        words.add(each.sale().model().name() + " is not offered: " + each.hindrance().get());
      }
    }
    boolean sold = sums.values().stream().anyMatch(sum -> sum.answers > 0);
    if (!sold) {
      words.add(
          "nobody has bought: a lower price, another model, or a registered name with a bond would"
              + " bring you before buyers");
    } else if (utilisation < IDLE) {
      words.add(
          String.format(
              Locale.ROOT,
              "the machine was busy %.1f %% of the time: a lower price or more hours sell more, and"
                  + " cost only the power",
              utilisation * 100));
    } else if (utilisation > FULL) {
      words.add("the machine is full: a higher price loses no time that is worth less");
    }
    if (sums.values().stream().anyMatch(sum -> sum.unpaid.compareTo(Amount.ZERO) > 0)) {
      words.add(
          "some was served and not paid: a smaller window ('window' in FREEHOLD_HOME/config) loses"
              + " less to buyers who leave");
    }
    if (power.watts().isEmpty() || power.price().isEmpty()) {
      words.add(
          "write 'watts-busy' and 'power-price' into FREEHOLD_HOME/config to see what it costs");
    }
    return words;
  }
}
