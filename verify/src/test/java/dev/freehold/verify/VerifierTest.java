// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Salt;
import dev.freehold.verify.answer.SignedCheck;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The claims that need no model. */
class VerifierTest {
  private static final Set<Claim> ALL = EnumSet.of(Claim.SIGNED, Claim.TRANSCRIPT, Claim.REPLAYED);
  private static final Set<Claim> SIGNED = Set.of(Claim.SIGNED);
  private static final Set<Claim> OPENED = Set.of(Claim.SIGNED, Claim.TRANSCRIPT);

  @TempDir private Path empty = Path.of("");

  @Test
  void aReceiptAloneIsSignedAndNoMore() throws Exception {
    byte[] file = Invented.receipt().encode();
    Report report = verifier(ALL).verify(file);
    assertThat(words(report)).containsExactly("Valid", "Undecidable", "Undecidable");
    assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
    assertThat(verifier(SIGNED).verify(file).verdict()).isEqualTo(new Verdict.Valid());
  }

  @Test
  void aTranscriptWithoutItsModelIsUndecidableAndNamesTheModel() throws Exception {
    byte[] file = Invented.transcript(1).encode();
    Report report = verifier(ALL).verify(file);
    assertThat(words(report)).containsExactly("Valid", "Valid", "Undecidable");
    assertThat(reasons(report))
        .contains(Invented.statement(1).model().digest().toString())
        .contains("freehold model pull");
    assertThat(verifier(OPENED).verify(file).verdict()).isEqualTo(new Verdict.Valid());
  }

  @Test
  void anUnknownArithmeticIsUndecidable() throws Exception {
    Report report = verifier(ALL).verify(Invented.transcript(2).encode());
    assertThat(words(report)).containsExactly("Valid", "Valid", "Undecidable");
    assertThat(reasons(report)).contains("arithmetic version 2").contains("knows version 1");
  }

  @Test
  void aChangedBitOfAReceiptIsAlwaysInvalid() throws Exception {
    byte[] file = Invented.receipt().encode();
    Verifier verifier = verifier(SIGNED);
    for (int at = 0; at < file.length; at++) {
      for (int bit = at % 4; bit < 8; bit += 4) {
        byte[] changed = file.clone();
        changed[at] ^= (byte) (1 << bit);
        assertThat(verifier.verify(changed).verdict())
            .as("byte %d, bit %d", at, bit)
            .isInstanceOf(Verdict.Invalid.class);
      }
    }
  }

  @Test
  void aChangedBitOfATranscriptIsAlwaysInvalid() throws Exception {
    byte[] file = Invented.transcript(1).encode();
    Verifier verifier = verifier(OPENED);
    for (int at = 0; at < file.length; at++) {
      byte[] changed = file.clone();
      changed[at] ^= (byte) (1 << at % 8);
      assertThat(verifier.verify(changed).verdict())
          .as("byte %d", at)
          .isInstanceOf(Verdict.Invalid.class);
    }
  }

  @Test
  void anotherSignerThanTheExpectedOneIsInvalid() throws Exception {
    Verifier expecting =
        new Verifier(Demands.usual().with(SIGNED).of(Invented.OTHER_KEY.nodeId()), replay(null));
    Report report = expecting.verify(Invented.receipt().encode());
    assertThat(report.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reasons(report))
        .contains("not by the expected " + Invented.OTHER_KEY.nodeId())
        .contains(Invented.KEY.nodeId().toString());
    assertThat(SignedCheck.readNode(Invented.OTHER_KEY.verifyingKey().toString()))
        .contains(Invented.OTHER_KEY.nodeId());
  }

  @Test
  void aSignatureByAnotherKeyIsInvalid() throws Exception {
    Receipt forged =
        new Receipt(
            Invented.statement(1), Invented.OTHER_KEY.sign(Invented.statement(1).signedBytes()));
    Report report = verifier(SIGNED).verify(forged.encode());
    assertThat(reasons(report)).contains("signed: the signature does not belong");
  }

  @Test
  void everyPartOfTheTranscriptIsHeldToTheReceipt() throws Exception {
    Receipt receipt = Invented.receipt();
    Salts salts = Invented.SALTS;
    Salt zero = new Salt("0".repeat(32));
    String request = Invented.REQUEST;
    Json.Arr response = Invented.RESPONSE;
    List<int[]> output = List.of(Invented.OUTPUT);
    expect("request", new Transcript(receipt, request + " ", response, output, salts));
    expect(
        "request",
        new Transcript(receipt, request.replace("hello", "hullo"), response, output, salts));
    expect(
        "request",
        new Transcript(receipt, request, response, output, new Salts(zero, salts.response())));
    expect(
        "response",
        new Transcript(receipt, request, response, output, new Salts(salts.request(), zero)));
    expect("response", new Transcript(receipt, request, Json.array(), output, salts));
    expect(
        "1 choices, the response has 2",
        new Transcript(
            receipt,
            request,
            Json.array(response.items().getFirst(), response.items().getFirst()),
            output,
            salts));
    expect(
        "output tokens are not",
        new Transcript(receipt, request, response, List.of(new int[] {5, 0, 301, 7}), salts));
    expect(
        "output tokens are not",
        new Transcript(receipt, request, response, List.of(new int[] {0, 5, 300, 7}), salts));
    expect(
        "counts 4 output tokens, the transcript has 5",
        new Transcript(receipt, request, response, List.of(new int[] {5, 0, 300, 7, 7}), salts));
    expect(
        "counts 4 output tokens, the transcript has 3",
        new Transcript(receipt, request, response, List.of(new int[] {5, 0, 300}), salts));
  }

  private void expect(String reason, Transcript transcript) throws Exception {
    Report report = verifier(ALL).verify(transcript.encode());
    assertThat(words(report)).containsExactly("Valid", "Invalid", "Undecidable");
    assertThat(reasons(report)).contains("transcript: ").contains(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\0",
        "{}",
        "[]",
        "null",
        "{\"format\":1}",
        "{\"format\":\"freehold-receipt/1\"}",
        "{\"format\":\"freehold-transcript/1\"}",
        "{\"format\":\"freehold-receipt/2\"}",
        "not evidence at all"
      })
  void whatIsNoEvidenceIsInvalidAndSaysWhy(String text) throws Exception {
    Report report = verifier(SIGNED).verify(text.getBytes(StandardCharsets.UTF_8));
    assertThat(report.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(words(report)).containsExactly("Invalid");
    assertThat(report.subject()).isEmpty();
  }

  @Test
  void hostileFilesNeitherHangNorExhaustMemory() throws Exception {
    Verifier verifier = verifier(SIGNED);
    int limit = Transcript.LIMIT / 8;
    byte[] valid = Invented.transcript(1).encode();
    String text = new String(valid, StandardCharsets.UTF_8);
    String[] hostile = {
      "[".repeat(Transcript.LIMIT),
      "{\"a\":".repeat(limit / 5),
      "[" + "12345,".repeat(limit / 6 - 2) + "0]",
      "[" + "{},".repeat(limit / 3 - 2) + "{}]",
      "9".repeat(Transcript.LIMIT),
      "0." + "0".repeat(limit - 3) + "1",
      " ".repeat(Transcript.LIMIT),
      "{\"format\":\"freehold-receipt/1\",\"x\":\"" + "y".repeat(limit - 60) + "\"}",
      text.replace("[[5,0,300,7]]", "[[" + "0,".repeat(1 << 20) + "0]]"),
      text.replace("\"output\":4", "\"output\":2147483647"),
      text.replace("\"prompt\":31", "\"prompt\":2147483647")
    };
    for (String file : hostile) {
      Report report = verifier.verify(file.getBytes(StandardCharsets.UTF_8));
      assertThat(report.verdict()).as(file.substring(0, 20)).isInstanceOf(Verdict.Invalid.class);
    }
    assertThat(verifier.verify(new byte[Transcript.LIMIT + 1]).verdict())
        .isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void randomChangesNeverThrowAndNeverMakeAForgery() throws Exception {
    Random random = new Random(20261124);
    Verifier verifier = verifier(OPENED);
    byte[] file = Invented.transcript(1).encode();
    for (int i = 0; i < 3000; i++) {
      byte[] changed = file.clone();
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      if (!java.util.Arrays.equals(changed, file)) {
        assertThat(verifier.verify(changed).verdict()).isInstanceOf(Verdict.Invalid.class);
      }
    }
  }

  @Test
  void aGreenLineNeverStandsForACheckThatDidNotRun() throws Exception {
    Transcript wrong =
        new Transcript(
            Invented.receipt(),
            Invented.REQUEST + " ",
            Invented.RESPONSE,
            List.of(Invented.OUTPUT),
            Invented.SALTS);
    for (byte[] file : List.of(Invented.receipt().encode(), wrong.encode(), new byte[0])) {
      for (Report.Finding finding : verifier(SIGNED).verify(file).findings()) {
        assertThat(finding.checked().isEmpty())
            .isEqualTo(!(finding.verdict() instanceof Verdict.Valid));
      }
    }
  }

  @Test
  void theFileNamedAsModelMustBeTheModel() throws Exception {
    Path file = java.nio.file.Files.writeString(empty.resolve("other.gguf"), "another model");
    Report report =
        new Verifier(Demands.usual(), replay(file)).verify(Invented.transcript(1).encode());
    assertThat(words(report)).containsExactly("Valid", "Valid", "Invalid");
    assertThat(reasons(report))
        .contains(Invented.statement(1).model().digest().toString())
        .contains(dev.freehold.record.Digest.sha256("another model").toString());
  }

  @Test
  void aDemandedClaimThatNothingTellsOfIsUndecidable() throws Exception {
    Set<Claim> demanded = EnumSet.of(Claim.SIGNED, Claim.LOGGED);
    Report report = verifier(demanded).verify(Invented.receipt().encode());
    assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
    assertThat(reasons(report)).contains("logged: nothing in this file tells of it");
  }

  @Test
  void aDamagedCacheCountsAgainstNobody() throws Exception {
    Path cached = new ModelFiles(null, empty).cached(Invented.statement(1).model().digest());
    java.nio.file.Files.createDirectories(java.util.Objects.requireNonNull(cached.getParent()));
    java.nio.file.Files.writeString(cached, "damaged");
    Report report = verifier(ALL).verify(Invented.transcript(1).encode());
    assertThat(words(report)).containsExactly("Valid", "Valid", "Undecidable");
    assertThat(reasons(report)).contains("is damaged");
  }

  @Test
  void reportsNeverCarryControlCharactersToATerminal() throws Exception {
    Json.Obj file =
        ((Json.Obj) Json.parse(Invented.receipt().encode()))
            .with("\u001b[2J\u202eevil\n", Json.of(1));
    Report report = verifier(SIGNED).verify(CanonicalJson.bytes(file));
    assertThat(ReportText.text(report))
        .contains("\\u{1b}[2J\\u{202e}evil\\u{a}")
        .doesNotContain("\u001b")
        .doesNotContain("\u202e");
    assertThat(ReportText.json(report).write()).doesNotContain("\u202e");
  }

  private Verifier verifier(Set<Claim> required) throws Exception {
    return new Verifier(Demands.usual().with(required), replay(null));
  }

  private ReplayCheck replay(@Nullable Path model) throws Exception {
    return ReplayCheck.of(new ModelFiles(model, empty), null, 1);
  }

  private static List<String> words(Report report) {
    return report.findings().stream().map(finding -> finding.verdict().word()).toList();
  }

  private static String reasons(Report report) {
    return switch (report.verdict()) {
      case Verdict.Valid _ -> "";
      case Verdict.Invalid(List<String> reasons) -> String.join("\n", reasons);
      case Verdict.Undecidable(String why) -> why;
    };
  }
}
