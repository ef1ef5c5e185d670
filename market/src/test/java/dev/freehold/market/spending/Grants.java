// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.market.offer.Sellers;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.util.List;
import java.util.Set;

/** Invented mandates for buying; the same bytes every time. */
public final class Grants {
  /** Who signs. */
  public static final SigningKey OWNER = key("owner");

  /** Who buys. */
  public static final SigningKey NODE = key("node");

  /** In the midst of the time in which they count. */
  public static final Timestamp NOW = Timestamp.parse("2026-11-29T10:00:00.000Z");

  static final Timestamp FROM = Timestamp.parse("2026-11-29T00:00:00.000Z");
  static final Timestamp UNTIL = Timestamp.parse("2026-12-29T00:00:00.000Z");

  private Grants() {}

  static SigningKey key(String name) {
    return SigningKey.ofSeed(Digest.sha256(name).bytes());
  }

  static Party party(SigningKey key) {
    return Party.of(key.nodeId());
  }

  /** All that buying takes; {@code pay} millionths, in answers of 100 tokens at most. */
  public static Allowance allowing(long pay, long answers, long tokens) {
    return allowing(
        Set.of(EffectKind.MODEL_CALL, EffectKind.PAYMENT),
        Set.of(),
        List.of("*"),
        List.of("*"),
        pay,
        answers,
        tokens);
  }

  /** The same, with all that is asked of it. */
  public static Allowance allowing(
      Set<EffectKind> effects,
      Set<EffectKind> approve,
      List<String> models,
      List<String> peers,
      long pay,
      long answers,
      long tokens) {
    return new Allowance(
        answers,
        approve,
        Classification.PUBLIC,
        0,
        effects,
        Classification.PUBLIC,
        models,
        100,
        pay,
        peers,
        tokens,
        List.of(),
        "USD");
  }

  static Mandate mandate(Allowance allow, SigningKey issuer, SigningKey holder) {
    return Mandate.sign(
        new Mandate.Terms(
            allow,
            UNTIL,
            party(holder),
            FROM,
            party(issuer),
            new Nonce("000102030405060708090a0b0c0d0e0f"),
            null),
        issuer);
  }

  /** A coin of six decimals, granted by the owner. */
  public static Grant grant(Allowance allow) {
    return grant(mandate(allow, OWNER, NODE), 6);
  }

  static Grant grant(Mandate mandate, int decimals, Revocation... revocations) {
    return new Grant(
        Sellers.COIN,
        decimals,
        Owner.of(party(OWNER)),
        new MandateChain(List.of(mandate)),
        List.of(revocations));
  }
}
