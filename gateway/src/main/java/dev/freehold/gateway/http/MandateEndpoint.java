// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.gateway.intercept.Interceptor;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes mandates and revocations while the gateway runs. What counts is who signed them. */
final class MandateEndpoint {
  private final Interceptor interceptor;

  MandateEndpoint(Interceptor interceptor) {
    this.interceptor = interceptor;
  }

  void adopt(Exchange exchange) {
    MandateChain chain =
        MandateChain.decode(exchange.body())
            .orElse(
                reason -> {
                  throw Refusal.badRequest(reason);
                });
    Interceptor.Adopted adopted = interceptor.adopt(chain);
    if (adopted.unrecorded().isPresent()) {
      throw Rulings.closed(adopted.unrecorded().get());
    }
    switch (adopted.standing()) {
      case MandateChain.Standing.InForce(Mandate acting, List<String> notes) ->
          exchange.json(
              200,
              Json.object()
                  .put("mandate", acting.digest().toString())
                  .put("notes", Json.array(notes.stream().map(Json::of).toList()))
                  .build(),
              Map.of());
      case MandateChain.Standing.Refused(var fault, int at) ->
          throw Refusal.invalid(
              403,
              "mandate " + at + " of the chain does not count: " + fault.reason(),
              "mandate_refused");
    }
  }

  void revoke(Exchange exchange) {
    Revocation revocation =
        switch (Revocation.decode(exchange.body())) {
          case Parsed.Read<Revocation>(Revocation read) -> read;
          case Parsed.Malformed<Revocation>(String reason) -> throw Refusal.badRequest(reason);
        };
    Optional<String> unrecorded = interceptor.revoke(revocation);
    if (unrecorded.isPresent()) {
      throw Rulings.closed(unrecorded.get());
    }
    exchange.json(
        200, Json.object().put("revoked", revocation.mandate().toString()).build(), Map.of());
  }
}
