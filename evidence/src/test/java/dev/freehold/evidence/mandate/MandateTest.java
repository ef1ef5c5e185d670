// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.Mutations;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MandateTest {
  private static final Mandate MANDATE = Grants.child();
  private static final byte[] BYTES = MANDATE.encode();

  @Test
  void isReadBackAsItWasSigned() {
    assertThat(read(BYTES)).isEqualTo(MANDATE);
    assertThat(MANDATE.signatureFault(Owner.of(Grants.party(Grants.MANAGER)))).isEmpty();
    Mandate root = Grants.root();
    assertThat(read(root.encode())).isEqualTo(root);
    assertThat(root.terms().parent()).isEmpty();
  }

  /** The bytes of freehold-mandate/1 may never change: this digest is of version 1 for good. */
  @Test
  void keepsTheBytesOfVersionOne() {
    assertThat(Digest.sha256(BYTES).hex())
        .isEqualTo("8bcfc486a4a5063108c32dd5154f1799a9bb179fecf194858cf6d6cc013d2137");
    assertThat(MANDATE.terms().challenge().hex())
        .isEqualTo("1176f4f6688fecddd5ac619122f2b8086ea1ad47f41357af848d73827e1226e9");
  }

  @Test
  void showsEverythingThatItSays() {
    assertThat(Grants.root().terms().shown())
        .isEqualTo(
            """
            Freehold mandate
            I %s
            allow %s
            from 2026-11-25T00:00:00.000Z until 2026-11-26T00:00:00.000Z
            to do: data_egress, model_call, payment, tool_call (each time with my approval: payment)
            with models: gemma, smollm2
            with tools: calendar, search
            towards: api.example, localhost
            data up to: confidential; leaving after: internal
            at most: 1000 answers, 100000 output tokens in all, 512 in one answer
            paying at most: 5000000 millionths of EUR
            passing it on: 2 times
            under: nobody
            mandate %s
            """
                .formatted(
                    Grants.party(Grants.OWNER),
                    Grants.party(Grants.MANAGER),
                    Grants.root().digest()));
    assertThat(MANDATE.terms().shown()).contains("paying: nothing", "under: sha256:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"allow", "expires", "format", "holder", "issued", "issuer", "nonce", "proof"})
  void demandsEveryMemberInItsType(String name) {
    assertThat(reason(json().without(name))).contains("lacks \"" + name + "\"");
    for (Json other :
        new Json[] {Json.Null.VALUE, Json.of(true), Json.of(1), Json.of(""), Json.array()}) {
      assertThat(reason(json().with(name, other))).as(name + " = " + other).isNotBlank();
    }
    assertThat(reason(json().with("extra", Json.of(1)))).contains("unknown member");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "answers",
        "approve",
        "class",
        "delegate",
        "effects",
        "egress",
        "models",
        "output",
        "pay",
        "peers",
        "tokens",
        "tools",
        "unit"
      })
  void demandsEveryMemberOfWhatIsAllowed(String name) {
    assertThat(reason(withAllow(allow().without(name)))).contains("lacks \"" + name + "\"");
    assertThat(reason(withAllow(allow().with(name, Json.Null.VALUE)))).isNotBlank();
    assertThat(reason(withAllow(allow().with(name + "s", Json.of(1))))).contains("unknown member");
  }

  @ParameterizedTest
  @CsvSource({
    "answers, -1",
    "answers, 1.5",
    "answers, 1125899906842625",
    "tokens, '\"1\"'",
    "delegate, 9",
    "delegate, -1",
    "effects, '[\"model_call\",\"model_call\"]'",
    "effects, '[\"tool_call\",\"model_call\"]'",
    "effects, '[\"MODEL_CALL\"]'",
    "effects, '[1]'",
    "approve, '[\"payment\"]'",
    "class, '\"secret\"'",
    "models, '[\"b\",\"a\"]'",
    "models, '[\"a\",\"a\"]'",
    "models, '[\"\"]'",
    "models, '[\"*\",\"a\"]'",
    "models, '[\"caf\u00e9\"]'",
    "peers, '[\"a\\nb\"]'",
    "unit, '\"eur\"'",
    "unit, '\"ABCDEFGHIJKLMNOPQRSTU\"'",
    "pay, 1"
  })
  void demandsWhatIsAllowedInItsForm(String name, String value) {
    assertThat(reason(withAllow(allow().with(name, Json.parse(value))))).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource({
    "format, freehold-mandate/2, not freehold-mandate/1",
    "holder, did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWq, did:key",
    "issuer, did:web:example, did:key",
    "issued, 2026-11-27T00:00:00.000Z, before it is issued",
    "expires, 2026-11-26, time stamp",
    "parent, sha256:00, digest",
    "nonce, 00, nonce"
  })
  void refusesOtherTexts(String name, String text, String reason) {
    assertThat(reason(json().with(name, Json.of(text)))).contains(reason);
  }

  @Test
  void refusesOtherProofs() {
    Json.Obj proof = (Json.Obj) json().get("proof").orElseThrow();
    assertThat(reason(json().with("proof", proof.with("kind", Json.of("rsa")))))
        .contains("ed25519 or passkey");
    assertThat(reason(json().with("proof", proof.with("client", Json.of("")))))
        .contains("unknown member");
    assertThat(reason(json().with("proof", proof.with("signature", Json.of("AA")))))
        .contains("64 bytes");
    assertThat(reason(json().with("proof", proof.with("kind", Json.of("passkey")))))
        .contains("lacks");
  }

  @Test
  void refusesAnotherEncodingOfTheSame() {
    String text = new String(BYTES, StandardCharsets.UTF_8);
    for (String other :
        new String[] {
          text + "\n",
          " " + text,
          text.replace("\"answers\":10", "\"answers\":1e1"),
          text.replace("{\"allow\"", "{\"nonce\":\"\",\"allow\"")
        }) {
      assertThat(Mandate.decode(other.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(Parsed.Malformed.class);
    }
  }

  @Test
  void anotherProofIsTheSameMandate() {
    Mandate other =
        new Mandate(MANDATE.terms(), new Proof.Key(Grants.AGENT.sign(MANDATE.terms().bytes())));
    assertThat(other.digest()).isEqualTo(MANDATE.digest());
    assertThat(other.signatureFault(Owner.of(Grants.party(Grants.MANAGER))).orElseThrow().kind())
        .isEqualTo(MandateFault.Kind.SIGNATURE);
  }

  @Test
  void onlyItsIssuerSignsIt() {
    assertThatThrownBy(() -> Mandate.sign(MANDATE.terms(), Grants.AGENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Grants.party(Grants.AGENT).toString());
  }

  @Test
  void neverReadsAChangedByteAsSigned() {
    for (int at = 0; at < BYTES.length; at++) {
      byte[] changed = BYTES.clone();
      changed[at] ^= 1;
      assertThat(counts(changed)).as("byte %d", at).isFalse();
      assertThat(Mandate.decode(Arrays.copyOf(BYTES, at))).isInstanceOf(Parsed.Malformed.class);
    }
  }

  @Test
  void neverFailsOtherwiseOnRandomChanges() {
    long seed = 4;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = Mutations.of(BYTES, random);
      assertThat(Arrays.equals(changed, BYTES) || !counts(changed))
          .as("seed %d, round %d", seed, i)
          .isTrue();
    }
  }

  private static boolean counts(byte[] bytes) {
    return switch (Mandate.decode(bytes)) {
      case Parsed.Read<Mandate>(Mandate mandate) -> {
        assertThat(mandate.encode()).isEqualTo(bytes);
        yield mandate.signatureFault(Owner.of(Grants.party(Grants.MANAGER))).isEmpty();
      }
      case Parsed.Malformed<Mandate>(String reason) -> {
        assertThat(reason).isNotBlank();
        yield false;
      }
    };
  }

  private static Json.Obj json() {
    return (Json.Obj) Json.parse(BYTES);
  }

  private static Json.Obj allow() {
    return (Json.Obj) json().get("allow").orElseThrow();
  }

  private static Json.Obj withAllow(Json.Obj allow) {
    return json().with("allow", allow);
  }

  private static Mandate read(byte[] bytes) {
    return Mandate.decode(bytes)
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  private static String reason(Json value) {
    return switch (Mandate.decode(CanonicalJson.bytes(value))) {
      case Parsed.Read<Mandate>(Mandate mandate) -> throw new AssertionError("read: " + mandate);
      case Parsed.Malformed<Mandate>(String reason) -> reason;
    };
  }
}
