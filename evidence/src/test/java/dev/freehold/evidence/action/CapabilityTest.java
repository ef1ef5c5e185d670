// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Mutations;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Salt;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapabilityTest {
  private static final Instant NOW = Instant.parse("2026-11-25T04:00:00Z");
  private static final Salt SALT = new Salt("000102030405060708090a0b0c0d0e0f");
  private static final byte[] CONTENT = "pay 3 to Bob".getBytes(StandardCharsets.UTF_8);
  private static final Action ACTION =
      new Action(EffectKind.PAYMENT, "bank.example", Classification.INTERNAL, 3_000_000);
  private static final byte[] BYTES = issue(Walks.recorder(Walks.KEY), Walks.KEY).encode();

  @Test
  void admitsWhatWasJudgedOnce() {
    RelyingParty party = party();
    assertThat(party.admit(BYTES, ACTION, SALT, CONTENT, NOW))
        .isInstanceOf(RelyingParty.Admission.Admitted.class);
    assertThat(refusal(party.admit(BYTES, ACTION, SALT, CONTENT, NOW)))
        .isEqualTo(RelyingParty.Refusal.REPLAYED);
    // Once it is expired, its nonce need not be kept: it is refused for its age.
    assertThat(refusal(party.admit(BYTES, ACTION, SALT, CONTENT, NOW.plusSeconds(61))))
        .isEqualTo(RelyingParty.Refusal.EXPIRED);
  }

  @Test
  void admitsUntilTheLastSecond() {
    assertThat(party().admit(BYTES, ACTION, SALT, CONTENT, NOW.plusSeconds(60)))
        .isInstanceOf(RelyingParty.Admission.Admitted.class);
  }

  @Test
  void refusesEveryOtherAction() {
    RelyingParty party = party();
    byte[] other = "pay 3 to Eve".getBytes(StandardCharsets.UTF_8);
    assertThat(refusal(party.admit(BYTES, ACTION, SALT, other, NOW)))
        .isEqualTo(RelyingParty.Refusal.OTHER_ACTION);
    assertThat(
            refusal(
                party.admit(
                    BYTES, ACTION, new Salt("ff0102030405060708090a0b0c0d0e0f"), CONTENT, NOW)))
        .isEqualTo(RelyingParty.Refusal.OTHER_ACTION);
    for (Action action :
        new Action[] {
          new Action(EffectKind.PAYMENT, "bank.example", Classification.INTERNAL, 3_000_001),
          new Action(EffectKind.PAYMENT, "bank.example", Classification.PUBLIC, 3_000_000),
          new Action(EffectKind.TOOL_CALL, "bank.example", Classification.INTERNAL, 0)
        }) {
      assertThat(refusal(party.admit(BYTES, action, SALT, CONTENT, NOW)))
          .isEqualTo(RelyingParty.Refusal.OTHER_ACTION);
    }
    // None of these used the capability up.
    assertThat(party.admit(BYTES, ACTION, SALT, CONTENT, NOW))
        .isInstanceOf(RelyingParty.Admission.Admitted.class);
  }

  @Test
  void refusesAtAnotherPlaceAndUnderAnotherProgramAndFromAnotherGateway() {
    assertThat(
            refusal(
                new RelyingParty(Walks.KEY.verifyingKey(), "other.example", Walks.PROGRAM)
                    .admit(BYTES, ACTION, SALT, CONTENT, NOW)))
        .isEqualTo(RelyingParty.Refusal.RESOURCE);
    Action elsewhere =
        new Action(EffectKind.PAYMENT, "other.example", Classification.INTERNAL, 3_000_000);
    assertThat(refusal(party().admit(BYTES, elsewhere, SALT, CONTENT, NOW)))
        .isEqualTo(RelyingParty.Refusal.RESOURCE);
    assertThat(
            refusal(
                new RelyingParty(
                        Walks.KEY.verifyingKey(), "bank.example", Walks.digest("another program"))
                    .admit(BYTES, ACTION, SALT, CONTENT, NOW)))
        .isEqualTo(RelyingParty.Refusal.MEASUREMENT);
    assertThat(
            refusal(
                new RelyingParty(Walks.OTHER.verifyingKey(), "bank.example", Walks.PROGRAM)
                    .admit(BYTES, ACTION, SALT, CONTENT, NOW)))
        .isEqualTo(RelyingParty.Refusal.SIGNATURE);
  }

  @ParameterizedTest
  @CsvSource({
    "alg, '\"none\"'",
    "alg, '\"ES256\"'",
    "expiry, -1",
    "expiry, '\"9\"'",
    "step_index, 0.5",
    "nonce, '\"00\"'",
    "action_digest, '\"sha256:00\"'",
    "snapshot_hash, null",
    "signature, '\"00\"'",
    "signature, '\"zz\"'",
    "extra, 1"
  })
  void refusesWhatIsNoCapability(String name, String json) {
    Json.Obj changed = ((Json.Obj) Json.parse(BYTES)).with(name, Json.parse(json));
    assertThat(refusal(party().admit(CanonicalJson.bytes(changed), ACTION, SALT, CONTENT, NOW)))
        .isEqualTo(RelyingParty.Refusal.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "action_digest",
        "alg",
        "evidence_digest",
        "expiry",
        "measurement",
        "nonce",
        "resource",
        "signature",
        "snapshot_hash",
        "step_index"
      })
  void demandsEveryMember(String name) {
    Json.Obj changed = ((Json.Obj) Json.parse(BYTES)).without(name);
    assertThat(Capability.decode(CanonicalJson.bytes(changed)))
        .isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void refusesEveryChangedByteAndEveryPart() {
    for (int at = 0; at < BYTES.length; at++) {
      byte[] changed = BYTES.clone();
      changed[at] ^= 1;
      assertThat(party().admit(changed, ACTION, SALT, CONTENT, NOW))
          .isInstanceOf(RelyingParty.Admission.Refused.class);
      assertThat(Capability.decode(Arrays.copyOf(BYTES, at))).isInstanceOf(Parsed.Malformed.class);
    }
  }

  @Test
  void neverFailsOtherwiseOnRandomChanges() {
    long seed = 714;
    Random random = new Random(seed);
    RelyingParty party = party();
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = Mutations.of(BYTES, random);
      assertThat(
              Arrays.equals(changed, BYTES)
                  || party.admit(changed, ACTION, SALT, CONTENT, NOW)
                      instanceof RelyingParty.Admission.Refused)
          .as("seed %d, round %d", seed, i)
          .isTrue();
    }
  }

  @Test
  void aRefusedActionGetsNone() {
    for (Decision decision : new Decision[] {Decision.DENY, Decision.ESCALATE}) {
      AgentRecorder.Begun begun =
          Walks.recorder(Walks.KEY)
              .before(new AgentRecorder.Judged(ACTION, content(), decision, null, 0, "", null));
      assertThatThrownBy(() -> capability(begun, Walks.KEY))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("licenses nothing");
    }
  }

  @Test
  void belongsToOneTokenOnly() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    AgentRecorder.Begun first = begin(recorder);
    AgentRecorder.Begun second = begin(recorder);
    Capability capability = capability(first, Walks.KEY);
    assertThat(capability.mismatch(Walks.read(first.token()))).isEmpty();
    assertThat(capability.mismatch(Walks.read(second.token()))).get().asString().contains("step");
    AgentRecorder.Begun elsewhere = begin(Walks.recorder(Walks.OTHER));
    assertThat(capability.mismatch(Walks.read(elsewhere.token())))
        .get()
        .asString()
        .contains("another token");
  }

  static Capability issue(AgentRecorder recorder, SigningKey key) {
    return capability(begin(recorder), key);
  }

  private static AgentRecorder.Begun begin(AgentRecorder recorder) {
    return recorder.before(
        new AgentRecorder.Judged(ACTION, content(), Decision.ALLOW, null, 0, "", null));
  }

  private static Capability capability(AgentRecorder.Begun begun, SigningKey key) {
    return Capability.issue(
        begun, ACTION, content(), Walks.PROGRAM, NOW.plusSeconds(60), new Random(1), key);
  }

  private static TaggedDigest content() {
    return TaggedDigest.of(SALT.digest(CONTENT));
  }

  private static RelyingParty party() {
    return new RelyingParty(Walks.KEY.verifyingKey(), "bank.example", Walks.PROGRAM);
  }

  private static RelyingParty.Refusal refusal(RelyingParty.Admission admission) {
    return switch (admission) {
      case RelyingParty.Admission.Admitted _ -> throw new AssertionError("admitted");
      case RelyingParty.Admission.Refused(RelyingParty.Refusal refusal, String reason) -> {
        assertThat(reason).isNotBlank();
        yield refusal;
      }
    };
  }
}
