// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.payment.Channel;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.spending.LimitBook;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.record.Amount;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of docs/formats/channel-end.md: total and strict, and durable in a folder. */
class ChannelEndFuzzTest {
  private static final long SEED = 20261129;
  private static final Channel ONE = Parties.channel("one");
  private static final PayerChannel PAYER =
      new PayerChannel(
          ONE,
          Parties.withdrawing(100, 5, 20),
          Amount.of(60),
          LocalDate.parse("2026-11-29"),
          Amount.of(40),
          Amount.of(3),
          Amount.of(21));
  private static final PayeeChannel PAYEE =
      new PayeeChannel(
          ONE,
          Parties.holding(100),
          Amount.of(60),
          Optional.of(Parties.voucher(ONE, 60, Parties.BUYER).signature()),
          Amount.of(59),
          Amount.of(61));
  private static final LimitBook LIMITS =
      LimitBook.EMPTY
          .with(Parties.COIN, Parties.limits(1, 2, 3))
          .with(Parties.elsewhere(1).coin(), Parties.limits(4, 5, 6));

  @TempDir private Path folder = Path.of("");

  @Test
  void aPayersChannelIsReadBackAsItIsOrRefused() {
    mutate(PAYER.encode(), PayerChannel::decode, PayerChannel::encode);
    String text = text(PAYER.encode());
    refused(PayerChannel::decode, text + "\n", "canonical");
    refused(PayerChannel::decode, text.replace("payer-channel/2", "payer-channel/1"), "format");
    refused(PayerChannel::decode, text.replace("\"before\":\"40\"", "\"before\":\"61\""), "part");
    refused(PayerChannel::decode, text.replace("2026-11-29\"", "2026-11-31\""), "not a day");
    refused(
        PayerChannel::decode, text.replace("\"claimed\":\"5\"", "\"claimed\":\"101\""), "within");
    refused(PayerChannel::decode, text.replace("\"delay\":86400", "\"delay\":60"), "15 minutes");
    refused(PayerChannel::decode, text.replace("\"salt\":\"0x", "\"salt\":\"0X"), "64 lower");
    refused(PayerChannel::decode, text.replace("{\"amount\"", "{\"a\":1,\"amount\""), "unknown");
    refused(PayerChannel::decode, text.replace("\"signed\":\"60\",", ""), "lacks \"signed\"");
    refused(PayerChannel::decode, text.replace("\"tokens\":\"21\"", "\"tokens\":21"), "string");
    refused(PayerChannel::decode, text.replace("\"answers\":\"3\",", ""), "lacks \"answers\"");
  }

  @Test
  void aPayeesChannelIsReadBackAsItIsOrRefused() {
    mutate(PAYEE.encode(), PayeeChannel::decode, PayeeChannel::encode);
    PayeeChannel fresh = PayeeChannel.fresh(ONE, Parties.holding(7));
    mutate(fresh.encode(), PayeeChannel::decode, PayeeChannel::encode);
    String text = text(PAYEE.encode());
    refused(PayeeChannel::decode, text + " ", "canonical");
    refused(PayeeChannel::decode, text.replace("payee-channel/1", "payee-channel/2"), "format");
    refused(PayeeChannel::decode, text.replace("\"paid\":\"60\"", "\"paid\":\"0\""), "neither");
    refused(
        PayeeChannel::decode,
        text(fresh.encode()).replace("\"paid\":\"0\"", "\"paid\":\"1\""),
        "neither");
    refused(
        PayeeChannel::decode,
        text.replace("\"signature\":\"0x", "\"signature\":\""),
        "no signature");
    refused(
        PayeeChannel::decode, text.replace("\"due\":\"59\"", "\"due\":\"61\""), "no more is due");
    refused(PayeeChannel::decode, text.replace("\"due\":\"59\",", ""), "lacks \"due\"");
    refused(
        PayeeChannel::decode, text.replace("\"served\":\"61\"", "\"served\":61"), "not a string");
  }

  @Test
  void limitsAreReadBackAsTheyAreOrRefused() {
    mutate(LIMITS.encode(), LimitBook::decode, LimitBook::encode);
    String text = text(LIMITS.encode());
    assertThat(text).as("in the order of chains").matches(".*\"chain\":1,.*\"chain\":31337,.*");
    refused(LimitBook::decode, text.replace("limits/1", "limits/2"), "format");
    refused(LimitBook::decode, text.replace("\"chain\":1,", "\"chain\":31338,"), "canonical");
    refused(LimitBook::decode, text.replace("\"day\":\"2\"", "\"day\":\"-2\""), "plain digits");
    refused(LimitBook::decode, text.replace("{\"answer\"", "{\"a\":1,\"answer\""), "unknown");
    assertThat(LIMITS.without(Parties.COIN).coins()).hasSize(1);
  }

  @Test
  void channelsAndLimitsAreKeptInAFolder() throws IOException {
    SecureRandom random = new SecureRandom();
    FolderChannels<PayerChannel> payer = FolderChannels.ofPayer(folder.resolve("payer"), random);
    assertThat(payer.all()).isEmpty();
    payer.write(PAYER);
    PayerChannel other = PayerChannel.fresh(Parties.channel("two"), Parties.holding(1));
    payer.write(other);
    payer.write(PAYER);
    assertThat(payer.all()).containsExactlyInAnyOrder(PAYER, other);
    Path file = folder.resolve("payer").resolve(ONE.id() + ".json");
    Path misnamed = folder.resolve("payer").resolve("0x00.json");
    Files.move(file, misnamed);
    assertThatThrownBy(payer::all).hasMessageContaining("another channel");
    Files.writeString(misnamed, "{}");
    assertThatThrownBy(payer::all).hasMessageContaining("Nothing is signed or served");

    LimitFile limits = new LimitFile(folder.resolve("limits.json"));
    assertThat(limits.of(Parties.COIN)).isEmpty();
    limits.write(LIMITS, random);
    assertThat(limits.of(Parties.COIN)).contains(Parties.limits(1, 2, 3));
    assertThat(limits.of(Sellers.COIN)).isPresent();
    Files.writeString(folder.resolve("limits.json"), "{}");
    assertThatThrownBy(() -> limits.of(Parties.COIN)).hasMessageContaining("Nothing is spent");
  }

  private static <T> void mutate(
      byte[] good, Function<byte[], Parsed<T>> decode, Function<T, byte[]> encode) {
    assertThat(decode.apply(good)).isInstanceOf(Parsed.Read.class);
    int read =
        Mutations.read(
            good,
            SEED,
            10_000,
            bytes ->
                decode.apply(bytes) instanceof Parsed.Read<T>(T value)
                    ? Optional.of(encode.apply(value))
                    : Optional.empty());
    assertThat(read).isGreaterThan(20).isLessThan(9_000);
  }

  private static <T> void refused(Function<byte[], Parsed<T>> decode, String text, String reason) {
    for (byte[] bytes : List.of(text.getBytes(StandardCharsets.UTF_8))) {
      assertThat(decode.apply(bytes))
          .as(text)
          .isInstanceOfSatisfying(
              Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
