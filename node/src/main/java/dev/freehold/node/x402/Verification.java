// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.record.Json;

/** What a payment was found to be. */
public sealed interface Verification {
  /**
   * Good, for one answer.
   *
   * @param payment to be closed
   */
  record Good(Payment payment) implements Verification {}

  /**
   * Not good: nothing is done for it, and nothing taken.
   *
   * @param refusal the reason
   * @param why for a person
   * @param extra what the payer needs to find its place again, beside what the way to pay says
   */
  record Refused(PaymentRefusal refusal, String why, Json.Obj extra) implements Verification {}

  /** Not good. */
  static Verification refused(PaymentRefusal refusal, String why) {
    return new Refused(refusal, why, Json.object().build());
  }
}
