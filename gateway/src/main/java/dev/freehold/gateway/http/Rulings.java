// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.evidence.control.Decision;
import dev.freehold.gateway.intercept.Ruling;
import dev.freehold.record.Json;

/** Rulings that release nothing, as answers. */
final class Rulings {
  private Rulings() {}

  static Refusal refusal(Ruling.Refused refused, Actions actions) {
    actions.refused(refused.action(), refused.begun().token());
    boolean ask = refused.decision() == Decision.ESCALATE;
    return Refusal.invalid(
            403,
            ask
                ? "a person has to approve this: "
                    + refused.reason()
                    + ". Sign a mandate that allows it without approval, and ask again"
                : "the mandate does not allow this: " + refused.reason(),
            ask ? "approval_needed" : "not_mandated")
        .with(
            Json.object()
                .put("action", refused.action().hex())
                .put("verdict", refused.decision().name())
                .build());
  }

  static Refusal closed(String why) {
    return Refusal.server(503, why, "evidence_unavailable");
  }
}
