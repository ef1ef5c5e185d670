// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Histories of invented agents; the same bytes for the same seed. */
final class Walks {
  static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  static final SigningKey OTHER = SigningKey.ofSeed(Digest.sha256("other").bytes());
  static final TaggedDigest PROGRAM = digest("program");
  static final String RESOURCE = "POST /v1/chat/completions";

  private Walks() {}

  /** A clock that a test moves. */
  static final class Hand implements InstantSource {
    Instant now = Instant.parse("2026-11-25T04:00:00.123Z");

    @Override
    public Instant instant() {
      return now;
    }
  }

  static AgentTerms terms() {
    return new AgentTerms(
        KEY.nodeId().toString(),
        "did:key:owner",
        digest("bill of materials"),
        digest("policy"),
        digest("mandate"),
        PROGRAM);
  }

  static AgentRecorder recorder(SigningKey key) {
    return new AgentRecorder(key, terms(), new Hand(), new Random(7));
  }

  static AgentRecorder.Judged asked(String content, Decision decision, long tokens) {
    return judged(Action.of(EffectKind.MODEL_CALL, RESOURCE), content, decision, tokens);
  }

  static AgentRecorder.Judged judged(
      Action action, String content, Decision decision, long tokens) {
    return new AgentRecorder.Judged(
        action,
        digest(content),
        decision,
        decision == Decision.MODIFY ? digest(content + ", narrower") : null,
        tokens,
        "within the mandate",
        null);
  }

  /** Three records of an answer. */
  static List<Token> answer(AgentRecorder recorder, String content) {
    AgentRecorder.Begun begun = recorder.before(asked(content, Decision.ALLOW, 100));
    return List.of(
        read(begun.token()),
        read(recorder.during(begun.action(), digest(content))),
        read(recorder.after(begun.action(), returned(content, 40))));
  }

  static AgentRecorder.Ended returned(String content, long tokens) {
    return new AgentRecorder.Ended(
        digest("answer to " + content), Outcome.RETURNED, tokens, 200, null);
  }

  static Nonce action(Token token) {
    return new Nonce(((Json.Str) token.claims().get("freehold_action").orElseThrow()).value());
  }

  /** The history of some answers. */
  static List<Token> history(SigningKey key, String... contents) {
    AgentRecorder recorder = recorder(key);
    List<Token> tokens = new ArrayList<>();
    for (String content : contents) {
      tokens.addAll(answer(recorder, content));
    }
    return tokens;
  }

  static Token read(SignedToken token) {
    return read(token.bytes());
  }

  static Token read(byte[] bytes) {
    return switch (Token.read(bytes)) {
      case TokenReading.Accepted(Token token, var _) -> token;
      case TokenReading.Refused(var fault, String reason) ->
          throw new AssertionError(fault + ": " + reason);
      case TokenReading.Undecided(Token _, String why) -> throw new AssertionError(why);
    };
  }

  /** The token with one claim changed, added or left out, signed again. */
  static Token resigned(Token token, SigningKey key, String claim, @Nullable Json value) {
    Json.Obj claims =
        value == null ? token.claims().without(claim) : token.claims().with(claim, value);
    return resigned(token.toJson().with("poc_claims", claims), key);
  }

  static Token resigned(Json.Obj token, SigningKey key) {
    Json.Obj unsigned = token.without("signature");
    String signature = HexFormat.of().formatHex(key.sign(CanonicalJson.bytes(unsigned)).bytes());
    return read(CanonicalJson.bytes(unsigned.with("signature", Json.of(signature))));
  }

  static TaggedDigest digest(String text) {
    return TaggedDigest.of(Digest.sha256(text));
  }
}
