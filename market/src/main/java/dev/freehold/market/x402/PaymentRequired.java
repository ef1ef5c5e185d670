// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What must be paid for a resource.
 *
 * @param error why a payment that came along was not taken
 * @param resource for what; it has a {@code url}
 * @param accepts the ways to pay, at least one
 * @param extensions what both sides may speak beside
 */
public record PaymentRequired(
    Optional<String> error,
    Json.Obj resource,
    List<PaymentRequirements> accepts,
    Json.Obj extensions) {
  /** The version of x402. */
  public static final int VERSION = 2;

  /**
   * Copies the ways.
   *
   * @throws IllegalArgumentException if there is none, or the resource has no address
   */
  public PaymentRequired {
    accepts = List.copyOf(accepts);
    if (accepts.isEmpty()) {
      throw new IllegalArgumentException("there is no way to pay");
    }
    if (!(resource.get("url").orElse(Json.Null.VALUE) instanceof Json.Str)) {
      throw new IllegalArgumentException("the resource has no url");
    }
  }

  /** The header's value. */
  public String encode() {
    return Header.encode(toJson());
  }

  /** Its JSON. */
  public Json.Obj toJson() {
    Json.Builder required = Json.object().put("x402Version", VERSION);
    error.ifPresent(text -> required.put("error", text));
    required.put("resource", resource);
    required.put("accepts", Json.array(accepts.stream().map(PaymentRequirements::toJson).toList()));
    return required.put("extensions", extensions).build();
  }

  /** Reads a header's value. */
  public static Parsed<PaymentRequired> decode(String header) {
    try {
      return new Parsed.Read<>(read(Header.decode(header)));
    } catch (Members.MalformedException e) {
      return malformed(e);
    }
  }

  /** Reads the JSON. */
  public static Parsed<PaymentRequired> of(Json json) {
    try {
      return new Parsed.Read<>(read(json));
    } catch (Members.MalformedException e) {
      return malformed(e);
    }
  }

  private static Parsed<PaymentRequired> malformed(Members.MalformedException e) {
    return new Parsed.Malformed<>("not payment requirements: " + e.reason());
  }

  private static PaymentRequired read(Json json) throws Members.MalformedException {
    Members members = new Members("what must be paid", json);
    Evm.version(members);
    Optional<String> error = Evm.text(members, "error");
    List<PaymentRequirements> accepts = new ArrayList<>();
    for (Json item : members.array("accepts").items()) {
      accepts.add(PaymentRequirements.read(new Members("a way to pay", item)));
    }
    PaymentRequired required;
    try {
      required =
          new PaymentRequired(
              error, members.members("resource"), accepts, Evm.open(members, "extensions"));
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
    members.end();
    return required;
  }
}
