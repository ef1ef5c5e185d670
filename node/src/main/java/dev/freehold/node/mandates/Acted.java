// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.mandates;

import dev.freehold.evidence.action.StepClaims;
import dev.freehold.evidence.control.Token;
import java.util.List;

/**
 * An action of the gateway's agent, as far as its log tells it.
 *
 * @param records one to three: before, during, after
 */
public record Acted(List<Step> records) {
  /**
   * A record of it.
   *
   * @param entry where it stands in the gateway's log
   */
  public record Step(long entry, Token token, StepClaims claims) {}

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public Acted {
    records = List.copyOf(records);
    if (records.isEmpty()) {
      throw new IllegalArgumentException("an action has a record");
    }
  }
}
