// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Salt;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Whoever performs actions for agents: it does only what a gateway licensed, exactly that, and
 * once. Safe for use by several threads.
 */
public final class RelyingParty {
  private final VerifyingKey gateway;
  private final String resource;
  private final TaggedDigest measurement;

  /** Nonces that were used, with the second in which they expire. Owned by {@link #admit}. */
  private final Map<Nonce, Long> used = new HashMap<>();

  /**
   * A party that trusts one gateway.
   *
   * @param gateway whose signature counts
   * @param resource its own name: what actions address
   * @param measurement of the program that has to have judged
   */
  public RelyingParty(VerifyingKey gateway, String resource, TaggedDigest measurement) {
    this.gateway = gateway;
    this.resource = resource;
    this.measurement = measurement;
  }

  /** Whether the action may be performed. */
  public sealed interface Admission {

    /**
     * It may, now and once.
     *
     * @param capability what licensed it
     */
    record Admitted(Capability capability) implements Admission {}

    /**
     * It may not.
     *
     * @param refusal the first check that failed
     * @param reason for a person
     */
    record Refused(Refusal refusal, String reason) implements Admission {}
  }

  /** Why an action is not performed, in the order of the checks. */
  public enum Refusal {
    MALFORMED,
    SIGNATURE,
    MEASUREMENT,
    RESOURCE,
    EXPIRED,
    REPLAYED,
    OTHER_ACTION
  }

  /**
   * Judges a request to perform an action; an admitted capability is used up.
   *
   * @param capability as it came
   * @param action what is to be performed
   * @param salt with which the gateway digested the content
   * @param content the bytes that are to be acted on
   */
  public synchronized Admission admit(
      byte[] capability, Action action, Salt salt, byte[] content, Instant now) {
    Capability licence;
    switch (Capability.decode(capability)) {
      case Parsed.Read<Capability>(Capability read) -> licence = read;
      case Parsed.Malformed<Capability>(String reason) -> {
        return refused(Refusal.MALFORMED, reason);
      }
    }
    if (!licence.signed(gateway)) {
      return refused(Refusal.SIGNATURE, "the gateway did not sign this capability");
    }
    if (!licence.measurement().equals(measurement)) {
      return refused(Refusal.MEASUREMENT, "another program judged: " + licence.measurement());
    }
    if (!licence.resource().equals(resource) || !action.resource().equals(resource)) {
      return refused(Refusal.RESOURCE, "the capability is for " + licence.resource());
    }
    if (now.getEpochSecond() > licence.expiry()) {
      return refused(Refusal.EXPIRED, "the capability expired at " + licence.expiry());
    }
    if (used.containsKey(licence.nonce())) {
      return refused(Refusal.REPLAYED, "the capability was used before");
    }
    TaggedDigest due = TaggedDigest.of(action.digest(TaggedDigest.of(salt.digest(content))));
    if (!licence.actionDigest().equals(due)) {
      return refused(Refusal.OTHER_ACTION, "this is not the action that was judged");
    }
    used.values().removeIf(expiry -> expiry < now.getEpochSecond());
    used.put(licence.nonce(), licence.expiry());
    return new Admission.Admitted(licence);
  }

  private static Admission refused(Refusal refusal, String reason) {
    return new Admission.Refused(refusal, reason);
  }
}
