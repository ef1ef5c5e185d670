// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.Optional;

/**
 * What came of a payment.
 *
 * @param success whether it was paid
 * @param errorReason why not
 * @param transaction which transaction paid it
 * @param network where
 * @param payer who paid, as its network writes it
 * @param amount what was paid, in the scheme's words
 * @param extra what the scheme says beside
 */
public record SettlementResponse(
    boolean success,
    Optional<String> errorReason,
    Optional<Keccak256> transaction,
    Network network,
    Optional<String> payer,
    Optional<String> amount,
    Json.Obj extra) {
  /** The header's value. */
  public String encode() {
    return Header.encode(toJson());
  }

  /** Its JSON. */
  public Json.Obj toJson() {
    Json.Builder response = Json.object().put("success", success);
    errorReason.ifPresent(text -> response.put("errorReason", text));
    response.put("transaction", transaction.map(Keccak256::toString).orElse(""));
    response.put("network", network.text());
    payer.ifPresent(text -> response.put("payer", text));
    amount.ifPresent(text -> response.put("amount", text));
    return response.put("extra", extra).build();
  }

  /** Reads a header's value. */
  public static Parsed<SettlementResponse> decode(String header) {
    try {
      return new Parsed.Read<>(read(Header.decode(header)));
    } catch (Members.MalformedException e) {
      return malformed(e);
    }
  }

  /** Reads the JSON. */
  public static Parsed<SettlementResponse> of(Json json) {
    try {
      return new Parsed.Read<>(read(json));
    } catch (Members.MalformedException e) {
      return malformed(e);
    }
  }

  private static Parsed<SettlementResponse> malformed(Members.MalformedException e) {
    return new Parsed.Malformed<>("not what came of a payment: " + e.reason());
  }

  private static SettlementResponse read(Json json) throws Members.MalformedException {
    Members members = new Members("what came of the payment", json);
    if (!(members.value("success") instanceof Json.Bool(boolean success))) {
      throw new Members.MalformedException("\"success\" is neither true nor false");
    }
    SettlementResponse response =
        new SettlementResponse(
            success,
            Evm.text(members, "errorReason"),
            members.string("transaction").isEmpty()
                ? Optional.empty()
                : Optional.of(Evm.word(members, "transaction")),
            members.typed("network", Network::new),
            Evm.text(members, "payer"),
            Evm.text(members, "amount"),
            Evm.open(members, "extra"));
    members.end();
    return response;
  }
}
