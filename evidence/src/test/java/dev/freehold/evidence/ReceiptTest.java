// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiptTest {
  private static final byte[] BYTES = Samples.receipt(2).encode();

  @Test
  void isReadBackAsItWasSigned() {
    Receipt receipt = read(BYTES);
    assertThat(receipt).isEqualTo(Samples.receipt(2));
    assertThat(receipt.signed()).isTrue();
    assertThat(receipt.encode()).isEqualTo(BYTES);
    assertThat(receipt.id().text()).isEqualTo("r-" + signedDigest().substring(0, 20));
  }

  /** The bytes of freehold-receipt/1 may never change: this digest is of version 1 for good. */
  @Test
  void keepsTheBytesOfVersionOne() {
    assertThat(Digest.sha256(BYTES).hex())
        .isEqualTo("f0e9e15b8bb903ebfb8b378d4a5a0954094816a0659031691d9f2884029c51a4");
  }

  @Test
  void spendsAtMostTwoHundredBytesOnProof() {
    Receipt receipt = Samples.receipt(1);
    String text = new String(receipt.encode(), StandardCharsets.UTF_8);
    String signature = "\"signature\":\"" + receipt.signature() + "\",";
    String trace = ",\"trace\":\"" + receipt.statement().choices().getFirst().trace() + "\"";
    assertThat(text).contains(signature, trace);
    assertThat(signature.length() + trace.length()).isEqualTo(183).isLessThanOrEqualTo(200);
  }

  @Test
  void neverReadsAChangedByteAsSigned() {
    for (int at = 0; at < BYTES.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] changed = BYTES.clone();
        changed[at] ^= (byte) (1 << bit);
        assertThat(signed(changed)).as("byte %d, bit %d", at, bit).isFalse();
      }
    }
  }

  @Test
  void neverReadsATruncatedOrLengthenedFile() {
    for (int length = 0; length < BYTES.length; length++) {
      byte[] shorter = java.util.Arrays.copyOf(BYTES, length);
      assertThat(Receipt.decode(shorter)).isInstanceOf(Parsed.Malformed.class);
    }
    for (String tail : new String[] {"\n", " ", "\0", "{}", ","}) {
      byte[] longer =
          (new String(BYTES, StandardCharsets.UTF_8) + tail).getBytes(StandardCharsets.UTF_8);
      assertThat(Receipt.decode(longer)).isInstanceOf(Parsed.Malformed.class);
    }
    assertThat(
            reason(
                (new String(BYTES, StandardCharsets.UTF_8) + "\n")
                    .getBytes(StandardCharsets.UTF_8)))
        .contains("a line feed follows");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arithmetic",
        "choices",
        "finished",
        "format",
        "kind",
        "model",
        "node",
        "nonce",
        "received",
        "request",
        "response",
        "sampling",
        "signature",
        "tokenizer"
      })
  void demandsEveryMemberInItsType(String name) {
    assertThat(reason(json().without(name))).contains("lacks \"" + name + "\"");
    for (Json other :
        List.of(
            Json.Null.VALUE,
            Json.of(true),
            Json.of(-1),
            Json.of(1.5),
            Json.of(""),
            Json.of("sha256:"),
            Json.array(),
            Json.array(Json.of(1)),
            Json.object().put("x", 1).build())) {
      boolean sameType = name.equals("sampling") && other instanceof Json.Obj;
      if (!sameType) {
        assertThat(reason(json().with(name, other))).as(name + " = " + other).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"finish", "output", "prompt", "tokens", "trace"})
  void demandsEveryMemberOfAChoice(String name) {
    assertThat(reason(withChoice(choice().without(name)))).contains("a choice lacks");
    assertThat(reason(withChoice(choice().with(name, Json.Null.VALUE)))).contains(name);
    assertThat(reason(withChoice(choice().with(name + "s", Json.of(1)))))
        .contains("unknown member");
  }

  @ParameterizedTest
  @CsvSource({
    "output, -1",
    "output, 2147483648",
    "output, 1.5",
    "output, 9007199254740991",
    "prompt, 0",
    "prompt, -1",
    "prompt, 1e300"
  })
  void boundsTheCounts(String name, double value) {
    assertThat(reason(withChoice(choice().with(name, new Json.Num(value, true)))))
        .contains("whole number from");
  }

  @Test
  void refusesUnknownMembersEverywhere() {
    assertThat(reason(json().with("extra", Json.of(1)))).contains("unknown member \"extra\"");
    Json.Obj model = (Json.Obj) json().get("model").orElseThrow();
    assertThat(reason(json().with("model", model.with("size", Json.of(1)))))
        .contains("unknown member \"size\"");
  }

  @Test
  void refusesTimesInTheWrongOrder() {
    assertThat(
            reason(
                json()
                    .with("received", json().get("finished").orElseThrow())
                    .with("finished", json().get("received").orElseThrow())))
        .contains("before its request was received");
  }

  @ParameterizedTest
  @CsvSource({
    "kind, chatter, is of kind chat",
    "format, freehold-receipt/2, not freehold-receipt/1",
    "node, did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWq, not a did:key",
    "nonce, 202122232425262728292a2b2c2d2e2F, 32 lower-case",
    "request, sha256:ABCD, 64 hexadecimal digits",
    "response, md5:00, starts with sha256:",
    "received, 2026-11-23T22:15:00Z, time stamp",
    "signature, AAAA, 64 bytes",
  })
  void refusesOtherTexts(String name, String text, String reason) {
    assertThat(reason(json().with(name, Json.of(text)))).contains(name).contains(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "caf\u00e9", "a\u001b[2Jb", "line\nfeed", "\u202e"})
  void refusesModelNamesThatAreNotPrintableAscii(String name) {
    Json.Obj model = (Json.Obj) json().get("model").orElseThrow();
    assertThat(reason(json().with("model", model.with("name", Json.of(name)))))
        .contains("printable");
    assertThat(reason(json().with("model", model.with("name", Json.of("x".repeat(201))))))
        .contains("printable");
  }

  @Test
  void refusesAnotherOrderAndSpacesAndDuplicates() {
    String text = new String(BYTES, StandardCharsets.UTF_8);
    for (String other :
        new String[] {
          " " + text,
          text.replace("\",\"", "\", \""),
          text.replace("{\"arithmetic\":1,", "{").replace("}", ",\"arithmetic\":1}"),
          text.replace("\"arithmetic\":1,", "\"arithmetic\":1,\"arithmetic\":1,"),
          text.replace("\"arithmetic\":1,", "\"arithmetic\":1.0,"),
          text.replace("\"arithmetic\":1,", "\"arithmetic\":1e0,"),
          text.replace("\"kind\"", "\"\\u006bind\""),
          "\uFEFF" + text
        }) {
      assertThat(other).isNotEqualTo(text);
      assertThat(Receipt.decode(other.getBytes(StandardCharsets.UTF_8)))
          .as(other)
          .isInstanceOf(Parsed.Malformed.class);
    }
  }

  @Test
  void refusesMoreChoicesOrBytesThanItsLimits() {
    Json.Obj choice = choice();
    assertThat(reason(json().with("choices", Json.array()))).contains("1 to 4096 choices");
    assertThat(
            reason(json().with("choices", Json.array(java.util.Collections.nCopies(4097, choice)))))
        .contains("choices");
    assertThat(reason(json().with("sampling", Json.object().put("x", "y".repeat(1 << 20)).build())))
        .contains("longer than the limit");
  }

  @Test
  void signsAReceiptOfExactlyItsLimitAndNoneOfAByteMore() {
    int rest = Receipt.sign(padded(0), Samples.KEY).encode().length;
    Receipt longest = Receipt.sign(padded(Receipt.LIMIT - rest), Samples.KEY);
    assertThat(longest.encode()).hasSize(Receipt.LIMIT);
    assertThat(Receipt.decode(longest.encode())).isEqualTo(new Parsed.Read<>(longest));
    assertThatThrownBy(() -> Receipt.sign(padded(Receipt.LIMIT - rest + 1), Samples.KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("would be longer than");
  }

  private static Statement padded(int bytes) {
    Statement some = Samples.statement(1);
    return new Statement(
        some.kind(),
        some.node(),
        some.model(),
        some.tokenizer(),
        some.templateOrNull(),
        some.arithmetic(),
        Json.object().put("x", "y".repeat(bytes)).build(),
        some.request(),
        some.response(),
        some.choices(),
        some.received(),
        some.finished(),
        some.nonce());
  }

  @Test
  void anEmbeddingHasNoOutput() {
    Json.Obj embedding = json().with("kind", Json.of("embedding"));
    assertThat(reason(embedding)).contains("no sampling parameters");
    assertThat(reason(embedding.with("sampling", Json.object().build())))
        .contains("no output tokens");
  }

  @Test
  void onlyTheNodeItNamesMaySignIt() {
    SigningKey other = SigningKey.ofSeed(Digest.sha256("other").bytes());
    assertThatThrownBy(() -> Receipt.sign(Samples.statement(1), other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(other.nodeId().toString());
    Receipt forged =
        new Receipt(Samples.statement(1), other.sign(Samples.statement(1).signedBytes()));
    assertThat(forged.signed()).isFalse();
  }

  @Test
  void neverFailsOtherwiseOnRandomChanges() {
    long seed = 8785;
    Random random = new Random(seed);
    for (int i = 0; i < 15_000; i++) {
      byte[] changed = Mutations.of(BYTES, random);
      assertThat(java.util.Arrays.equals(changed, BYTES) || !signed(changed))
          .as("seed %d, round %d", seed, i)
          .isTrue();
    }
  }

  @Test
  void cutsTheTimesToWhatItWrites() {
    Statement statement = Samples.statement(1);
    assertThat(statement.received()).isEqualTo(Timestamp.parse("2026-11-23T22:15:00.000Z"));
    assertThat(statement.template()).isPresent();
  }

  private static boolean signed(byte[] bytes) {
    return switch (Receipt.decode(bytes)) {
      case Parsed.Read<Receipt>(Receipt receipt) -> {
        assertThat(receipt.encode()).isEqualTo(bytes);
        yield receipt.signed();
      }
      case Parsed.Malformed<Receipt>(String reason) -> {
        assertThat(reason).isNotBlank();
        yield false;
      }
    };
  }

  private static String signedDigest() {
    return Digest.sha256(CanonicalJson.bytes(json().without("signature"))).hex();
  }

  private static Json.Obj json() {
    return (Json.Obj) Json.parse(BYTES);
  }

  private static Json.Obj choice() {
    return (Json.Obj) ((Json.Arr) json().get("choices").orElseThrow()).items().getFirst();
  }

  private static Json.Obj withChoice(Json.Obj choice) {
    return json().with("choices", Json.array(choice, choice()));
  }

  private static Receipt read(byte[] bytes) {
    return Receipt.decode(bytes)
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  private static String reason(Json value) {
    return reason(CanonicalJson.bytes(value));
  }

  private static String reason(byte[] bytes) {
    return switch (Receipt.decode(bytes)) {
      case Parsed.Read<Receipt>(Receipt receipt) ->
          throw new AssertionError("accepted: " + receipt);
      case Parsed.Malformed<Receipt>(String reason) -> reason;
    };
  }
}
