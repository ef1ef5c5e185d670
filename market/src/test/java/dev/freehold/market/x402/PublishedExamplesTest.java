// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Every example of x402's specification, and its headers. */
class PublishedExamplesTest {
  private static final String FOLDER = "x402/";

  private enum Kind {
    REQUIREMENTS,
    REQUIRED,
    PAYLOAD,
    EXACT,
    RESPONSE
  }

  private final Map<Kind, Integer> found = new EnumMap<>(Kind.class);
  private final List<String> notExact = new ArrayList<>();

  @Test
  void everyExampleIsReadAndWrittenAsTheSameValue() throws IOException {
    for (Json example : array(read("v2-spec-examples.json"), "examples").items()) {
      walk(example);
    }
    assertThat(found)
        .containsOnly(
            Map.entry(Kind.REQUIREMENTS, 16),
            Map.entry(Kind.REQUIRED, 6),
            Map.entry(Kind.PAYLOAD, 8),
            Map.entry(Kind.EXACT, 4),
            Map.entry(Kind.RESPONSE, 10));
    // A schema with dots, a delegation (ERC-7710), Permit2, and a receiver that is a word.
    assertThat(notExact).hasSize(4);
    assertThat(notExact.get(0)).contains("not the signature of a key");
    assertThat(notExact.get(1)).contains("lacks \"signature\"");
    assertThat(notExact.get(2)).contains("lacks \"authorization\"");
    assertThat(notExact.get(3)).contains("\"to\"").contains("not an address");
  }

  @Test
  void everyHeaderIsDecodedAndEncodedAsPublished() throws IOException {
    int headers = 0;
    for (Json item : array(read("v2-spec-examples.json"), "http_headers").items()) {
      Json.Obj example = (Json.Obj) item;
      String value = text(example, "value");
      Json decoded = example.get("decoded").orElseThrow();
      switch (text(example, "header")) {
        case "PAYMENT-REQUIRED" ->
            header(PaymentRequired.decode(value), PaymentRequired.of(decoded));
        case "PAYMENT-SIGNATURE" ->
            header(PaymentPayload.decode(value), PaymentPayload.of(decoded));
        case "PAYMENT-RESPONSE" -> {
          header(SettlementResponse.decode(value), SettlementResponse.of(decoded));
          headers++;
        }
        default -> throw new AssertionError(example);
      }
      headers++;
    }
    assertThat(headers).isEqualTo(6);
  }

  @Test
  void thePublishedExactPaymentIsSignedByItsPayer() throws IOException {
    PaymentPayload payment = null;
    for (Json item : array(read("v2-spec-examples.json"), "http_headers").items()) {
      if (text((Json.Obj) item, "header").equals("PAYMENT-SIGNATURE")) {
        payment = value(PaymentPayload.decode(text((Json.Obj) item, "value")));
      }
    }
    assertThat(payment).isNotNull();
    ExactPayload exact = value(ExactPayload.of(payment.payload()));
    Domain token =
        new Domain(
            "USDC",
            "2",
            payment.accepted().network().chain().orElseThrow(),
            payment.accepted().token().orElseThrow());
    assertThat(exact.signature().signer(token.digest(exact.authorization())))
        .contains(exact.authorization().from());
    assertThat(payment.accepted().receiver()).contains(exact.authorization().to());
    assertThat(payment.accepted().amount()).isEqualTo(Amount.of(10_000));
    assertThat(payment.accepted().network().chain()).contains(new ChainId(84_532));
  }

  @Test
  void wordsForRefusalsAreThoseOfTheSpecificationWhereItHasOne() throws IOException {
    List<String> published =
        array(read("v2-spec-examples.json"), "error_codes").items().stream()
            .map(word -> ((Json.Str) word).value())
            .toList();
    List<String> ours =
        java.util.Arrays.stream(PaymentRefusal.values()).map(PaymentRefusal::word).toList();
    assertThat(ours).doesNotHaveDuplicates();
    assertThat(published).hasSize(16);
    // Not ours: a version counts as an unreadable payload, a scheme is unsupported, "upto".
    assertThat(published)
        .filteredOn(word -> !ours.contains(word))
        .containsExactlyInAnyOrder(
            "invalid_x402_version",
            "invalid_scheme",
            "invalid_upto_evm_payload_settlement_exceeds_amount");
  }

  @Test
  void malformedInputsOfTheVectorsAreRefused() throws IOException {
    int refused = 0;
    for (Json item : array(read("eip712-hashes.json"), "malformed_inputs_must_error").items()) {
      String field = text((Json.Obj) item, "field");
      String bad = text((Json.Obj) item, "value");
      String good = Samples.EXACT.toJson().write();
      String name = field.replaceFirst(" .*", "");
      if (!field.contains("ermit")) {
        String changed = good.replaceFirst("(\"" + name + "\":)\"[^\"]*\"", "$1\"" + bad + "\"");
        assertThat(changed).isNotEqualTo(good);
        assertThat(ExactPayload.of((Json.Obj) Json.parse(changed)))
            .as(field)
            .isInstanceOf(Parsed.Malformed.class);
        refused++;
      }
    }
    assertThat(refused).as("the other two are of Permit2, which is refused whole").isEqualTo(3);
  }

  @Test
  void aChannelAndItsVoucherHaveThePublishedDigests() throws IOException {
    Json.Obj config = read("batch-settlement/L2.1-channel-config.json");
    Json.Obj voucher = read("batch-settlement/L2.2-voucher.json");
    Json.Obj input = object(config, "input");
    ChannelPayload.Pay sample = Samples.PAY;
    Json.Obj payload =
        sample
            .toJson()
            .with("channelConfig", input)
            .with(
                "voucher",
                object(voucher, "input").with("signature", Json.of(sample.signature().toString())));
    ChannelPayload read = value(ChannelPayload.of(payload));
    assertThat(read.config().id(domain(config))).hasToString(text(config, "expected_digest"));
    Voucher signed = read.voucher();
    assertThat(domain(voucher).digest(signed)).hasToString(text(voucher, "expected_digest"));
  }

  private static Domain domain(Json.Obj vector) {
    Json.Obj domain = object(vector, "domain");
    return new Domain(
        text(domain, "name"),
        text(domain, "version"),
        new ChainId((long) ((Json.Num) domain.get("chainId").orElseThrow()).value()),
        Address.parse(text(domain, "verifyingContract")).orElseThrow());
  }

  private static <T> void header(Parsed<T> header, Parsed<T> json) {
    assertThat(value(header)).isEqualTo(value(json));
  }

  private void walk(Json json) {
    switch (json) {
      case Json.Arr array -> array.items().forEach(this::walk);
      case Json.Obj object -> {
        boolean two = object.get("x402Version").filter(Json.of(2)::equals).isPresent();
        if (two && object.get("accepts").isPresent()) {
          same(Kind.REQUIRED, object, PaymentRequired::of, PaymentRequired::toJson);
        }
        if (object.get("accepted").isPresent()) {
          same(Kind.PAYLOAD, object, PaymentPayload::of, PaymentPayload::toJson);
          switch (ExactPayload.of(object(object, "payload"))) {
            case Parsed.Read<ExactPayload> _ -> found.merge(Kind.EXACT, 1, Integer::sum);
            case Parsed.Malformed<ExactPayload>(String reason) -> notExact.add(reason);
          }
        }
        if (object.get("success").isPresent() && object.get("transaction").isPresent()) {
          same(Kind.RESPONSE, object, SettlementResponse::of, SettlementResponse::toJson);
        }
        if (object.get("scheme").isPresent() && object.get("payTo").isPresent()) {
          Json.Obj required = Samples.REQUIRED.toJson().with("accepts", Json.array(object));
          assertThat(value(PaymentRequired.of(required)).accepts()).hasSize(1);
          found.merge(Kind.REQUIREMENTS, 1, Integer::sum);
        }
        object.members().values().forEach(this::walk);
      }
      default -> {}
    }
  }

  private <T> void same(
      Kind kind, Json json, Function<Json, Parsed<T>> read, Function<T, Json.Obj> write) {
    T value = value(read.apply(json));
    assertThat(value(read.apply(write.apply(value)))).isEqualTo(value);
    found.merge(kind, 1, Integer::sum);
  }

  private static <T> T value(Parsed<T> parsed) {
    return parsed.orElse(
        reason -> {
          throw new AssertionError(reason);
        });
  }

  private static Json.Obj read(String name) throws IOException {
    String root = System.getenv("FREEHOLD_VECTORS");
    Path path = Path.of(root == null ? "../../shared/vectors" : root).resolve(FOLDER + name);
    Assumptions.assumeTrue(
        Files.exists(path), () -> "skipped: no test vectors at " + path.toAbsolutePath());
    return (Json.Obj) Json.parse(Files.readAllBytes(path));
  }

  private static Json.Arr array(Json.Obj of, String name) {
    return (Json.Arr) of.get(name).orElseThrow();
  }

  private static Json.Obj object(Json.Obj of, String name) {
    return (Json.Obj) of.get(name).orElseThrow();
  }

  private static String text(Json.Obj of, String name) {
    return ((Json.Str) of.get(name).orElseThrow()).value();
  }
}
