// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.SignedVerdict.Finding;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignedVerdictTest {
  private static final SigningKey KEY = SigningKey.ofSeed(Digest.sha256("verifier").bytes());
  private static final SignedVerdict VERDICT =
      SignedVerdict.sign(
          terms(Map.of("signed", Finding.VALID, "replayed", Finding.UNDECIDABLE)), KEY);

  @Test
  void survivesItsEncodingAndIsSigned() {
    SignedVerdict read = read(VERDICT.encode());
    assertThat(read).isEqualTo(VERDICT);
    assertThat(read.signed()).isTrue();
    assertThat(read.receipt()).contains(new ReceiptId("r-00112233445566778899"));
  }

  @Test
  void aChangedVerdictIsNotSigned() {
    String text = new String(VERDICT.encode(), StandardCharsets.UTF_8);
    String better = text.replace("\"Undecidable\"", "\"Valid\"");
    assertThat(better).isNotEqualTo(text);
    assertThat(read(better.getBytes(StandardCharsets.UTF_8)).signed()).isFalse();
  }

  @Test
  void onlyTheVerifierThatItNamesSignsIt() {
    assertThatThrownBy(() -> SignedVerdict.sign(VERDICT.terms(), SigningKey.ofSeed(new byte[32])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> terms(Map.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> terms(Map.of("A quote of the prompt", Finding.VALID)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"freehold-verdict/1\" | \"freehold-verdict/2\" | format",
        "\"Valid\" | \"valid\" | Valid, Invalid or Undecidable",
        "\"signed\":\"Valid\" | \"signed\":\"Valid\",\"signed\":\"Valid\" | twice",
        "\"signed\" | \"Signed\" | lower-case",
        "r-0 | r-G | receipt",
        "did:key: | did:web: | did:key",
        "{\"checked\" | { \"checked\" | canonical",
        "\"verdict\" | \"x\":1.5,\"verdict\" | \"x\"",
      })
  void refusesEveryOtherForm(String from, String to, String reason) {
    String changed =
        new String(VERDICT.encode(), StandardCharsets.UTF_8)
            .replaceFirst(java.util.regex.Pattern.quote(from), to);
    assertThat(SignedVerdict.decode(changed.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, m -> assertThat(m.reason()).containsIgnoringCase(reason));
  }

  @Test
  void neverFailsOtherwiseOnRandomChanges() {
    long seed = 20261129;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = Mutations.of(VERDICT.encode(), random);
      if (SignedVerdict.decode(changed) instanceof Parsed.Read<SignedVerdict>(SignedVerdict read)) {
        assertThat(read.encode()).as("seed %d, round %d", seed, i).isEqualTo(changed);
        assertThat(read.signed()).isEqualTo(read.equals(VERDICT));
      }
    }
  }

  private static SignedVerdict.Terms terms(Map<String, Finding> claims) {
    return new SignedVerdict.Terms(
        Timestamp.parse("2026-11-29T01:00:00.000Z"),
        claims,
        new ReceiptId("r-00112233445566778899"),
        Digest.sha256("the file"),
        Finding.UNDECIDABLE,
        KEY.nodeId());
  }

  private static SignedVerdict read(byte[] bytes) {
    return SignedVerdict.decode(bytes)
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }
}
