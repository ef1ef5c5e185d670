// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.sales.FolderSales;
import dev.freehold.market.sales.SaleBook;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.node.money.PowerSettings;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarningTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final PaymentKey BUYER = PaymentKey.ofSecret(Digest.sha256("buyer").bytes());
  private static final Address SELLER = Address.of(new byte[Address.BYTES]);
  private static final Coin COIN = OfferedThings.COIN;

  @TempDir private Path folder = Path.of("");

  private static Channel channel(String salt) {
    return new Channel(
        new ChannelConfig(
            BUYER.address(),
            BUYER.address(),
            SELLER,
            SELLER,
            COIN.token(),
            Duration.ofHours(1),
            Keccak256.hash(salt)),
        ChainId.DEVELOPMENT,
        COIN.contract());
  }

  private static PayeeChannel end(String salt, long paid, long served, long claimed) {
    Channel channel = channel(salt);
    Voucher voucher = new Voucher(channel.id(), Amount.of(paid));
    return new PayeeChannel(
        channel,
        new ChannelState(Amount.of(1_000), Amount.of(claimed), Optional.empty()),
        Amount.of(paid),
        Optional.of(BUYER.sign(channel.domain().digest(voucher))),
        Amount.of(paid),
        Amount.of(served));
  }

  private static SoldAnswer sold(Instant end, long seconds, long amount, String salt) {
    return new SoldAnswer(
        new Timestamp(end),
        Digest.sha256("m"),
        COIN,
        Optional.of(channel(salt).id()),
        new TokenCounts(100, 20),
        Amount.of(amount),
        Duration.ofSeconds(seconds),
        Optional.empty());
  }

  private Json.Obj earned(PowerSettings power, List<PayeeChannel> ends, SoldAnswer... answers)
      throws IOException {
    SaleBook book = new SaleBook(new FolderSales(folder.resolve("sold"), new SecureRandom()));
    for (SoldAnswer each : answers) {
      book.append(each);
    }
    Selling selling =
        Selling.open(
            new MemorySales(),
            new Selling.Parts(
                OfferedThings.key(1),
                () -> new Paid.Not("no chain"),
                _ -> new Capacity.Answer.Unable("no"),
                Optional::empty,
                Clock.fixed(NOW, ZoneOffset.UTC)));
    return new Earning(book, () -> ends, selling, power, () -> NOW).over(1);
  }

  @Test
  void whatWasSoldAndWhatBecameOfItAddUp() throws IOException {
    Json.Obj told =
        earned(
            PowerSettings.none().with("watts-busy", "15").with("power-price", "0.30"),
            List.of(end("one", 70, 90, 50), end("two", 40, 40, 40)),
            sold(NOW.minusSeconds(100), 3_600, 60, "one"),
            // Two answers at once keep the machine busy once.
            sold(NOW.minusSeconds(1_900), 1_800, 40, "two"),
            sold(NOW.minus(Duration.ofDays(2)), 9_999, 1_000_000, "old"));
    Json.Obj coin = (Json.Obj) ((Json.Arr) told.get("coins").orElseThrow()).items().getFirst();
    assertThat(coin.write())
        .contains("\"answers\":2")
        .contains("\"sold\":\"100\"")
        .contains("\"inputTokens\":200")
        .contains("\"outputTokens\":40")
        .contains("\"allVouchers\":\"110\"")
        .contains("\"claimed\":\"90\"")
        .contains("\"unclaimed\":\"20\"")
        .contains("\"servedUnpaid\":\"20\"");
    assertThat(told.write())
        .contains("\"buyers\":2")
        .contains("\"busySeconds\":3600")
        .contains("\"answerSeconds\":5400")
        .contains("\"utilisation\":0.0417")
        .contains("\"kilowattHours\":\"0.015\"")
        .contains("\"powerCost\":\"0.0045\"")
        .contains("\"powerCostUnits\":\"4500\"")
        .contains("nothing is for sale");
  }

  @Test
  void whatWasSoldIsTellableDayByDay() throws IOException {
    Instant evening = Instant.parse("2026-11-28T23:59:00Z");
    String told =
        earned(
                PowerSettings.none(),
                List.of(),
                sold(evening, 60, 5, "one"),
                sold(evening.plusSeconds(120), 60, 7, "one"),
                sold(evening.plusSeconds(150), 60, 8, "two"))
            .write();
    assertThat(told)
        .contains("\"daily\":[")
        .containsSubsequence(
            "\"day\":\"2026-11-28\",\"busySeconds\":60", "\"sold\":\"5\"",
            // The second day's answers overlap by half a minute.
            "\"day\":\"2026-11-29\",\"busySeconds\":90", "\"sold\":\"15\"");
  }

  @Test
  void whatIsNotKnownIsNotGuessed() throws IOException {
    String told = earned(PowerSettings.none(), List.of()).write();
    assertThat(told)
        .contains("\"coins\":[]")
        .contains("\"utilisation\":0")
        .doesNotContain("powerCost")
        .doesNotContain("kilowattHours");
  }

  @Test
  void anAnswerThatBeganBeforeTheDaysCountsFromTheirBeginning() throws IOException {
    Instant begin = NOW.minus(Duration.ofDays(1));
    String told =
        earned(PowerSettings.none(), List.of(), sold(begin.plusSeconds(60), 3_600, 1, "one"))
            .write();
    assertThat(told).contains("\"busySeconds\":60").contains("\"answerSeconds\":3600");
  }
}
