// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyBindingTest {
  private static final Timestamp ISSUED = Timestamp.parse("2026-11-29T10:00:00.000Z");
  private static final SigningKey EVIDENCE = SigningKey.ofSeed(new byte[32]);
  private static final PaymentKey MONEY = money(7);
  private static final KeyBinding BINDING = KeyBinding.sign(EVIDENCE, MONEY, ISSUED);
  private static final String TEXT = new String(BINDING.encode(), StandardCharsets.UTF_8);

  @Test
  void theDocumentedExampleIsWrittenAndReadBack() throws IOException {
    String document = Files.readString(Path.of("../docs/formats/key-binding.md"));
    assertThat(document).contains("\n```\n" + TEXT + "\n```\n");
    KeyBinding read = decoded(TEXT);
    assertThat(read).isEqualTo(BINDING);
    assertThat(read.fault()).isEmpty();
  }

  @Test
  void anotherNodesKeyCannotClaimTheAccount() {
    SigningKey other = SigningKey.ofSeed(filled(3));
    KeyBinding stolen =
        new KeyBinding(
            other.nodeId(), MONEY.address(), ISSUED, BINDING.signature(), BINDING.payment());
    assertThat(stolen.fault().orElseThrow()).contains("evidence key").contains("did not sign");
    KeyBinding own = KeyBinding.sign(other, money(9), ISSUED);
    KeyBinding claimed =
        new KeyBinding(other.nodeId(), MONEY.address(), ISSUED, own.signature(), own.payment());
    assertThat(claimed.fault()).isPresent();
  }

  @Test
  void aNodesKeyAloneBindsNoAccount() {
    SigningKey other = SigningKey.ofSeed(filled(3));
    KeyBinding signedByOne = KeyBinding.sign(other, MONEY, ISSUED);
    KeyBinding foreign =
        new KeyBinding(
            other.nodeId(), MONEY.address(), ISSUED, signedByOne.signature(), BINDING.payment());
    assertThat(foreign.fault().orElseThrow()).contains("payment key").contains("did not sign");
  }

  @Test
  void aPaymentKeyAloneBindsNoNode() {
    KeyBinding other = KeyBinding.sign(SigningKey.ofSeed(filled(3)), MONEY, ISSUED);
    KeyBinding foreign =
        new KeyBinding(
            EVIDENCE.nodeId(), MONEY.address(), ISSUED, other.signature(), BINDING.payment());
    assertThat(foreign.fault().orElseThrow()).contains("evidence key");
  }

  @Test
  void theTimeIsSignedToo() {
    KeyBinding later =
        new KeyBinding(
            EVIDENCE.nodeId(),
            MONEY.address(),
            Timestamp.parse("2027-11-29T10:00:00.000Z"),
            BINDING.signature(),
            BINDING.payment());
    assertThat(later.fault()).isPresent();
  }

  @Test
  void aSignatureOfTheBareTextIsNoneOfAMessage() {
    KeyBinding bare =
        new KeyBinding(
            EVIDENCE.nodeId(),
            MONEY.address(),
            ISSUED,
            BINDING.signature(),
            MONEY.sign(Keccak256.hash(TEXT)));
    assertThat(bare.fault().orElseThrow()).contains("payment key");
  }

  @Test
  void otherEncodingsAreRefusedForTheirReason() {
    refused(TEXT + "\n", "canonical");
    refused(" " + TEXT, "canonical");
    refused(TEXT.replace("binding/1", "binding/2"), "format is not");
    refused(TEXT.replace("\"account\"", "\"accounts\""), "lacks \"account\"");
    refused(TEXT.replace("{\"account\"", "{\"a\":1,\"account\""), "unknown member \"a\"");
    refused(
        TEXT.replace(
            MONEY.address().toString(), MONEY.address().toString().toLowerCase(Locale.ROOT)),
        "not an address");
    refused(TEXT.replace("did:key:z6", "did:key:z7"), "not a did:key");
    refused(TEXT.replace("10:00:00.000Z", "10:00:00Z"), "time stamp");
    refused(TEXT.replace("\"payment\":\"0x", "\"payment\":\"0X"), "not r, s and v");
    refused(
        TEXT.replace(BINDING.payment().toString(), "0x" + "f".repeat(128) + "1b"),
        "not r, s and v");
    refused(TEXT.replace("\"signature\":\"", "\"signature\":\"="), "base64url");
    refused("[]", "not an object");
    refused("x".repeat(2000), "limit");
  }

  @Test
  void mutatedBytesAreReadBackAsTheyAreOrRefused() {
    long seed = 20261129;
    Random random = new Random(seed);
    byte[] good = BINDING.encode();
    int bound = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.damaged(good, random);
      if (KeyBinding.decode(bytes) instanceof Parsed.Read<KeyBinding>(KeyBinding read)) {
        assertThat(read.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        boolean same = Arrays.equals(bytes, good);
        assertThat(read.fault().isEmpty()).as("seed %d, round %d", seed, i).isEqualTo(same);
        bound++;
      }
    }
    assertThat(bound).as("some mutations are still bindings by their form").isGreaterThan(100);
  }

  private static KeyBinding decoded(String text) {
    return KeyBinding.decode(text.getBytes(StandardCharsets.UTF_8))
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  private static void refused(String text, String reason) {
    assertThat(KeyBinding.decode(text.getBytes(StandardCharsets.UTF_8)))
        .as(text)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }

  private static PaymentKey money(int number) {
    byte[] secret = new byte[32];
    secret[31] = (byte) number;
    return PaymentKey.ofSecret(secret);
  }

  private static byte[] filled(int number) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) number);
    return bytes;
  }
}
