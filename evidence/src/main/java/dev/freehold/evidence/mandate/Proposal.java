// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.evidence.action.Action;
import java.util.List;
import java.util.OptionalLong;

/**
 * What an agent proposes, as far as a mandate speaks of it.
 *
 * @param action what is to be done
 * @param peer whom it addresses: a host, a tool's server, a payee
 * @param model asked for, of a model call; else empty
 * @param tools offered to the model, or the one that is to be called
 * @param output output tokens asked for; empty where the request leaves it open
 * @param answers answers asked for at once
 * @param unit of a payment; else empty
 */
public record Proposal(
    Action action,
    String peer,
    String model,
    List<String> tools,
    OptionalLong output,
    long answers,
    String unit) {
  /**
   * Copies the tools.
   *
   * @throws IllegalArgumentException if a count is negative
   */
  public Proposal {
    tools = List.copyOf(tools);
    if (answers < 0 || output.orElse(0) < 0) {
      throw new IllegalArgumentException("a proposal has no negative counts");
    }
  }
}
