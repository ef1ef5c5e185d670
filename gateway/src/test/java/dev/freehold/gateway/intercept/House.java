// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.HistoryCheck;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proposal;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

/** A gateway with an owner, a mandate and a log, all invented. */
public final class House {
  /** The owner's key. */
  public static final SigningKey OWNER = SigningKey.ofSeed(Digest.sha256("owner").bytes());

  /** The gateway's key. */
  public static final SigningKey GATEWAY = SigningKey.ofSeed(Digest.sha256("gateway").bytes());

  /** Digest of the program that judges. */
  public static final TaggedDigest PROGRAM = TaggedDigest.of(Digest.sha256("program"));

  /** The model that may be asked. */
  public static final String MODEL = "tiny";

  /** What was said of failures. */
  public final List<String> alarms = new ArrayList<>();

  /** The log. */
  public final MemoryLog log;

  /** The clock, moved by tests. */
  public volatile Instant now = Instant.parse("2026-11-25T12:00:00.500Z");

  /** The interceptor. */
  public final Interceptor interceptor;

  /** A gateway without a mandate. */
  public House(MemoryLog log) {
    this.log = log;
    InstantSource clock = () -> now;
    this.interceptor =
        new Interceptor(
            GATEWAY,
            List.of(Owner.of(Party.of(OWNER.nodeId()))),
            log,
            TaggedDigest.of(Digest.sha256("bill of materials")),
            PROGRAM,
            clock,
            new Random(5),
            alarms::add);
  }

  /** A gateway that may ask the model, call the search tool, and pay with approval. */
  public static House mandated() {
    House house = new House(new MemoryLog());
    house.adopt(allowance("127.0.0.1", 100, 10_000, Set.of(EffectKind.PAYMENT)));
    return house;
  }

  /** Adopts a mandate of the owner's. */
  public MandateChain.Standing adopt(Allowance allow) {
    return interceptor.adopt(chain(allow)).standing();
  }

  /** The owner's mandate for the gateway. */
  public static MandateChain chain(Allowance allow) {
    return new MandateChain(
        List.of(
            Mandate.sign(
                new Mandate.Terms(
                    allow,
                    Timestamp.parse("2026-11-26T00:00:00.000Z"),
                    Party.of(GATEWAY.nodeId()),
                    Timestamp.parse("2026-11-25T00:00:00.000Z"),
                    Party.of(OWNER.nodeId()),
                    new Nonce("000102030405060708090a0b0c0d0e0f"),
                    null),
                OWNER)));
  }

  /** An allowance. */
  public static Allowance allowance(
      String peer, long answers, long tokens, Set<EffectKind> approve) {
    return new Allowance(
        answers,
        approve,
        Classification.CONFIDENTIAL,
        0,
        Set.of(EffectKind.values()),
        Classification.PUBLIC,
        List.of(MODEL),
        64,
        10_000_000,
        peer.equals("bank.example")
            ? List.of("bank.example")
            : List.of(peer, "bank.example", "search").stream().sorted().toList(),
        tokens,
        List.of("search"),
        "EUR");
  }

  /** A question to the model. */
  public static Wish ask(String content, long output) {
    return new Wish(
        new Proposal(
            Action.of(EffectKind.MODEL_CALL, "POST 127.0.0.1/v1/chat/completions"),
            "127.0.0.1",
            MODEL,
            List.of(),
            OptionalLong.of(output),
            1,
            ""),
        content.getBytes(StandardCharsets.UTF_8),
        limit -> (content + " in " + limit).getBytes(StandardCharsets.UTF_8),
        null);
  }

  /** Another effect. */
  public static Wish effect(EffectKind kind, String resource, long amount, Classification of) {
    return Wish.of(
        new Proposal(
            new Action(kind, resource, of, amount),
            resource,
            "",
            kind == EffectKind.TOOL_CALL ? List.of(resource) : List.of(),
            OptionalLong.empty(),
            0,
            kind == EffectKind.PAYMENT ? "EUR" : ""),
        resource.getBytes(StandardCharsets.UTF_8),
        null);
  }

  /** The tokens in the log. */
  public List<Token> tokens() {
    return log.entries().stream()
        .filter(e -> e.kind().compareTo(RecordLog.Kind.REQUEST) >= 0)
        .map(e -> read(e.record().getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  /** The history in the log, as a verifier sees it. */
  public HistoryCheck.Result check() {
    return HistoryCheck.check(tokens(), GATEWAY.verifyingKey(), PROGRAM, List.of());
  }

  private static Token read(byte[] bytes) {
    return switch (Token.verify(bytes, GATEWAY.verifyingKey())) {
      case TokenReading.Accepted(Token token, var _) -> token;
      case TokenReading.Refused(var fault, String reason) ->
          throw new AssertionError(fault + ": " + reason);
      case TokenReading.Undecided(Token _, String why) -> throw new AssertionError(why);
    };
  }
}
