// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import dev.freehold.crypto.Signature;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A Proof-of-Control evidence token that passed schema, canonical form and semantics
 * (docs/formats/token.md). Whether somebody signed it is {@link #verify}'s to say.
 */
public final class Token {
  /** The one profile whose claims are interpreted. */
  public static final String PROFILE = "https://advancedaisociety.org/poc/v0.1";

  /** The longest token in bytes. */
  public static final int LIMIT = 1 << 20;

  private static final String SIGNATURE = "signature";

  private final Json.Obj body;
  private final Json.Obj claims;

  private Token(Json.Obj body) {
    this.body = body;
    this.claims = object(body, "poc_claims");
  }

  /** Reads a token and makes every check but that of the signature. */
  public static TokenReading read(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return refused(TokenFault.SYNTAX, "longer than the limit of " + LIMIT + " bytes");
    }
    Json value;
    try {
      value = Json.parse(bytes);
    } catch (JsonException e) {
      return refused(
          e.duplicateName() ? TokenFault.DUPLICATE_KEY : TokenFault.SYNTAX,
          String.valueOf(e.getMessage()));
    }
    return of(value);
  }

  /** Makes every check but that of the signature on a token that was read with what holds it. */
  public static TokenReading of(Json value) {
    try {
      Json.Obj body = TokenRules.check(value);
      Token token = new Token(body);
      return new TokenReading.Accepted(token, List.of(token.warning()));
    } catch (TokenRules.FaultException e) {
      return refused(e.fault(), e.reason());
    }
  }

  /** Reads a token and makes every check. */
  public static TokenReading verify(byte[] bytes, VerifyingKey key) {
    return switch (read(bytes)) {
      case TokenReading.Accepted(Token token, List<String> _) -> token.verify(key);
      case TokenReading.Refused refused -> refused;
      case TokenReading.Undecided undecided -> undecided;
    };
  }

  /** Checks the signature. */
  public TokenReading verify(VerifyingKey key) {
    Optional<Json> signature = body.get(SIGNATURE);
    if (signature.isEmpty()) {
      return refused(TokenFault.UNSIGNED, "there is no signature");
    }
    if (!algorithm().equals("EdDSA")) {
      return new TokenReading.Undecided(
          this, "signatures of " + algorithm() + " are not checked here, only those of EdDSA");
    }
    String hex = ((Json.Str) signature.get()).value();
    if (hex.length() != 2 * Signature.BYTES) {
      return refused(
          TokenFault.SIGNATURE,
          "an Ed25519 signature has " + 2 * Signature.BYTES + " digits, this has " + hex.length());
    }
    if (!key.verify(signedBytes(), Signature.of(HexFormat.of().parseHex(hex)))) {
      return refused(TokenFault.SIGNATURE, "the key " + key + " did not sign this token");
    }
    return new TokenReading.Accepted(this, List.of(warning()));
  }

  private static TokenReading refused(TokenFault fault, String reason) {
    return new TokenReading.Refused(fault, reason);
  }

  private String warning() {
    return platform().equals("SOFTWARE")
        ? "platform SOFTWARE: no hardware isolation; the token alone supports Tier 2 at most"
        : "platform "
            + platform()
            + " is a name here, without a quote: the token alone supports Tier 2 at most";
  }

  /** The canonical bytes, signature included. */
  public byte[] encode() {
    return CanonicalJson.bytes(body);
  }

  /** The bytes that a signature covers. */
  public byte[] signedBytes() {
    return CanonicalJson.bytes(body.without(SIGNATURE));
  }

  /** The name of the whole token: SHA-256 of {@link #encode}. */
  public Digest digest() {
    return Digest.sha256(encode());
  }

  /** SHA-256 of {@link #signedBytes}. */
  public Digest bodyDigest() {
    return Digest.sha256(signedBytes());
  }

  /** The whole token. */
  public Json.Obj toJson() {
    return body;
  }

  /** The Proof-of-Control claims, extensions included. */
  public Json.Obj claims() {
    return claims;
  }

  /** Who issued it. */
  public String issuer() {
    return text(body, "iss");
  }

  /** When, in seconds since 1970. */
  public long issuedAt() {
    return number(body, "iat");
  }

  /** The challenge that it answers. */
  public String nonce() {
    return text(body, "nonce");
  }

  /** Whose chain it belongs to. */
  public String agent() {
    return text(claims, "agent_id");
  }

  /** On whose authority the agent acts. */
  public String principal() {
    return text(claims, "initiating_user");
  }

  /** The hook. */
  public InterceptionPoint point() {
    return InterceptionPoint.valueOf(text(claims, "interception_point"));
  }

  /** Its place in the agent's chain. */
  public long stepIndex() {
    return number(claims, "step_index");
  }

  /** Number of leaves under {@link #merkleRoot}. */
  public long treeSize() {
    return number(claims, "tree_size");
  }

  /** The chain's head with this step. */
  public TaggedDigest chainHead() {
    return digest("chain_head");
  }

  /** The tree's root with this step. */
  public TaggedDigest merkleRoot() {
    return digest("merkle_root");
  }

  /** The policy that decided. */
  public TaggedDigest policyBundle() {
    return digest("policy_bundle_hash");
  }

  /** What the policy judged. */
  public TaggedDigest snapshot() {
    return digest("canonical_snapshot_hash");
  }

  /** What was done, where that differs from what was proposed. */
  public Optional<TaggedDigest> dispatchedSnapshot() {
    return claims.get("dispatched_snapshot_hash").isPresent()
        ? Optional.of(digest("dispatched_snapshot_hash"))
        : Optional.empty();
  }

  /** What the agent's path had added up to. */
  public TaggedDigest pathSummary() {
    return digest("path_summary_hash");
  }

  /** What the action addresses. */
  public String target() {
    return text(claims, "target_resource");
  }

  /** The decision. */
  public Decision decision() {
    return Decision.valueOf(text(claims, "verdict"));
  }

  /** The signature's algorithm. */
  public String algorithm() {
    return text(claims, "alg");
  }

  /** What vouches for the measurement. */
  public String platform() {
    return text(attestation(), "platform");
  }

  /** The measurement of what judged. */
  public TaggedDigest measurement() {
    return TaggedDigest.parse(text(attestation(), "measurement"));
  }

  private Json.Obj attestation() {
    return object(object(body, "submods"), "attestation");
  }

  private TaggedDigest digest(String name) {
    return TaggedDigest.parse(text(claims, name));
  }

  private static Json.Obj object(Json.Obj in, String name) {
    return (Json.Obj) in.get(name).orElseThrow();
  }

  private static String text(Json.Obj in, String name) {
    return ((Json.Str) in.get(name).orElseThrow()).value();
  }

  private static long number(Json.Obj in, String name) {
    return (long) ((Json.Num) in.get(name).orElseThrow()).value();
  }

  /** An extension claim that is a string. */
  Optional<String> extension(String name) {
    return claims.get(name).filter(Json.Str.class::isInstance).map(v -> ((Json.Str) v).value());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Token that && body.equals(that.body);
  }

  @Override
  public int hashCode() {
    return body.hashCode();
  }

  @Override
  public String toString() {
    return "token " + stepIndex() + " of " + agent();
  }
}
