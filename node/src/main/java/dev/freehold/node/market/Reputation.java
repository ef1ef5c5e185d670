// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.market.match.History;
import dev.freehold.market.table.Standing;
import dev.freehold.market.table.Standings;
import java.util.Optional;
import java.util.function.Function;

/** What speaks for sellers: answers that were bought of them, else what a registry says. */
final class Reputation implements Standings {
  /** What a registry says of a seller; set once there is one. */
  private volatile Standings registered = _ -> Standing.UNKNOWN;

  /** What was bought; set once anything can be. */
  private volatile Function<NodeId, History> bought = _ -> History.NONE;

  void registered(Standings by) {
    registered = by;
  }

  void bought(Function<NodeId, History> of) {
    bought = of;
  }

  @Override
  public Standing of(NodeId seller) {
    return standing(bought.apply(seller)).orElseGet(() -> registered.of(seller));
  }

  /** What answers that were bought say for a seller; empty where that is nothing. */
  static Optional<Standing> standing(History history) {
    return history.invalid() == 0 && history.answers() > history.broken()
        ? Optional.of(Standing.USED)
        : Optional.empty();
  }
}
