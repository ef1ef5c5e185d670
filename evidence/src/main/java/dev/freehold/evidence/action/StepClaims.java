// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What our tokens say beyond the standard's claims (docs/formats/token.md): one of the three
 * records of an action.
 *
 * @param action what the three share
 * @param phase which of the three
 * @param effect what the agent does
 * @param mandate the acting mandate
 * @param content salted digest of the bytes
 * @param time when
 * @param classificationOrNull of the data, in the first record
 * @param amount millionths paid, in the first record of a payment, else 0
 * @param tokens reserved or used, of a model call, else 0
 * @param epochOrNull the newest cosigned checkpoint
 * @param outcomeOrNull how it ended, in the last record
 * @param statusOrNull the HTTP status that the caller got, in the last record
 * @param receiptOrNull the node's receipt, in the last record
 */
public record StepClaims(
    Nonce action,
    Phase phase,
    EffectKind effect,
    TaggedDigest mandate,
    TaggedDigest content,
    Timestamp time,
    @Nullable Classification classificationOrNull,
    long amount,
    long tokens,
    @Nullable TaggedDigest epochOrNull,
    @Nullable Outcome outcomeOrNull,
    @Nullable Integer statusOrNull,
    @Nullable String receiptOrNull) {
  static final String PREFIX = "freehold_";

  /** Whether a token has claims of ours. */
  public static boolean in(Token token) {
    return token.claims().members().keySet().stream().anyMatch(n -> n.startsWith(PREFIX));
  }

  /** Reads our claims strictly: none missing, none unknown, each where it belongs. */
  public static Parsed<StepClaims> read(Token token) {
    Map<String, Json> ours = new LinkedHashMap<>();
    token
        .claims()
        .members()
        .forEach(
            (name, value) -> {
              if (name.startsWith(PREFIX)) {
                ours.put(name, value);
              }
            });
    try {
      return new Parsed.Read<>(read(new Members("the extension", new Json.Obj(ours))));
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static StepClaims read(Members members) throws Members.MalformedException {
    Phase phase = members.typed("freehold_phase", Phase::parse);
    EffectKind effect = members.typed("freehold_effect", EffectKind::parse);
    boolean before = phase == Phase.BEFORE;
    boolean after = phase == Phase.AFTER;
    boolean counted = effect == EffectKind.MODEL_CALL && phase != Phase.DURING;
    StepClaims claims =
        new StepClaims(
            members.typed("freehold_action", Nonce::new),
            phase,
            effect,
            members.typed("freehold_mandate", TaggedDigest::parse),
            members.typed("freehold_content", TaggedDigest::parse),
            members.typed("freehold_time", Timestamp::parse),
            before ? members.typed("freehold_class", Classification::parse) : null,
            before && effect == EffectKind.PAYMENT ? number(members, "freehold_amount") : 0,
            counted ? number(members, "freehold_tokens") : 0,
            optional(members, "freehold_epoch"),
            after ? members.typed("freehold_outcome", Outcome::parse) : null,
            after && members.has("freehold_status")
                ? (Integer) members.count("freehold_status", 100)
                : null,
            after && members.has("freehold_receipt") ? members.string("freehold_receipt") : null);
    if (members.has("freehold_previous")) {
      members.typed("freehold_previous", TaggedDigest::parse);
    }
    members.end();
    return claims;
  }

  private static @Nullable TaggedDigest optional(Members members, String name)
      throws Members.MalformedException {
    return members.has(name) ? members.typed(name, TaggedDigest::parse) : null;
  }

  private static long number(Members members, String name) throws Members.MalformedException {
    if (members.value(name) instanceof Json.Num number
        && number.integral()
        && number.value() >= 0
        && number.value() <= Action.AMOUNT_LIMIT) {
      return (long) number.value();
    }
    throw new Members.MalformedException(
        "\"" + name + "\" is not a whole number from 0 to " + Action.AMOUNT_LIMIT);
  }
}
