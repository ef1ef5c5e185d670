// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import static dev.freehold.evidence.note.C2spVectors.objects;
import static dev.freehold.evidence.note.C2spVectors.read;
import static dev.freehold.evidence.note.C2spVectors.reason;
import static dev.freehold.evidence.note.C2spVectors.text;
import static dev.freehold.evidence.note.C2spVectors.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.MlDsa44SigningKey;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Mutations;
import dev.freehold.evidence.note.C2spVectors;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");
  private static final SignedCheckpoint CHECKPOINT = TwoFacedLog.of("a", 0, 5).checkpoint(5);
  private static final List<String> NAMES = List.of("X1", "X2", "X3", "Y1", "Y2", "Y3");

  /** What a strict reader says of the vectors; four defects of theirs are told in the file. */
  @Test
  void judgesTheVectorsAsTheSpecificationDoes() throws Exception {
    Map<String, String> due = new LinkedHashMap<>();
    due.put("tidy", "");
    due.put("whitespace and comments", "a comment has a line of its own");
    due.put("group numerical", "duplicate witness key");
    due.put("group all", "duplicate witness key");
    due.put("group any", "duplicate witness key");
    due.put("no quorum", "defines no quorum");
    due.put("unknown quorum component", "no line before it defines 'unknown'");
    due.put("duplicate component name", "duplicate name 'w1'");
    due.put("negative threshold", "invalid threshold '-1'");
    due.put("witness name is keyword", "invalid witness name|invalid group name");
    due.put("witness URL has multiple signer names", "");
    int checked = 0;
    for (Json.Obj each : objects(C2spVectors.json("witness-policy.json"), "policies")) {
      String name = text(each, "name");
      Parsed<Policy> parsed = Policy.parse(utf8(text(each, "policy")));
      String why = String.valueOf(due.get(name));
      if (why.isEmpty()) {
        assertThat(read(parsed).witnesses()).as(name).hasSize(2);
      } else {
        assertThat(reason(parsed)).as(name).containsPattern(why);
      }
      checked++;
    }
    assertThat(checked).isEqualTo(12);
  }

  @Test
  void readsThemOnceTheirDefectsAreMended() throws Exception {
    for (Json.Obj each : objects(C2spVectors.json("witness-policy.json"), "policies")) {
      if (text(each, "expect").equals("accept")) {
        String mended =
            text(each, "policy")
                .replace("/    #comment", "/")
                .replaceAll("witness w3 .*\n", "")
                .replace(" w3", "");
        assertThat(Policy.parse(utf8(mended))).as(mended).isInstanceOf(Parsed.Read.class);
      }
    }
  }

  @Test
  void countsAsTheExampleOfTheSpecificationSays() throws Exception {
    String elided =
        text(
            objects(C2spVectors.json("spec-examples.json"), "tlog_policy").getFirst(),
            "policy_with_elided_keys");
    String filled = elided.replace("log <vkey>", "log " + TwoFacedLog.KEY);
    for (String name : NAMES) {
      filled = filled.replace(name + " <vkey>", name + " " + signer(name).verifierKey());
    }
    Policy policy = read(Policy.parse(utf8(filled)));
    for (int set = 0; set < 64; set++) {
      List<String> by = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        if ((set >> i & 1) == 1) {
          by.add(NAMES.get(i));
        }
      }
      boolean due = Integer.bitCount(set & 7) >= 2 && (set >> 3) != 0;
      Policy.Judgement.Counted counted = counted(policy, cosigned(by));
      assertThat(counted.met()).as(by.toString()).isEqualTo(due);
      assertThat(counted.cosigned().keySet().stream().map(Policy.KnownWitness::name))
          .containsExactlyElementsOf(by);
      assertThat(counted.missing()).hasSize(6 - by.size());
    }
  }

  @Test
  void aCosignatureOfMlDsa44Counts() {
    NoteSigner signer =
        NoteSigner.cosigner(new KeyName("w"), MlDsa44SigningKey.ofSeed(new byte[32]));
    Policy policy = policy("witness w " + signer.verifierKey() + "\nquorum w\n");
    assertThat(counted(policy, CHECKPOINT).met()).isFalse();
    assertThat(
            counted(policy, CHECKPOINT.with(List.of(signer.sign(CHECKPOINT.checkpoint(), NOON))))
                .met())
        .isTrue();
  }

  @Test
  void aKeyGivenAsALogsIsTheWitnessesOfTheSameKey() {
    NoteSigner.Ed25519 plain = NoteSigner.ed25519(new KeyName("X1"), key("X1"));
    Policy policy = policy("witness w " + plain.verifierKey() + "\nquorum w\n");
    assertThat(counted(policy, cosigned(List.of("X1"))).met()).isTrue();
    // A log's plain signature by that key is no witness's statement.
    assertThat(
            counted(policy, CHECKPOINT.with(List.of(plain.sign(CHECKPOINT.checkpoint(), NOON))))
                .met())
        .isFalse();
  }

  @Test
  void aFalseCosignatureRefusesTheCheckpoint() {
    SignedCheckpoint other = TwoFacedLog.of("b", 0, 6).checkpoint(6);
    SignedCheckpoint forged = CHECKPOINT.with(List.of(signer("X1").sign(other.checkpoint(), NOON)));
    Policy policy = policy("witness X1 " + signer("X1").verifierKey() + "\nquorum none\n");
    assertThat(policy.judge(forged, List.of()))
        .isInstanceOfSatisfying(
            Policy.Judgement.Refused.class, refused -> assertThat(refused.why()).contains("X1"));
  }

  @Test
  void anotherLogOrAnotherKeyOfTheLogRefusesTheCheckpoint() {
    Policy none = read(Policy.parse(utf8("quorum none\n")));
    assertThat(none.judge(CHECKPOINT, List.of())).isInstanceOf(Policy.Judgement.Refused.class);
    assertThat(none.judge(CHECKPOINT, List.of(TwoFacedLog.KEY)))
        .isInstanceOf(Policy.Judgement.Counted.class);
    NoteSigner other = NoteSigner.ed25519(TwoFacedLog.NAME, key("other"));
    Policy named = read(Policy.parse(utf8("log " + other.verifierKey() + "\nquorum none\n")));
    assertThat(named.judge(CHECKPOINT, List.of(TwoFacedLog.KEY)))
        .isInstanceOf(Policy.Judgement.Refused.class);
  }

  @Test
  void saysOfEachWrongLineWhatIsWrongWithIt() {
    String x1 = "witness X1 " + signer("X1").verifierKey() + "\n";
    String x2 = "witness X2 " + signer("X2").verifierKey() + "\n";
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put("quorum none\nquorum none\n", "line 2: there is a second quorum");
    wrong.put("quorum X1\n" + x1, "line 1: no line before it defines 'X1'");
    wrong.put(x1 + "group g all X1 X1\nquorum g\n", "'X1' is a member twice");
    wrong.put(x1 + x2 + "group g any X1\ngroup h all X1 X2\nquorum h\n", "'X1' is a member twice");
    wrong.put(x1 + "group g 2 X1\nquorum g\n", "invalid threshold '2'");
    wrong.put(x1 + "group g 0 X1\nquorum g\n", "invalid threshold '0'");
    wrong.put(x1 + "group g 01 X1\nquorum g\n", "invalid threshold '01'");
    wrong.put(x1 + "group g all\nquorum g\n", "a group is written");
    wrong.put(x1 + "group g all g\nquorum g\n", "no line before it defines 'g'");
    wrong.put(x1 + "group g all none\nquorum g\n", "no line before it defines 'none'");
    wrong.put(x1 + "group X1 all X1\nquorum X1\n", "duplicate name 'X1'");
    wrong.put("log " + TwoFacedLog.KEY + " u v\nquorum none\n", "it has 4 words");
    wrong.put("log " + signer("X1").verifierKey() + "\nquorum none\n", "no log signs with this");
    wrong.put(
        "log " + TwoFacedLog.KEY + "\nlog " + TwoFacedLog.KEY + "\nquorum none\n", "duplicate log");
    wrong.put("log x+00000000+AA==\nquorum none\n", "not a verifier key");
    wrong.put("Quorum none\n", "there is no item 'Quorum'");
    wrong.put("quorum none\r\n", "control character");
    wrong.put("quorum none # that's all\n", "a comment has a line of its own");
    wrong.put("", "defines no quorum");
    wrong.forEach(
        (policy, why) -> assertThat(reason(Policy.parse(utf8(policy)))).as(policy).contains(why));
  }

  @Test
  void namesAreOctetsWhateverTheyShow() {
    String x1 = "witness \u0080 " + signer("X1").verifierKey() + "\n";
    String x2 = "witness \u0081 " + signer("X2").verifierKey() + "\n";
    byte[] octets =
        ("log " + TwoFacedLog.KEY + "\n" + x1 + x2 + "group g all \u0080 \u0081\nquorum g\n")
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    Policy policy = read(Policy.parse(octets));
    assertThat(counted(policy, cosigned(List.of("X1"))).met()).isFalse();
    assertThat(counted(policy, cosigned(List.of("X1", "X2"))).met()).isTrue();
  }

  @Test
  void neverFailsOtherwise() {
    StringBuilder text = new StringBuilder("log " + TwoFacedLog.KEY + " https://x\n");
    NAMES.forEach(name -> text.append("witness " + name + " " + signer(name).verifierKey() + "\n"));
    text.append("group a 2 X1 X2 X3\ngroup b any Y1 Y2 Y3 a\nquorum b\n");
    Random random = new Random(20261129);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.of(utf8(text.toString()), random);
      if (Policy.parse(bytes) instanceof Parsed.Read<Policy>(Policy policy)) {
        assertThat(policy.judge(CHECKPOINT, List.of())).isNotNull();
        read++;
      }
    }
    assertThat(read).isPositive();
  }

  private static Policy policy(String rest) {
    return read(Policy.parse(utf8("log " + TwoFacedLog.KEY + "\n" + rest)));
  }

  private static Policy.Judgement.Counted counted(Policy policy, SignedCheckpoint signed) {
    return (Policy.Judgement.Counted) policy.judge(signed, List.of());
  }

  private static SignedCheckpoint cosigned(List<String> names) {
    return CHECKPOINT.with(
        names.stream().map(name -> signer(name).sign(CHECKPOINT.checkpoint(), NOON)).toList());
  }

  private static NoteSigner signer(String name) {
    return NoteSigner.cosigner(new KeyName(name), key(name));
  }

  private static SigningKey key(String name) {
    return SigningKey.ofSeed(Digest.sha256(name).bytes());
  }
}
