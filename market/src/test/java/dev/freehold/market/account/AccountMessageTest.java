// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.market.offer.Sellers;
import dev.freehold.record.Amount;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages of docs/formats/sale.md: one encoding, and nothing else is read. */
class AccountMessageTest {
  private static final PaymentKey BUYER = Sellers.money(1_000);
  private static final Channel CHANNEL =
      new Channel(
          new ChannelConfig(
              BUYER.address(),
              BUYER.address(),
              Sellers.money(2_000).address(),
              Sellers.money(2_000).address(),
              Sellers.COIN.token(),
              Duration.ofHours(1),
              Keccak256.hash("one")),
          Sellers.COIN.chain(),
          Sellers.COIN.contract());
  private static final Voucher VOUCHER = new Voucher(CHANNEL.id(), Amount.of(17));
  private static final List<AccountMessage> ALL =
      List.of(
          new AccountMessage.Open(
              CHANNEL,
              KeyBinding.sign(
                  SigningKey.ofSeed(new byte[32]),
                  BUYER,
                  Timestamp.parse("2026-11-29T10:00:00.000Z"))),
          new AccountMessage.Pay(
              new SignedVoucher(
                  CHANNEL.chain(),
                  CHANNEL.contract(),
                  VOUCHER,
                  BUYER.sign(CHANNEL.domain().digest(VOUCHER)))),
          new AccountMessage.Opened(CHANNEL.id(), Amount.of(3), Amount.of(5)),
          new AccountMessage.Taken(CHANNEL.id(), Amount.of(17)),
          new AccountMessage.Refused(CHANNEL.id(), "there is nothing in it"));

  @Test
  void eachIsReadBackAndFitsALine() {
    for (AccountMessage message : ALL) {
      byte[] bytes = message.encode();
      assertThat(bytes.length).isLessThan(AccountMessage.LIMIT);
      assertThat(AccountMessage.decode(bytes)).isEqualTo(new Parsed.Read<>(message));
    }
  }

  @Test
  void anyBytesAreReadAsOneMessageOrRefused() {
    Random random = new Random(20261129);
    for (AccountMessage message : ALL) {
      byte[] whole = message.encode();
      for (int i = 0; i < 20_000; i++) {
        byte[] bytes = whole.clone();
        for (int times = random.nextInt(3); times >= 0; times--) {
          bytes[random.nextInt(bytes.length)] =
              random.nextBoolean()
                  ? (byte) random.nextInt(256)
                  : (byte) "{}[]\",:0x".charAt(random.nextInt(9));
        }
        if (AccountMessage.decode(bytes) instanceof Parsed.Read<AccountMessage>(var read)) {
          assertThat(read.encode()).isEqualTo(bytes);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          0|"type":"open"|"type":"shut"|there is no type
          0|"binding":{|"bindings":{|lacks "binding"
          0|"delay":3600|"delay":3601.5|delay
          0|{"binding"|{"a":1,"binding"|unknown
          1|"amount":"17"|"amount":"017"|amount
          1|"amount":"17"|"amount":17|amount
          1|"chain":31337|"chain":0|chain
          1|"signature":"0x|"signature":"0X|signature
          1|"type":"pay"}|"type":"pay" }|canonical
          2|"paid":"3"|"paid":"-3"|paid
          2|"served":"5",|``|lacks "served"
          3|"channel":"0x|"channel":"|channel
          4|"reason":"there is nothing in it"|"reason":""|1 to 500
          """)
  void everythingElseIsRefusedForItsReason(int which, String from, String to, String reason) {
    String text = new String(ALL.get(which).encode(), StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    Parsed<AccountMessage> parsed =
        AccountMessage.decode(
            text.replace(from, to == null ? "" : to).getBytes(StandardCharsets.UTF_8));
    assertThat(parsed)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }

  @Test
  void tooLongIsRefusedBeforeItIsRead() {
    assertThat(AccountMessage.decode(new byte[AccountMessage.LIMIT + 1]))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains("longer"));
  }
}
