// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Invented mandates; the same bytes every time. */
final class Grants {
  static final SigningKey OWNER = key("owner");
  static final SigningKey MANAGER = key("manager");
  static final SigningKey AGENT = key("agent");
  static final Timestamp FROM = Timestamp.parse("2026-11-25T00:00:00.000Z");
  static final Timestamp NOON = Timestamp.parse("2026-11-25T12:00:00.000Z");
  static final Timestamp UNTIL = Timestamp.parse("2026-11-26T00:00:00.000Z");

  private Grants() {}

  static SigningKey key(String name) {
    return SigningKey.ofSeed(Digest.sha256(name).bytes());
  }

  static Party party(SigningKey key) {
    return Party.of(key.nodeId());
  }

  /** Much of everything. */
  static Allowance wide() {
    return new Allowance(
        1000,
        Set.of(EffectKind.PAYMENT),
        Classification.CONFIDENTIAL,
        2,
        Set.of(EffectKind.values()),
        Classification.INTERNAL,
        List.of("gemma", "smollm2"),
        512,
        5_000_000,
        List.of("api.example", "localhost"),
        100_000,
        List.of("calendar", "search"),
        "EUR");
  }

  /** Less of everything. */
  static Allowance narrow() {
    return new Allowance(
        10,
        Set.of(),
        Classification.INTERNAL,
        1,
        Set.of(EffectKind.MODEL_CALL, EffectKind.TOOL_CALL),
        Classification.PUBLIC,
        List.of("smollm2"),
        64,
        0,
        List.of("localhost"),
        640,
        List.of("search"),
        "");
  }

  static Mandate.Terms terms(
      Allowance allow, SigningKey issuer, SigningKey holder, @Nullable Digest parent) {
    return new Mandate.Terms(
        allow,
        UNTIL,
        party(holder),
        FROM,
        party(issuer),
        new Nonce("000102030405060708090a0b0c0d0e0f"),
        parent);
  }

  static Mandate root() {
    return Mandate.sign(terms(wide(), OWNER, MANAGER, null), OWNER);
  }

  static Mandate child() {
    return child(narrow());
  }

  static Mandate child(Allowance allow) {
    return Mandate.sign(terms(allow, MANAGER, AGENT, root().digest()), MANAGER);
  }

  static List<Owner> owners() {
    return List.of(Owner.of(party(OWNER)));
  }

  static MandateChain.Standing check(List<Mandate> mandates, Revocation... revocations) {
    return new MandateChain(mandates).check(owners(), party(AGENT), List.of(revocations), NOON);
  }

  static MandateFault.Kind fault(MandateChain.Standing standing) {
    return switch (standing) {
      case MandateChain.Standing.InForce _ -> throw new AssertionError("in force");
      case MandateChain.Standing.Refused(MandateFault fault, int _) -> fault.kind();
    };
  }
}
