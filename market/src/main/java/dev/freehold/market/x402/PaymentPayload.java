// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.Optional;

/**
 * What a payer signed.
 *
 * @param resource for what
 * @param accepted which way to pay it chose
 * @param payload the scheme's
 * @param extensions what both sides may speak beside
 */
public record PaymentPayload(
    Optional<Json.Obj> resource,
    PaymentRequirements accepted,
    Json.Obj payload,
    Json.Obj extensions) {
  /** The header's value. */
  public String encode() {
    return Header.encode(toJson());
  }

  /** Its JSON. */
  public Json.Obj toJson() {
    Json.Builder signed = Json.object().put("x402Version", PaymentRequired.VERSION);
    resource.ifPresent(what -> signed.put("resource", what));
    return signed
        .put("accepted", accepted.toJson())
        .put("payload", payload)
        .put("extensions", extensions)
        .build();
  }

  /** Reads a header's value. */
  public static Parsed<PaymentPayload> decode(String header) {
    try {
      return new Parsed.Read<>(read(Header.decode(header)));
    } catch (Members.MalformedException e) {
      return malformed(e);
    }
  }

  /** Reads the JSON. */
  public static Parsed<PaymentPayload> of(Json json) {
    try {
      return new Parsed.Read<>(read(json));
    } catch (Members.MalformedException e) {
      return malformed(e);
    }
  }

  private static Parsed<PaymentPayload> malformed(Members.MalformedException e) {
    return new Parsed.Malformed<>("not a payment: " + e.reason());
  }

  private static PaymentPayload read(Json json) throws Members.MalformedException {
    Members members = new Members("the payment", json);
    Evm.version(members);
    PaymentPayload payload =
        new PaymentPayload(
            members.has("resource") ? Optional.of(members.members("resource")) : Optional.empty(),
            PaymentRequirements.read(members.object("accepted")),
            members.members("payload"),
            Evm.open(members, "extensions"));
    members.end();
    return payload;
  }
}
