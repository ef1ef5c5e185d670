// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A licence for one action, once (docs/formats/capability.md).
 *
 * @param actionDigest of the action and its salted content
 * @param evidenceDigest of the whole token that recorded the decision
 * @param expiry seconds since 1970
 * @param measurement of the program that judged
 * @param nonce counts once
 * @param resource who may do it
 * @param snapshot what was judged, or what is done instead
 * @param step the token's place
 * @param signature the gateway's; not yet believed
 */
public record Capability(
    TaggedDigest actionDigest,
    TaggedDigest evidenceDigest,
    long expiry,
    TaggedDigest measurement,
    Nonce nonce,
    String resource,
    TaggedDigest snapshot,
    long step,
    Signature signature) {
  /** The longest capability in bytes. */
  public static final int LIMIT = 4096;

  /**
   * Licenses the action of a first record.
   *
   * @param begun the record
   * @param action what it is about
   * @param content salted digest of the bytes that are to be sent
   * @throws IllegalArgumentException if the record releases nothing
   */
  public static Capability issue(
      AgentRecorder.Begun begun,
      Action action,
      TaggedDigest content,
      TaggedDigest measurement,
      Instant expiry,
      RandomGenerator random,
      SigningKey key) {
    if (!begun.decision().releases()) {
      throw new IllegalArgumentException(begun.decision() + " licenses nothing");
    }
    TaggedDigest dispatched = begun.dispatchedOrNull();
    Capability draft =
        new Capability(
            TaggedDigest.of(action.digest(content)),
            TaggedDigest.of(begun.token().digest()),
            expiry.getEpochSecond(),
            measurement,
            Nonce.random(random),
            action.resource(),
            dispatched == null ? begun.snapshot() : dispatched,
            begun.step(),
            Signature.of(new byte[Signature.BYTES]));
    return draft.with(key.sign(draft.signedBytes()));
  }

  private Capability with(Signature other) {
    return new Capability(
        actionDigest, evidenceDigest, expiry, measurement, nonce, resource, snapshot, step, other);
  }

  /** Whether the key signed it. */
  public boolean signed(VerifyingKey key) {
    return key.verify(signedBytes(), signature);
  }

  /** Why it does not belong to a token; empty where the two are of one decision. */
  public Optional<String> mismatch(Token token) {
    if (step != token.stepIndex()) {
      return Optional.of(
          "the capability is of step " + step + ", the token is step " + token.stepIndex());
    }
    if (!evidenceDigest.equals(TaggedDigest.of(token.digest()))) {
      return Optional.of("the capability was given with another token");
    }
    if (!snapshot.equals(token.dispatchedSnapshot().orElse(token.snapshot()))) {
      return Optional.of("the capability is of another snapshot than the token");
    }
    return Optional.empty();
  }

  private byte[] signedBytes() {
    return CanonicalJson.bytes(toJson().without("signature"));
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** As JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return Json.object()
        .put("action_digest", actionDigest.toString())
        .put("alg", "EdDSA")
        .put("evidence_digest", evidenceDigest.toString())
        .put("expiry", expiry)
        .put("measurement", measurement.toString())
        .put("nonce", nonce.hex())
        .put("resource", resource)
        .put("signature", HexFormat.of().formatHex(signature.bytes()))
        .put("snapshot_hash", snapshot.toString())
        .put("step_index", step)
        .build();
  }

  /** Reads the one encoding; whether the signature is right is {@link #signed} to say. */
  public static Parsed<Capability> decode(byte[] bytes) {
    try {
      Members members = new Members("the capability", Members.parse(bytes, LIMIT));
      if (!members.string("alg").equals("EdDSA")) {
        throw new Members.MalformedException("alg is not EdDSA");
      }
      Capability capability =
          new Capability(
              members.typed("action_digest", TaggedDigest::parse),
              members.typed("evidence_digest", TaggedDigest::parse),
              whole(members, "expiry"),
              members.typed("measurement", TaggedDigest::parse),
              members.typed("nonce", Nonce::new),
              members.string("resource"),
              members.typed("snapshot_hash", TaggedDigest::parse),
              whole(members, "step_index"),
              members.typed("signature", hex -> Signature.of(HexFormat.of().parseHex(hex))));
      members.end();
      Members.requireSame(capability.encode(), bytes);
      return new Parsed.Read<>(capability);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static long whole(Members members, String name) throws Members.MalformedException {
    if (members.value(name) instanceof Json.Num number
        && number.integral()
        && number.isSafeInteger()
        && number.value() >= 0) {
      return (long) number.value();
    }
    throw new Members.MalformedException("\"" + name + "\" is not a whole number of at least 0");
  }
}
