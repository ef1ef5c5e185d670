// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.control.AgentChain;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Writes our tokens as canonical JSON, member by member in the order that RFC 8785 demands: no tree
 * of values is built, since a gateway writes three for each action. {@link Token} reads them. Not
 * safe for use by several threads at once.
 */
final class TokenWriter {
  private final SigningKey key;
  private final String beforeStep;
  private final String measurement;
  private final String agent;

  /** Kept, so that its room is made once. */
  private final StringBuilder out = new StringBuilder(4096);

  TokenWriter(SigningKey key, AgentTerms terms) {
    this.key = key;
    this.agent =
        "\"agbom_digest\":\""
            + terms.billOfMaterials()
            + "\",\"agent_id\":"
            + quoted(terms.agent());
    this.beforeStep = ",\"iss\":" + quoted(key.nodeId().toString()) + ",\"nonce\":";
    this.measurement =
        "\"submods\":{\"attestation\":{\"measurement\":\""
            + terms.measurement()
            + "\",\"platform\":\"SOFTWARE\"}}}";
  }

  /** Signs one step. */
  SignedToken write(
      StepClaims claims,
      AgentHistory.OpenAction action,
      AgentChain.Link link,
      @Nullable Digest previousOrNull,
      String nonce,
      String reason) {
    out.setLength(0);
    out.append("{\"eat_profile\":\"").append(Token.PROFILE).append("\",\"iat\":");
    out.append(claims.time().instant().getEpochSecond()).append(beforeStep).append(quoted(nonce));
    out.append(",\"poc_claims\":{").append(agent).append(",\"alg\":\"EdDSA\"");
    digest(out, "canonical_snapshot_hash", action.snapshot());
    digest(out, "chain_head", link.chainHead());
    TaggedDigest dispatched = action.dispatchedOrNull();
    if (dispatched != null) {
      digest(out, "dispatched_snapshot_hash", dispatched);
    }
    extension(out, claims, previousOrNull);
    out.append(",\"initiating_user\":").append(quoted(action.principal()));
    text(out, "interception_point", claims.phase().point().name());
    digest(out, "merkle_root", link.merkleRoot());
    out.append(",\"path_summary_hash\":\"").append(action.pathSummary());
    out.append("\",\"policy_bundle_hash\":\"").append(action.policy()).append("\",\"reason\":");
    out.append(quoted(reason)).append(",\"step_index\":").append(link.stepIndex());
    out.append(",\"target_resource\":").append(quoted(action.target()));
    out.append(",\"tree_size\":").append(link.treeSize());
    text(out, "verdict", action.decision().name());
    out.append("},");
    out.append(measurement);
    byte[] unsigned = out.toString().getBytes(StandardCharsets.UTF_8);
    byte[] signature =
        ("\"signature\":\"" + HexFormat.of().formatHex(key.sign(unsigned).bytes()) + "\",")
            .getBytes(StandardCharsets.US_ASCII);
    int after = measurement.length();
    int before = unsigned.length - after;
    byte[] signed = Arrays.copyOf(unsigned, unsigned.length + signature.length);
    System.arraycopy(signature, 0, signed, before, signature.length);
    System.arraycopy(unsigned, before, signed, before + signature.length, after);
    return new SignedToken(signed, Digest.sha256(signed));
  }

  private static void extension(
      StringBuilder out, StepClaims claims, @Nullable Digest previousOrNull) {
    text(out, "freehold_action", claims.action().hex());
    if (claims.phase() == Phase.BEFORE) {
      if (claims.effect() == EffectKind.PAYMENT) {
        out.append(",\"freehold_amount\":").append(claims.amount());
      }
      Classification classification = claims.classificationOrNull();
      text(
          out,
          "freehold_class",
          (classification == null ? Classification.PUBLIC : classification).text());
    }
    digest(out, "freehold_content", claims.content());
    text(out, "freehold_effect", claims.effect().text());
    TaggedDigest epoch = claims.epochOrNull();
    if (epoch != null) {
      digest(out, "freehold_epoch", epoch);
    }
    digest(out, "freehold_mandate", claims.mandate());
    Outcome outcome = claims.outcomeOrNull();
    if (outcome != null) {
      text(out, "freehold_outcome", outcome.text());
    }
    text(out, "freehold_phase", claims.phase().text());
    if (previousOrNull != null) {
      digest(out, "freehold_previous", TaggedDigest.of(previousOrNull));
    }
    String receipt = claims.receiptOrNull();
    if (receipt != null) {
      out.append(",\"freehold_receipt\":").append(quoted(receipt));
    }
    Integer status = claims.statusOrNull();
    if (status != null) {
      out.append(",\"freehold_status\":").append(status.intValue());
    }
    text(out, "freehold_time", claims.time().toString());
    if (claims.effect() == EffectKind.MODEL_CALL && claims.phase() != Phase.DURING) {
      out.append(",\"freehold_tokens\":").append(claims.tokens());
    }
  }

  private static void digest(StringBuilder out, String name, TaggedDigest value) {
    out.append(",\"").append(name).append("\":\"").append(value.algorithm().tag()).append(':');
    out.append(value.hex()).append('"');
  }

  /** A member whose value needs no escape. */
  private static void text(StringBuilder out, String name, String value) {
    out.append(",\"").append(name).append("\":\"").append(value).append('"');
  }

  /** A JSON string. Most need no escape, and get none without being looked at twice. */
  static String quoted(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
        return CanonicalJson.text(Json.of(text));
      }
    }
    return "\"" + text + "\"";
  }
}
