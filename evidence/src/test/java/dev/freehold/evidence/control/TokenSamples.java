// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.util.HexFormat;

/** Tokens of invented actions; the same bytes every time. */
final class TokenSamples {
  static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);

  private TokenSamples() {}

  /** A token without extensions: step 0 of a chain. */
  static Json.Obj unsigned() {
    Digest snapshot = Digest.sha256("snapshot");
    AgentChain.Link link = new AgentChain().link(TaggedDigest.of(snapshot), Decision.ALLOW);
    return Json.object()
        .put("eat_profile", Token.PROFILE)
        .put("iat", 1764000000)
        .put("iss", KEY.nodeId().toString())
        .put("nonce", "n-000001")
        .put(
            "poc_claims",
            Json.object()
                .put("agbom_digest", tagged("bill of materials"))
                .put("agent_id", KEY.nodeId().toString())
                .put("alg", "EdDSA")
                .put("canonical_snapshot_hash", TaggedDigest.of(snapshot).toString())
                .put("chain_head", link.chainHead().toString())
                .put("initiating_user", "did:key:owner")
                .put("interception_point", "PRE_CALL_TOOL_INVOCATION")
                .put("merkle_root", link.merkleRoot().toString())
                .put("path_summary_hash", tagged("path"))
                .put("policy_bundle_hash", tagged("policy"))
                .put("reason", "within the mandate")
                .put("step_index", 0)
                .put("target_resource", "POST /v1/chat/completions")
                .put("tree_size", 1)
                .put("verdict", "ALLOW")
                .build())
        .put(
            "submods",
            Json.object()
                .put(
                    "attestation",
                    Json.object()
                        .put("measurement", tagged("program"))
                        .put("platform", "SOFTWARE")
                        .build())
                .build())
        .build();
  }

  /** With one claim replaced, or added. */
  static Json.Obj withClaim(String name, Json value) {
    return withClaims(claims().with(name, value));
  }

  static Json.Obj withClaims(Json.Obj claims) {
    return unsigned().with("poc_claims", claims);
  }

  static Json.Obj claims() {
    return (Json.Obj) unsigned().get("poc_claims").orElseThrow();
  }

  static Json.Obj attested(String platform, String measurement) {
    return unsigned()
        .with(
            "submods",
            Json.object()
                .put(
                    "attestation",
                    Json.object().put("measurement", measurement).put("platform", platform).build())
                .build());
  }

  /** Signed rightly, whatever it says: so that the reason of a refusal is never the signature. */
  static byte[] sign(Json.Obj unsigned) {
    String signature = HexFormat.of().formatHex(KEY.sign(CanonicalJson.bytes(unsigned)).bytes());
    return CanonicalJson.bytes(unsigned.with("signature", Json.of(signature)));
  }

  static Token read(byte[] bytes) {
    return switch (Token.read(bytes)) {
      case TokenReading.Accepted(Token token, var _) -> token;
      case TokenReading.Refused(TokenFault fault, String reason) ->
          throw new AssertionError(fault + ": " + reason);
      case TokenReading.Undecided(Token _, String why) -> throw new AssertionError(why);
    };
  }

  static String tagged(String text) {
    return TaggedDigest.of(Digest.sha256(text)).toString();
  }
}
