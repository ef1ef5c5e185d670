// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.Vectors;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The examples of the COSE working group: every file is either verified or named out of scope. */
class CoseExamplesTest {
  private static final String SET = "cose/cose-wg-examples";

  /** What must be accepted. */
  private static final Set<String> ACCEPTED =
      Set.of(
          "sign1-tests/sign-pass-01.json",
          "sign1-tests/sign-pass-02.json",
          "sign1-tests/sign-pass-03.json",
          "ecdsa-examples/ecdsa-sig-01.json",
          "ecdsa-examples/ecdsa-sig-02.json",
          "ecdsa-examples/ecdsa-sig-03.json",
          "ecdsa-examples/ecdsa-sig-04.json",
          "eddsa-examples/eddsa-sig-01.json",
          "eddsa-examples/eddsa-sig-02.json",
          "countersign1/signed1-01.json",
          "CWT/A_3.json");

  /** What must be refused, and the reason. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "sign1-tests/sign-fail-01.json", "tag 998",
          "sign1-tests/sign-fail-02.json", "does not belong",
          "sign1-tests/sign-fail-03.json", "algorithm -999 is not known",
          "sign1-tests/sign-fail-04.json", "algorithm \"unknown\" is not known",
          "sign1-tests/sign-fail-06.json", "does not belong",
          "sign1-tests/sign-fail-07.json", "does not belong",
          // A COSE_Sign1 whose algorithm, HSS/LMS, is out of scope.
          "hashsig/hsssig-sig-01.json", "algorithm -46 is not known");

  /** Other kinds of messages, out of scope: refused as not being a COSE_Sign1, by their tags. */
  private static final Map<String, String> OUT_OF_SCOPE =
      Map.ofEntries(
          Map.entry("sign-tests/.*", "COSE_Sign: several signers"),
          Map.entry("ecdsa-examples/ecdsa-0.*", "COSE_Sign: several signers"),
          Map.entry("eddsa-examples/eddsa-0.*", "COSE_Sign: several signers"),
          Map.entry("hashsig/hashsig-01.json", "COSE_Sign: several signers"),
          Map.entry("countersign1/signed-0.*", "COSE_Sign: several signers"),
          Map.entry("countersign1/(Encrypt|Enveloped)-.*", "COSE_Encrypt: encryption"),
          Map.entry("countersign1/mac.*", "COSE_Mac: shared keys"),
          Map.entry("mac0-tests/.*", "COSE_Mac0: shared keys"),
          Map.entry("CWT/A_[4567].json", "CWT with COSE_Mac0 or COSE_Encrypt0"));

  private static List<String> names() throws IOException {
    Path set = Vectors.find(SET);
    try (Stream<Path> files = Files.walk(set)) {
      return files
          .filter(f -> f.toString().endsWith(".json"))
          .map(f -> set.relativize(f).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void everyExampleIsAcceptedOrRefusedOrNamedOutOfScope() throws IOException {
    Set<String> left = new HashSet<>(names());
    assertThat(left).hasSize(56).containsAll(ACCEPTED).containsAll(REFUSED.keySet());
    left.removeAll(ACCEPTED);
    left.removeAll(REFUSED.keySet());
    assertThat(left)
        .allMatch(name -> OUT_OF_SCOPE.keySet().stream().filter(name::matches).count() == 1);
    assertThat(OUT_OF_SCOPE.keySet())
        .allMatch(pattern -> left.stream().anyMatch(name -> name.matches(pattern)));
  }

  @TestFactory
  Stream<DynamicTest> verifiesWithTheKeyInside() throws IOException {
    Vectors.find(SET);
    return ACCEPTED.stream()
        .sorted()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      Json.Obj example = Vectors.json(SET + "/" + name);
                      assertThat(verify(example).holds()).as("%s", verify(example)).isTrue();
                      CoseSign1 message =
                          CoseSign1.decodeTagOptional(message(example))
                              .orElse(reason -> fail(reason));
                      assertThat(message.encode()).isEqualTo(message(example));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> refusesForTheStatedReason() throws IOException {
    Vectors.find(SET);
    return REFUSED.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () ->
                        assertThat(verify(Vectors.json(SET + "/" + entry.getKey())))
                            .asString()
                            .contains("fails")
                            .contains(entry.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> otherMessagesAreNoCoseSign1() throws IOException {
    return names().stream()
        .filter(name -> !ACCEPTED.contains(name) && !REFUSED.containsKey(name))
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name + ": " + scope(name),
                    () ->
                        assertThat(CoseSign1.decode(message(Vectors.json(SET + "/" + name))))
                            .isInstanceOf(Parsed.Malformed.class)));
  }

  private static String scope(String name) {
    return OUT_OF_SCOPE.entrySet().stream()
        .filter(e -> name.matches(e.getKey()))
        .map(Map.Entry::getValue)
        .collect(Collectors.joining());
  }

  private static byte[] message(Json.Obj example) {
    return HexFormat.of().parseHex(Vectors.text(example, "output", "cbor"));
  }

  private static Check verify(Json.Obj example) {
    Json.Obj sign = (Json.Obj) Vectors.at(example, "input", "sign0");
    byte[] external =
        sign.get("external").isPresent()
            ? HexFormat.of().parseHex(Vectors.text(sign, "external"))
            : new byte[0];
    return switch (CoseSign1.decodeTagOptional(message(example))) {
      case Parsed.Malformed<CoseSign1>(String reason) -> Check.fails("signed", reason);
      case Parsed.Read<CoseSign1>(CoseSign1 read) ->
          read.verify(key((Json.Obj) sign.get("key").orElseThrow()), external);
    };
  }

  private static PublicKeyInfo key(Json.Obj key) {
    String curve = key.get("crv").map(c -> ((Json.Str) c).value()).orElse("none");
    return switch (curve) {
      case "P-256" -> point(PublicKeyInfo.Kind.P256, key);
      case "P-384" -> point(PublicKeyInfo.Kind.P384, key);
      case "P-521" -> point(PublicKeyInfo.Kind.P521, key);
      case "Ed25519" ->
          PublicKeyInfo.of(VerifyingKey.decode(coordinate(key, "x", 32)).orElseThrow());
      case "Ed448" -> PublicKeyInfo.ofEd448(coordinate(key, "x", 57));
      default ->
          // An HSS/LMS key: any other will do, since the algorithm is refused.
          PublicKeyInfo.of(
              VerifyingKey.decode(
                      HexFormat.of()
                          .parseHex(
                              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
                  .orElseThrow());
    };
  }

  private static PublicKeyInfo point(PublicKeyInfo.Kind kind, Json.Obj key) {
    return PublicKeyInfo.ofPoint(
        kind, coordinate(key, "x", kind.fieldBytes()), coordinate(key, "y", kind.fieldBytes()));
  }

  /** The examples leave leading zeros out. */
  private static byte[] coordinate(Json.Obj key, String name, int length) {
    byte[] bytes =
        key.get(name + "_hex").isPresent()
            ? HexFormat.of().parseHex(Vectors.text(key, name + "_hex"))
            : Base64.getUrlDecoder().decode(Vectors.text(key, name));
    if (bytes.length == length) {
      return bytes;
    }
    byte[] unsigned = new BigInteger(1, bytes).toByteArray();
    byte[] padded = new byte[length];
    int from = Math.max(0, unsigned.length - length);
    System.arraycopy(
        Arrays.copyOfRange(unsigned, from, unsigned.length),
        0,
        padded,
        length - unsigned.length + from,
        unsigned.length - from);
    return padded;
  }
}
