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
import org.jspecify.annotations.Nullable;

/**
 * Writes our tokens as canonical JSON, member by member in the order that RFC 8785 demands: no tree
 * of values is built, since a gateway writes three for each action. {@link Token} reads them. Not
 * safe for use by several threads at once.
 */
final class TokenWriter {
  private static final byte[] START =
      TokenText.piece("{\"eat_profile\":\"" + Token.PROFILE + "\",\"iat\":");
  private static final byte[] CHAIN_HEAD = TokenText.piece(",\"chain_head\":\"");
  private static final byte[] DISPATCHED = TokenText.piece(",\"dispatched_snapshot_hash\":\"");
  private static final byte[] ACTION = TokenText.piece(",\"freehold_action\":\"");
  private static final byte[] AMOUNT = TokenText.piece(",\"freehold_amount\":");
  private static final byte[] CLASS = TokenText.piece(",\"freehold_class\":\"");
  private static final byte[] CONTENT = TokenText.piece(",\"freehold_content\":\"");
  private static final byte[] EFFECT = TokenText.piece(",\"freehold_effect\":\"");
  private static final byte[] EPOCH = TokenText.piece(",\"freehold_epoch\":\"");
  private static final byte[] MANDATE = TokenText.piece(",\"freehold_mandate\":\"");
  private static final byte[] OUTCOME = TokenText.piece(",\"freehold_outcome\":\"");
  private static final byte[] PHASE = TokenText.piece(",\"freehold_phase\":\"");
  private static final byte[] PREVIOUS = TokenText.piece(",\"freehold_previous\":\"");
  private static final byte[] RECEIPT = TokenText.piece(",\"freehold_receipt\":");
  private static final byte[] STATUS = TokenText.piece(",\"freehold_status\":");
  private static final byte[] TIME = TokenText.piece(",\"freehold_time\":\"");
  private static final byte[] TOKENS = TokenText.piece(",\"freehold_tokens\":");
  private static final byte[] USER = TokenText.piece(",\"initiating_user\":");
  private static final byte[] POINT = TokenText.piece(",\"interception_point\":\"");
  private static final byte[] ROOT = TokenText.piece(",\"merkle_root\":\"");
  private static final byte[] PATH = TokenText.piece(",\"path_summary_hash\":\"");
  private static final byte[] POLICY = TokenText.piece(",\"policy_bundle_hash\":\"");
  private static final byte[] REASON = TokenText.piece(",\"reason\":");
  private static final byte[] STEP = TokenText.piece(",\"step_index\":");
  private static final byte[] RESOURCE = TokenText.piece(",\"target_resource\":");
  private static final byte[] SIZE = TokenText.piece(",\"tree_size\":");
  private static final byte[] VERDICT = TokenText.piece(",\"verdict\":\"");
  private static final byte[] CLAIMS_END = TokenText.piece("},");

  private final SigningKey key;
  private final byte[] issuer;
  private final byte[] agent;
  private final byte[] measurement;
  private final AgentTerms terms;

  /** What stands in all tokens under these terms. */
  private final byte[] mandate;

  private final byte[] principal;
  private final byte[] policy;

  /** Kept, so that its room is made once. */
  private final TokenText out = new TokenText();

  TokenWriter(SigningKey key, AgentTerms terms) {
    this.key = key;
    this.terms = terms;
    this.mandate = new TokenText().piece(MANDATE).digest(terms.mandate()).bytes();
    this.principal = new TokenText().piece(USER).quoted(terms.principal()).bytes();
    this.policy = new TokenText().piece(POLICY).digest(terms.policy()).bytes();
    this.issuer = TokenText.piece(",\"iss\":" + quoted(key.nodeId().toString()) + ",\"nonce\":");
    this.agent =
        (",\"poc_claims\":{\"agbom_digest\":\""
                + terms.billOfMaterials()
                + "\",\"agent_id\":"
                + quoted(terms.agent())
                + ",\"alg\":\"EdDSA\",\"canonical_snapshot_hash\":\"")
            .getBytes(StandardCharsets.UTF_8);
    this.measurement =
        TokenText.piece(
            "\"submods\":{\"attestation\":{\"measurement\":\""
                + terms.measurement()
                + "\",\"platform\":\"SOFTWARE\"}}}");
  }

  /** Writes one step, which is signed later. */
  SignedToken write(
      StepClaims claims,
      AgentHistory.OpenAction action,
      AgentChain.Link link,
      @Nullable Digest previousOrNull,
      String nonce,
      String reason) {
    out.clear();
    out.piece(START).number(claims.time().instant().getEpochSecond());
    out.piece(issuer).quoted(nonce).piece(agent).digest(action.snapshot());
    out.piece(CHAIN_HEAD).digest(link.chainHead());
    TaggedDigest dispatched = action.dispatchedOrNull();
    if (dispatched != null) {
      out.piece(DISPATCHED).digest(dispatched);
    }
    extension(claims, previousOrNull);
    if (action.principal().equals(terms.principal())) {
      out.piece(principal);
    } else {
      out.piece(USER).quoted(action.principal());
    }
    member(POINT, claims.phase().point().name());
    out.piece(ROOT).digest(link.merkleRoot());
    out.piece(PATH).digest(action.pathSummary());
    if (action.policy().equals(terms.policy())) {
      out.piece(policy);
    } else {
      out.piece(POLICY).digest(action.policy());
    }
    out.piece(REASON).quoted(reason).piece(STEP).number(link.stepIndex());
    out.piece(RESOURCE).quoted(action.target()).piece(SIZE).number(link.treeSize());
    member(VERDICT, action.decision().name());
    out.piece(CLAIMS_END);
    int before = out.length();
    out.piece(measurement);
    return new SignedToken(key, out.room(), out.length(), before);
  }

  /** Closes a chain's last step with the token that was written last. */
  void close(AgentChain chain) {
    chain.close(out.room(), out.length());
  }

  private void extension(StepClaims claims, @Nullable Digest previousOrNull) {
    member(ACTION, claims.action().hex());
    if (claims.phase() == Phase.BEFORE) {
      if (claims.effect() == EffectKind.PAYMENT) {
        out.piece(AMOUNT).number(claims.amount());
      }
      Classification classification = claims.classificationOrNull();
      member(CLASS, (classification == null ? Classification.PUBLIC : classification).text());
    }
    out.piece(CONTENT).digest(claims.content());
    member(EFFECT, claims.effect().text());
    TaggedDigest epoch = claims.epochOrNull();
    if (epoch != null) {
      out.piece(EPOCH).digest(epoch);
    }
    // An action may have begun under other terms.
    if (claims.mandate().equals(terms.mandate())) {
      out.piece(mandate);
    } else {
      out.piece(MANDATE).digest(claims.mandate());
    }
    Outcome outcome = claims.outcomeOrNull();
    if (outcome != null) {
      member(OUTCOME, outcome.text());
    }
    member(PHASE, claims.phase().text());
    if (previousOrNull != null) {
      out.piece(PREVIOUS).digest(TaggedDigest.of(previousOrNull));
    }
    String receipt = claims.receiptOrNull();
    if (receipt != null) {
      out.piece(RECEIPT).quoted(receipt);
    }
    Integer status = claims.statusOrNull();
    if (status != null) {
      out.piece(STATUS).number(status);
    }
    member(TIME, claims.time().toString());
    if (claims.effect() == EffectKind.MODEL_CALL && claims.phase() != Phase.DURING) {
      out.piece(TOKENS).number(claims.tokens());
    }
  }

  /** A member whose value needs no escape. */
  private void member(byte[] name, String value) {
    out.piece(name).text(value).quote();
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
