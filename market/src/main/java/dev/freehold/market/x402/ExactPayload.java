// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;

/**
 * A payment of {@link Scheme#EXACT}: a transfer that anybody may submit.
 *
 * @param authorization what is transferred
 * @param signature over it in the token's domain; not checked here
 */
public record ExactPayload(TransferAuthorization authorization, PaymentSignature signature) {
  /**
   * Checks the kind.
   *
   * @throws IllegalArgumentException if only its recipient might submit it
   */
  public ExactPayload {
    if (authorization.kind() != TransferAuthorization.Kind.TRANSFER) {
      throw new IllegalArgumentException("an exact payment is a transfer");
    }
  }

  /** Its JSON. */
  public Json.Obj toJson() {
    return Json.object()
        .put("signature", signature.toString())
        .put(
            "authorization",
            Json.object()
                .put("from", authorization.from().toString())
                .put("to", authorization.to().toString())
                .put("value", authorization.value().toString())
                .put("validAfter", authorization.validAfter().toString())
                .put("validBefore", authorization.validBefore().toString())
                .put("nonce", authorization.nonce().toString())
                .build())
        .build();
  }

  /** Reads a payload. */
  public static Parsed<ExactPayload> of(Json.Obj payload) {
    try {
      Members members = new Members("the payload", payload);
      PaymentSignature signature = Evm.signature(members, "signature");
      Members transfer = members.object("authorization");
      members.end();
      TransferAuthorization authorization =
          new TransferAuthorization(
              TransferAuthorization.Kind.TRANSFER,
              Evm.address(transfer, "from"),
              Evm.address(transfer, "to"),
              Evm.amount(transfer, "value"),
              Evm.amount(transfer, "validAfter").units(),
              Evm.amount(transfer, "validBefore").units(),
              Evm.word(transfer, "nonce"));
      transfer.end();
      return new Parsed.Read<>(new ExactPayload(authorization, signature));
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not an exact payment: " + e.reason());
    }
  }
}
