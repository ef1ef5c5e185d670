// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.record.Json;

/**
 * A budget and what is used up of it, to be shown.
 *
 * @param standing what stands now
 * @param spent all that was ever spent of its coin
 */
public record BudgetState(Budget.Standing standing, Spent spent) {
  /** What is used up of a mandate that is in force. */
  public static Spent used(Grant grant, Spent most, Spent spent) {
    return grant.allowed().less(most.less(spent));
  }

  /** As one value; null where no mandate is in use. */
  public Json toJson() {
    return switch (standing) {
      case Budget.Standing.Unset _ -> Json.Null.VALUE;
      case Budget.Standing.Closed(Grant grant, String why) ->
          named(grant).put("closed", why).build();
      case Budget.Standing.Open(Grant grant, Spent most) ->
          named(grant)
              .put("allowed", json(grant.allowed()))
              .put("spent", json(used(grant, most, spent)))
              .build();
    };
  }

  private static Json.Builder named(Grant grant) {
    return Json.object()
        .put("coin", grant.coin().toJson())
        .put("expires", grant.acting().terms().expires().toString())
        .put("mandate", grant.acting().digest().toString())
        .put("owner", grant.owner().toString());
  }

  private static Json json(Spent spent) {
    return Json.object()
        .put("answers", spent.answers().toString())
        .put("pay", spent.pay().toString())
        .put("tokens", spent.tokens().toString())
        .build();
  }
}
