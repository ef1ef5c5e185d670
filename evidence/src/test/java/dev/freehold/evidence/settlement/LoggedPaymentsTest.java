// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.evidence.settlement.LoggedVoucher.Role;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records of docs/formats/payment-entry.md: one encoding, and nothing else is read. */
class LoggedPaymentsTest {
  private static final long SEED = 20261129;
  private static final ChainId CHAIN = new ChainId(31_337);
  private static final Address CONTRACT = address(1);
  private static final PaymentKey BUYER = key(7);
  private static final LoggedVoucher VOUCHER =
      new LoggedVoucher(
          Role.PAID, BUYER.address(), voucher(1_700), new ReceiptId("r-00000000000000000001"));
  private static final LoggedVoucher TAKEN =
      new LoggedVoucher(Role.RECEIVED, BUYER.address(), voucher(17), null);
  private static final LoggedSettlement SETTLEMENT =
      new LoggedSettlement(
          CHAIN,
          address(2),
          4,
          CONTRACT,
          Keccak256.hash("data"),
          "claim " + CONTRACT + " " + Keccak256.hash("rows"),
          true,
          77,
          Keccak256.hash("block"));

  private static Address address(int last) {
    byte[] bytes = new byte[Address.BYTES];
    bytes[Address.BYTES - 1] = (byte) last;
    return Address.of(bytes);
  }

  private static PaymentKey key(int filled) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) filled);
    return PaymentKey.ofSecret(secret);
  }

  private static SignedVoucher voucher(long amount) {
    Voucher voucher = new Voucher(new ChannelId(Keccak256.hash("channel")), Amount.of(amount));
    return new SignedVoucher(
        CHAIN,
        CONTRACT,
        voucher,
        BUYER.sign(Domain.ofPaymentChannels(CHAIN, CONTRACT).digest(voucher)));
  }

  @Test
  void aVoucherIsReadBackWholeAndItsSignatureChecked() {
    for (LoggedVoucher each : List.of(VOUCHER, TAKEN)) {
      assertThat(LoggedVoucher.decode(each.encode())).isEqualTo(new Parsed.Read<>(each));
      assertThat(each.encode().length).isLessThan(LoggedVoucher.LIMIT);
      assertThat(each.signed()).isTrue();
    }
    assertThat(TAKEN.receipt()).isEmpty();
  }

  @Test
  void aVoucherThatSaysMoreThanWasSignedIsNoSignature() {
    SignedVoucher more =
        new SignedVoucher(CHAIN, CONTRACT, voucher(1_701).voucher(), VOUCHER.voucher().signature());
    assertThat(new LoggedVoucher(Role.PAID, BUYER.address(), more, null).signed()).isFalse();
    assertThat(new LoggedVoucher(Role.PAID, address(9), voucher(3), null).signed()).isFalse();
    SignedVoucher elsewhere =
        new SignedVoucher(new ChainId(1), CONTRACT, voucher(3).voucher(), voucher(3).signature());
    assertThat(new LoggedVoucher(Role.PAID, BUYER.address(), elsewhere, null).signed()).isFalse();
  }

  @Test
  void aSettlementIsReadBackAsItIs() {
    assertThat(LoggedSettlement.decode(SETTLEMENT.encode()))
        .isEqualTo(new Parsed.Read<>(SETTLEMENT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          voucher/1"      | voucher/2"      | its format is not
          "role":"paid"   | "role":"PAID"   | paid or received
          "amount":"1700" | "amount":"01700"| "amount"
          "chain":31337   | "chain":0       | not a chain's number
          "chain":31337   | "chain":31337.0 | not a chain
          "receipt":"r-   | "receipt":"x-   | "receipt"
          "signature":"0x | "signature":"   | it is no signature
          "channel":"0x   | "channel":"0X   | it is no channel's id
          {"account"      | {"a":1,"account"| unknown
          ,"chain"        | , "chain"       | canonical
          """)
  void aVoucherOfAnotherFormIsRefused(String from, String to, String why) {
    refused(LoggedVoucher::decode, VOUCHER.encode(), from, to, why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          settlement/1"      | settlement/2"      | its format is not
          "state":"executed" | "state":"done"     | there is no state
          "block":77         | "block":-1         | no block's number
          "block":77         | "block":7.5        | no block's number
          "nonce":"4"        | "nonce":"-4"       | no number of 63 bits
          "nonce":"4"        | "nonce":"9223372036854775808" | no number of 63 bits
          "purpose":"claim   | "purpose":"\\u0007laim | printable
          "data":"0x         | "data":"0y         | it is not a hash
          "nonce":"4",       | ''                 | lacks "nonce"
          """)
  void aSettlementOfAnotherFormIsRefused(String from, String to, String why) {
    refused(LoggedSettlement::decode, SETTLEMENT.encode(), from, to, why);
  }

  private static void refused(
      Function<byte[], ? extends Parsed<?>> decode,
      byte[] good,
      String from,
      String to,
      String why) {
    String text = new String(good, StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    byte[] bytes = text.replace(from, to).getBytes(StandardCharsets.UTF_8);
    assertThat(decode.apply(bytes))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(why));
  }

  @Test
  void anyBytesAreReadAsOneRecordOrRefused() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      byte[] voucher = ByteMutations.of(VOUCHER.encode(), random);
      if (LoggedVoucher.decode(voucher) instanceof Parsed.Read<LoggedVoucher>(var read)) {
        assertThat(read.encode()).isEqualTo(voucher);
      }
      byte[] settlement = ByteMutations.of(SETTLEMENT.encode(), random);
      if (LoggedSettlement.decode(settlement) instanceof Parsed.Read<LoggedSettlement>(var read)) {
        assertThat(read.encode()).isEqualTo(settlement);
      }
    }
  }
}
