// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.Vectors;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The standard's own vectors: each accepted, or refused for its stated reason. */
class TokenVectorsTest {
  private static final String ROOT = "poc/vectors/";

  @TestFactory
  List<DynamicTest> acceptsEveryPositiveVector() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Json.Obj vector : vectors("positive")) {
      tests.add(
          DynamicTest.dynamicTest(
              text(vector, "file"),
              () -> {
                TokenReading reading = Token.verify(bytes(vector), key());
                assertThat(reading).isInstanceOf(TokenReading.Accepted.class);
                TokenReading.Accepted accepted = (TokenReading.Accepted) reading;
                assertThat(accepted.warnings()).hasSize(1).first().asString().contains("Tier 2");
                assertThat(Token.verify(accepted.token().encode(), key())).isEqualTo(accepted);
              }));
    }
    assertThat(tests).hasSize(4);
    return tests;
  }

  @TestFactory
  List<DynamicTest> refusesEveryNegativeVectorForItsStatedReason() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Json.Obj vector : vectors("negative")) {
      tests.add(
          DynamicTest.dynamicTest(
              text(vector, "file"),
              () -> {
                TokenReading reading = Token.verify(bytes(vector), key());
                assertThat(reading).isInstanceOf(TokenReading.Refused.class);
                TokenReading.Refused refused = (TokenReading.Refused) reading;
                assertThat(refused.fault().code()).isEqualTo(text(vector, "expect_code"));
                assertThat(refused.reason()).isNotBlank();
              }));
    }
    assertThat(tests).hasSize(11);
    return tests;
  }

  @TestFactory
  List<DynamicTest> reproducesThePublishedCanonicalDigests() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Json.Obj vector : vectors("canonical")) {
      tests.add(
          DynamicTest.dynamicTest(
              text(vector, "file"),
              () ->
                  assertThat(Digest.sha256(CanonicalJson.bytes(Json.parse(bytes(vector)))).hex())
                      .isEqualTo(text(vector, "canonical_sha256"))));
    }
    assertThat(tests).hasSize(2);
    return tests;
  }

  @Test
  void thePublishedSeedIsOfThePublishedKey() throws IOException {
    SigningKey signer =
        SigningKey.ofSeed(HexFormat.of().parseHex(text(manifest(), "private_key_seed")));
    assertThat(signer.verifyingKey()).isEqualTo(key());
    assertThat(text(manifest(), "profile")).isEqualTo(Token.PROFILE);
  }

  @Test
  void replaysTheChainOfTheTwoVectorsThatFormOne() throws IOException {
    AgentChain chain = new AgentChain();
    for (String file : List.of("allow-read", "deny-path-composition")) {
      Token token = TokenSamples.read(Vectors.bytes(ROOT + "positive/" + file + ".json"));
      assertThat(chain.accept(token)).as(file).isEmpty();
    }
    assertThat(chain.steps()).isEqualTo(2);
  }

  private static List<Json.Obj> vectors(String kind) throws IOException {
    return ((Json.Arr) manifest().get(kind).orElseThrow())
        .items().stream().map(v -> (Json.Obj) v).toList();
  }

  private static VerifyingKey key() throws IOException {
    return VerifyingKey.decode(HexFormat.of().parseHex(text(manifest(), "public_key")))
        .orElseThrow();
  }

  private static Json.Obj manifest() throws IOException {
    return (Json.Obj) Json.parse(Vectors.bytes(ROOT + "manifest.json"));
  }

  private static byte[] bytes(Json.Obj vector) throws IOException {
    return Vectors.bytes(ROOT + text(vector, "file"));
  }

  private static String text(Json.Obj in, String name) {
    return ((Json.Str) in.get(name).orElseThrow()).value();
  }
}
