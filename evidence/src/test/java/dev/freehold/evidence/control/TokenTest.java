// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Mutations;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
  private static final byte[] BYTES = TokenSamples.sign(TokenSamples.unsigned());
  private static final String TEXT = new String(BYTES, StandardCharsets.UTF_8);

  @Test
  void readsWhatItWrites() {
    TokenReading reading = Token.verify(BYTES, TokenSamples.KEY.verifyingKey());
    assertThat(reading).isInstanceOf(TokenReading.Accepted.class);
    Token token = ((TokenReading.Accepted) reading).token();
    assertThat(token.encode()).isEqualTo(BYTES);
    assertThat(token.digest()).isEqualTo(Digest.sha256(BYTES));
    assertThat(token.stepIndex()).isZero();
    assertThat(token.treeSize()).isEqualTo(1);
    assertThat(token.decision()).isEqualTo(Decision.ALLOW);
    assertThat(token.point()).isEqualTo(InterceptionPoint.PRE_CALL_TOOL_INVOCATION);
    assertThat(token.dispatchedSnapshot()).isEmpty();
    assertThat(token.principal()).isEqualTo("did:key:owner");
  }

  @Test
  void takesAnySpacesAndAnyOrder() {
    String spaced = TEXT.replace(",", " ,\n ").replace(":", ": ").replace(": //", "://");
    assertThat(code(spaced.replace("did: key: ", "did:key:").replace("sha-256: ", "sha-256:")))
        .isEqualTo("accepted");
    Json.Obj other = Json.object().put("submods", Json.Null.VALUE).build();
    Json.Obj token = (Json.Obj) Json.parse(BYTES);
    for (String name : List.of("submods", "signature", "poc_claims", "nonce", "iss", "iat")) {
      other = other.with(name, token.get(name).orElseThrow());
    }
    other = other.with("eat_profile", token.get("eat_profile").orElseThrow());
    assertThat(code(other.write())).isEqualTo("accepted");
  }

  @Test
  void leavesExtensionsAsTheyAre() {
    Json.Obj extended =
        TokenSamples.withClaim(
                "vendor",
                Json.array(Json.of(1), Json.Null.VALUE, Json.of(true), Json.object().build()))
            .with("other", Json.of("sha-256:not a digest at all"));
    assertThat(code(extended)).isEqualTo("accepted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null x",
        "{\"a\":1}}",
        "\uFEFF{}",
        "{\"a\":1e999}",
        "{\"a\":\"\\ud800\"}",
        "{'a':1}",
        "{\"a\":01}"
      })
  void refusesWhatIsNotOneJsonText(String text) {
    assertThat(code(text)).isEqualTo("syntax");
  }

  @Test
  void refusesWhatIsTooDeepOrTooLong() {
    assertThat(code("[".repeat(200) + "]".repeat(200))).isEqualTo("syntax");
    assertThat(code(" ".repeat(Token.LIMIT) + TEXT)).isEqualTo("syntax");
    assertThat(code(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'})).isEqualTo("syntax");
  }

  @Test
  void refusesANameThatStandsTwiceAtAnyDepth() {
    assertThat(code(TEXT.replace("{\"eat_profile\"", "{\"iat\":1,\"eat_profile\"")))
        .isEqualTo("duplicate-key");
    assertThat(code(TEXT.replace("\"alg\":", "\"alg\":\"EdDSA\",\"\\u0061lg\":")))
        .isEqualTo("duplicate-key");
    assertThat(
            code(TEXT.replace("{\"measurement\":", "{\"x\":[{\"a\":1,\"a\":1}],\"measurement\":")))
        .isEqualTo("duplicate-key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"eat_profile", "iat", "iss", "nonce", "poc_claims", "submods"})
  void demandsEveryMember(String name) {
    assertThat(code(TokenSamples.unsigned().without(name))).isEqualTo("schema");
    for (Json other : wrongTypes(name.equals("iat"))) {
      assertThat(code(TokenSamples.unsigned().with(name, other)))
          .as(name + " = " + other)
          .isEqualTo("schema");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agbom_digest",
        "agent_id",
        "alg",
        "canonical_snapshot_hash",
        "chain_head",
        "initiating_user",
        "interception_point",
        "merkle_root",
        "path_summary_hash",
        "policy_bundle_hash",
        "step_index",
        "target_resource",
        "tree_size",
        "verdict"
      })
  void demandsEveryClaim(String name) {
    assertThat(code(TokenSamples.withClaims(TokenSamples.claims().without(name))))
        .isEqualTo("schema");
    for (Json other : wrongTypes(name.equals("step_index") || name.equals("tree_size"))) {
      boolean anyString = name.equals("target_resource");
      if (!(anyString && other instanceof Json.Str)) {
        assertThat(code(TokenSamples.withClaim(name, other)))
            .as(name + " = " + other)
            .isEqualTo("schema");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dispatched_snapshot_hash, 1",
    "dispatched_snapshot_hash, '\"\"'",
    "dispatched_snapshot_hash, null",
    "reason, 1",
    "reason, null",
    "verdict, '\"allow\"'",
    "verdict, '\"PERMIT\"'",
    "interception_point, '\"pre_call_tool_invocation\"'",
    "alg, '\"none\"'",
    "alg, '\"RS256\"'",
    "agent_id, '\"\"'",
    "initiating_user, '\"\"'",
    "step_index, -1",
    "step_index, 0.5",
    "tree_size, 0",
    "tree_size, true",
    "chain_head, '\"md5:00\"'",
    "chain_head, '\"SHA-256:aa\"'",
    "chain_head, '\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"'",
    "merkle_root, '\"sha-512:0000000000000000000000000000000000000000000000000000000000000000\"'",
  })
  void demandsEachClaimInItsForm(String name, String json) {
    assertThat(code(TokenSamples.withClaim(name, Json.parse(json)))).isEqualTo("schema");
  }

  @Test
  void demandsLowerCaseInTheStandardsOwnDigests() {
    String upper = TokenSamples.tagged("x").toUpperCase(java.util.Locale.ROOT);
    assertThat(code(TokenSamples.withClaim("chain_head", Json.of(upper)))).isEqualTo("schema");
    assertThat(code(TokenSamples.withClaim("chain_head", Json.of("sha-256:" + upper.substring(8)))))
        .isEqualTo("schema");
    assertThat(code(TEXT.replace("\"signature\":\"", "\"signature\":\"A"))).isEqualTo("schema");
    assertThat(code(((Json.Obj) Json.parse(BYTES)).with("signature", Json.of("")).write()))
        .isEqualTo("schema");
  }

  @Test
  void refusesAShortNonceAndAnotherProfile() {
    assertThat(code(TokenSamples.unsigned().with("nonce", Json.of("1234567")))).isEqualTo("schema");
    // Eight code points are counted, not sixteen code units.
    assertThat(code(TokenSamples.unsigned().with("nonce", Json.of("\uD83D\uDE00".repeat(7)))))
        .isEqualTo("schema");
    assertThat(
            code(
                TokenSamples.unsigned()
                    .with("eat_profile", Json.of("https://advancedaisociety.org/poc/v0.2"))))
        .isEqualTo("schema");
  }

  @ParameterizedTest
  @CsvSource({
    "iat, 1764000000.0, float-in-claims",
    "iat, 1.764e9, float-in-claims",
    "iat, 0.5, float-in-claims",
    "iat, 9007199254740992, number-range",
    "extra, '[1,[2.0]]', float-in-claims",
    "extra, '{\"a\":{\"b\":1e2}}', float-in-claims",
    "extra, 99999999999999999999, number-range",
    "extra, '[\"sha-256:AB\"]', hex-case",
    "extra, '{\"d\":\"sha-384:ZZ\"}', hex-case",
    "extra, '\"sha3-256:0A\"', hex-case",
    "extra, '[\"sha-512:F\",0.5]', hex-case",
    "extra, '[0.5,\"sha-512:F\"]', float-in-claims",
  })
  void demandsTheCanonicalFormEverywhere(String name, String json, String code) {
    String text =
        name.equals("iat")
            ? TEXT.replace("\"iat\":1764000000", "\"iat\":" + json)
            : TEXT.replace("{\"eat_profile\"", "{\"extra\":" + json + ",\"eat_profile\"");
    assertThat(text).isNotEqualTo(TEXT);
    assertThat(code(text)).isEqualTo(code);
  }

  @Test
  void refusesWholeNumbersWrittenAsFloatsInClaims() {
    assertThat(code(TEXT.replace("\"tree_size\":1,", "\"tree_size\":1.0,")))
        .isEqualTo("float-in-claims");
    assertThat(code(TEXT.replace("\"step_index\":0,", "\"step_index\":0e0,")))
        .isEqualTo("float-in-claims");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, accepted",
    "1, 1, tree-size",
    "9, 4, tree-size",
    "7, 8, accepted",
    "3, 9, accepted"
  })
  void demandsATreeThatHoldsTheStep(int step, int size, String code) {
    assertThat(
            code(
                TokenSamples.withClaims(
                    TokenSamples.claims()
                        .with("step_index", Json.of(step))
                        .with("tree_size", Json.of(size)))))
        .isEqualTo(code);
  }

  @Test
  void demandsThatModifyBindsWhatIsDone() {
    Json.Obj modify = TokenSamples.claims().with("verdict", Json.of("MODIFY"));
    assertThat(code(TokenSamples.withClaims(modify))).isEqualTo("modify-unbound");
    assertThat(
            code(
                TokenSamples.withClaims(
                    modify.with(
                        "dispatched_snapshot_hash", Json.of(TokenSamples.tagged("narrower"))))))
        .isEqualTo("accepted");
  }

  @ParameterizedTest
  @CsvSource({
    "INTEL_TDX, 64, measurement-width",
    "INTEL_TDX, 96, accepted",
    "INTEL_TDX, 128, measurement-width",
    "AMD_SEV_SNP, 64, measurement-width",
    "AWS_NITRO, 64, measurement-width",
    "ARM_CCA, 64, accepted",
    "SOFTWARE, 64, accepted",
    "SGX, 64, schema",
  })
  void demandsTheMeasurementThatTheHardwareMakes(String platform, int digits, String code) {
    String tag = digits == 64 ? "sha-256:" : digits == 96 ? "sha-384:" : "sha-512:";
    assertThat(code(TokenSamples.attested(platform, tag + "a".repeat(digits)))).isEqualTo(code);
  }

  @Test
  void neverBelievesAPlatformsName() {
    for (String platform : List.of("INTEL_TDX", "SOFTWARE")) {
      byte[] bytes =
          TokenSamples.sign(
              TokenSamples.attested(
                  platform,
                  platform.equals("SOFTWARE")
                      ? TokenSamples.tagged("x")
                      : "sha-384:" + "0".repeat(96)));
      TokenReading reading = Token.verify(bytes, TokenSamples.KEY.verifyingKey());
      assertThat(((TokenReading.Accepted) reading).warnings())
          .first()
          .asString()
          .contains("Tier 2");
    }
  }

  @Test
  void refusesATokenThatNobodySigned() {
    assertThat(code(TokenSamples.unsigned().write())).isEqualTo("unsigned");
  }

  @Test
  void refusesAnotherKeysSignatureAndABrokenOne() {
    SigningKey other = SigningKey.ofSeed(Digest.sha256("other").bytes());
    assertThat(code(Token.verify(BYTES, other.verifyingKey()))).isEqualTo("signature");
    Json.Obj token = (Json.Obj) Json.parse(BYTES);
    for (String signature : List.of("0", "00", "0".repeat(128), "0".repeat(126), "0".repeat(130))) {
      assertThat(code(token.with("signature", Json.of(signature)).write())).isEqualTo("signature");
    }
  }

  @Test
  void doesNotJudgeSignaturesOfOtherAlgorithms() {
    for (String algorithm : List.of("ES256", "ML-DSA-44", "ML-DSA-65", "Ed25519+ML-DSA-44")) {
      assertThat(code(TokenSamples.withClaim("alg", Json.of(algorithm)))).isEqualTo("undecided");
    }
  }

  @Test
  void noticesEveryChangedBit() {
    for (int at = 0; at < BYTES.length; at++) {
      byte[] changed = BYTES.clone();
      changed[at] ^= (byte) (1 << (at % 8));
      assertThat(code(changed)).as("byte %d", at).isNotEqualTo("accepted");
    }
  }

  /** Total: any bytes give a reading, and what is accepted is the signed token. */
  @Test
  void neverFailsOtherwiseOnRandomChanges() {
    long seed = 9711;
    Random random = new Random(seed);
    byte[] signed = TokenSamples.read(BYTES).encode();
    for (int i = 0; i < 30_000; i++) {
      byte[] changed = Mutations.of(BYTES, random);
      TokenReading reading = Token.read(changed);
      if (reading instanceof TokenReading.Accepted(Token token, var _)
          && token.verify(TokenSamples.KEY.verifyingKey()) instanceof TokenReading.Accepted) {
        assertThat(token.encode()).as("seed %d, round %d", seed, i).isEqualTo(signed);
      }
    }
  }

  @Test
  void neverReadsATruncatedToken() {
    for (int length = 0; length < BYTES.length; length++) {
      assertThat(code(Arrays.copyOf(BYTES, length))).isEqualTo("syntax");
    }
  }

  private static List<Json> wrongTypes(boolean number) {
    List<Json> wrong =
        List.of(Json.Null.VALUE, Json.of(true), Json.of(""), Json.array(), Json.object().build());
    return number ? wrong : concat(wrong, Json.of(7));
  }

  private static List<Json> concat(List<Json> list, Json more) {
    List<Json> all = new java.util.ArrayList<>(list);
    // An issuer may be any string.
    all.removeIf(v -> v instanceof Json.Str);
    all.add(more);
    return all;
  }

  private static String code(Json.Obj unsigned) {
    return code(TokenSamples.sign(unsigned));
  }

  private static String code(String text) {
    return code(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String code(byte[] bytes) {
    return code(Token.verify(bytes, TokenSamples.KEY.verifyingKey()));
  }

  private static String code(TokenReading reading) {
    return switch (reading) {
      case TokenReading.Accepted _ -> "accepted";
      case TokenReading.Refused(TokenFault fault, String reason) -> {
        assertThat(reason).isNotBlank();
        yield fault.code();
      }
      case TokenReading.Undecided(Token _, String why) -> {
        assertThat(why).isNotBlank();
        yield "undecided";
      }
    };
  }
}
