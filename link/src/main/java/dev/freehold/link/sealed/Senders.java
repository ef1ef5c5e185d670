// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whose jobs a runner takes. */
public sealed interface Senders {
  /** Anybody's, named or not. */
  static Senders anyone() {
    return new Anyone();
  }

  /** Those of these nodes, proven by their signatures. */
  static Senders known(Set<NodeId> nodes) {
    return new Known(Set.copyOf(nodes));
  }

  /** Why a job of this sender is not taken; {@code null} is one who gave no name. */
  Optional<Refusal> judge(@Nullable NodeId sender);

  /** Whether a runner that serves these keeps tickets, so that their later jobs are resumed. */
  boolean resume();

  /** Anybody. */
  record Anyone() implements Senders {
    @Override
    public Optional<Refusal> judge(@Nullable NodeId sender) {
      return Optional.empty();
    }

    /** Strangers can't make a runner remember anything. */
    @Override
    public boolean resume() {
      return false;
    }
  }

  /**
   * Certain nodes.
   *
   * @param nodes their names
   */
  record Known(Set<NodeId> nodes) implements Senders {
    @Override
    public Optional<Refusal> judge(@Nullable NodeId sender) {
      if (sender == null) {
        return Optional.of(Refusal.SENDER_DEMANDED);
      }
      return nodes.contains(sender) ? Optional.empty() : Optional.of(Refusal.SENDER_UNKNOWN);
    }

    @Override
    public boolean resume() {
      return true;
    }
  }
}
