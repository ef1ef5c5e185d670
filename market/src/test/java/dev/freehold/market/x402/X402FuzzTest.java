// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.Mutations;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The readers of docs/formats/x402.md take any text and any JSON, and only what is written there.
 */
class X402FuzzTest {
  private static final long SEED = 20261129;

  @Test
  void headersAreReadAsTheSameValueOrRefused() {
    headers(Samples.REQUIRED.encode(), PaymentRequired::decode, PaymentRequired::encode);
    headers(Samples.PAYMENT.encode(), PaymentPayload::decode, PaymentPayload::encode);
    headers(Samples.RESPONSE.encode(), SettlementResponse::decode, SettlementResponse::encode);
  }

  @Test
  void payloadsAreReadAsTheSameValueOrRefused() {
    payloads(Samples.EXACT, Samples.EXACT.toJson(), ExactPayload::of, ExactPayload::toJson);
    for (ChannelPayload payload :
        List.of(
            Samples.PAY,
            Samples.FUND,
            Samples.REFUND,
            new ChannelPayload.Refund(
                Samples.PAY.config(),
                Samples.PAY.voucher(),
                Samples.PAY.signature(),
                Optional.empty()))) {
      payloads(payload, payload.toJson(), ChannelPayload::of, ChannelPayload::toJson);
    }
  }

  @Test
  void base64HasItsOneFormAndALimit() {
    String good = Samples.PAYMENT.encode();
    refused(PaymentPayload.decode(good + "="), "base64");
    refused(PaymentPayload.decode(" " + good), "base64");
    refused(PaymentPayload.decode(good.replaceFirst("=*$", "") + "\n"), "base64");
    refused(PaymentPayload.decode(""), "not strict JSON");
    refused(PaymentPayload.decode("A".repeat(Header.LIMIT + 4)), "longer than");
    String stray = Base64.getEncoder().encodeToString("{} ".getBytes(StandardCharsets.UTF_8));
    refused(PaymentPayload.decode(stray), "lacks \"x402Version\"");
    refused(PaymentPayload.decode("e30="), "lacks \"x402Version\"");
    refused(PaymentPayload.decode("e31="), "not the one base64");
  }

  @Test
  void whatIsNotWrittenThereIsRefusedByName() {
    String payment = Samples.PAYMENT.toJson().write();
    payment(payment, "\"x402Version\":2", "\"x402Version\":1", "another version");
    payment(payment, "\"scheme\":\"exact\"", "\"scheme\":\"\"", "is empty");
    payment(payment, "eip155:31337", "eip155", "NAMESPACE:REFERENCE");
    payment(payment, "\"amount\":\"120\"", "\"amount\":\"0120\"", "plain digits");
    payment(payment, "\"amount\":\"120\"", "\"amount\":120", "not a string");
    payment(payment, "\"maxTimeoutSeconds\":300", "\"maxTimeoutSeconds\":0", "from 1");
    payment(payment, "\"extensions\"", "\"extension\"", "unknown member");
    payment(payment, "\"extensions\":{}", "\"extensions\":[]", "not an object");
    payment(payment, "\"asset\"", "\"price\":1,\"asset\"", "unknown member \"price\"");

    String exact = Samples.EXACT.toJson().write();
    exact(exact, "\"validAfter\":\"0\"", "\"validAfter\":\"-1\"", "plain digits");
    exact(exact, "\"nonce\":\"0x", "\"nonce\":\"0x0", "64 hexadecimal");
    exact(exact, "\"signature\":\"0x", "\"signature\":\"0x00", "not the signature of a key");
    exact(exact, "\"authorization\"", "\"x\":1,\"authorization\"", "unknown member \"x\"");
    exact(exact, "\"from\"", "\"by\":\"me\",\"from\"", "unknown member \"by\"");
    String payee = Samples.EXACT.authorization().to().toString();
    String mistyped = payee.toUpperCase(java.util.Locale.ROOT).replace("0X", "0x");
    exact(exact, payee, mistyped, "not an address");
    assertThat(
            ExactPayload.of(json(exact.replace(payee, payee.toLowerCase(java.util.Locale.ROOT)))))
        .as("an address in lower case is taken")
        .isEqualTo(new Parsed.Read<>(Samples.EXACT));

    String fund = Samples.FUND.toJson().write();
    channel(fund, "\"type\":\"deposit\"", "\"type\":\"claim\"", "not voucher, deposit or refund");
    channel(fund, "\"type\":\"deposit\"", "\"type\":\"voucher\"", "unknown member \"deposit\"");
    channel(fund, "erc3009Authorization", "permit2Authorization", "Permit2");
    channel(fund, "\"withdrawDelay\":900", "\"withdrawDelay\":899", "15 minutes");
    channel(fund, "\"withdrawDelay\":900", "\"withdrawDelay\":\"900\"", "whole number");
    channel(
        fund,
        "\"maxClaimableAmount\":\"500\"",
        "\"maxClaimableAmount\":\"340282366920938463463374607431768211456\"",
        "128 bits");
    channel(
        fund,
        "\"amount\":\"5000\"",
        "\"amount\":\"340282366920938463463374607431768211456\"",
        "128 bits");

    String required = Samples.REQUIRED.toJson().write();
    refused(
        PaymentRequired.of(json(required.replaceFirst("\"url\":\"[^\"]*\"", "\"uri\":\"x\""))),
        "no url");
    refused(PaymentRequired.of(Samples.REQUIRED.toJson().with("accepts", Json.array())), "no way");
    String response = Samples.RESPONSE.toJson().write();
    refused(
        SettlementResponse.of(json(response.replace("\"success\":true", "\"success\":1"))),
        "neither true nor false");
    refused(
        SettlementResponse.of(
            json(response.replaceFirst("\"transaction\":\"0x..", "\"transaction\":\"0x"))),
        "64 hexadecimal");
  }

  @Test
  void requirementsAgreeWhateverTheSpellingOfAnAddress() {
    PaymentRequirements ours = Samples.REQUIREMENTS;
    PaymentRequirements theirs =
        new PaymentRequirements(
            ours.scheme(),
            ours.network(),
            ours.amount(),
            ours.asset().toLowerCase(java.util.Locale.ROOT),
            ours.payTo().toLowerCase(java.util.Locale.ROOT),
            ours.maxTimeoutSeconds(),
            Json.object().build());
    assertThat(ours.agrees(theirs)).isTrue();
    assertThat(ours.agrees(theirs.with(ours.extra()))).isTrue();
    assertThat(new Network("eip155:1").chain()).isPresent();
    assertThat(new Network("eip155:01").chain()).isEmpty();
    assertThat(new Network("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp").chain()).isEmpty();
    assertThatThrownBy(() -> new Network("eip155:")).hasMessageContaining("NAMESPACE");
  }

  private static void payment(String good, String from, String to, String reason) {
    changed(good, from, to, PaymentPayload::of, reason);
  }

  private static void exact(String good, String from, String to, String reason) {
    changed(good, from, to, json -> ExactPayload.of((Json.Obj) json), reason);
  }

  private static void channel(String good, String from, String to, String reason) {
    changed(good, from, to, json -> ChannelPayload.of((Json.Obj) json), reason);
  }

  private static <T> void changed(
      String good, String from, String to, Function<Json, Parsed<T>> read, String reason) {
    String changed = good.replace(from, to);
    assertThat(changed).isNotEqualTo(good);
    refused(read.apply(json(changed)), reason);
  }

  private static void refused(Parsed<?> parsed, String reason) {
    assertThat(parsed)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }

  private static Json.Obj json(String text) {
    return (Json.Obj) Json.parse(text);
  }

  private static <T> void headers(
      String good, Function<String, Parsed<T>> decode, Function<T, String> encode) {
    Random random = new Random(SEED);
    byte[] json = Base64.getDecoder().decode(good);
    int read = 0;
    for (int i = 0; i < 4_000; i++) {
      String text;
      if (random.nextBoolean()) {
        text = Base64.getEncoder().encodeToString(Mutations.damaged(json, random));
      } else {
        text =
            new String(
                Mutations.damaged(good.getBytes(StandardCharsets.UTF_8), random),
                StandardCharsets.ISO_8859_1);
      }
      if (decode.apply(text) instanceof Parsed.Read<T>(T value)) {
        assertThat(decode.apply(encode.apply(value)))
            .as("seed %d, round %d", SEED, i)
            .isEqualTo(new Parsed.Read<>(value));
        read++;
      }
    }
    assertThat(read).isGreaterThan(20).isLessThan(3_600);
  }

  private static <T> void payloads(
      T sample, Json.Obj good, Function<Json.Obj, Parsed<T>> of, Function<T, Json.Obj> toJson) {
    assertThat(of.apply(good)).isEqualTo(new Parsed.Read<>(sample));
    Random random = new Random(SEED);
    byte[] json = good.write().getBytes(StandardCharsets.UTF_8);
    int read = 0;
    for (int i = 0; i < 4_000; i++) {
      Json parsed;
      try {
        parsed = Json.parse(Mutations.damaged(json, random));
      } catch (JsonException e) {
        continue;
      }
      if (parsed instanceof Json.Obj object
          && of.apply(object) instanceof Parsed.Read<T>(T value)) {
        assertThat(of.apply(toJson.apply(value)))
            .as("seed %d, round %d", SEED, i)
            .isEqualTo(new Parsed.Read<>(value));
        read++;
      }
    }
    assertThat(read).isGreaterThan(20).isLessThan(3_600);
  }
}
