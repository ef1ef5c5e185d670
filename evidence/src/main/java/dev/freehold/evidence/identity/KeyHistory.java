// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.identity;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Timestamp;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * When keys counted, by signed statements of their holders. Of statements that contradict each
 * other the stricter one counts: whoever has a stolen key gains nothing by another statement.
 */
public final class KeyHistory {
  private final List<KeyStatement> statements;

  /**
   * Takes statements.
   *
   * @throws IllegalArgumentException if one is not signed by all who must
   */
  public KeyHistory(List<KeyStatement> statements) {
    for (KeyStatement statement : statements) {
      statement
          .unsigned()
          .ifPresent(
              why -> {
                throw new IllegalArgumentException(why);
              });
    }
    this.statements = List.copyOf(statements);
  }

  /** From when on a key signs nothing more; empty where nobody says so. */
  public Optional<Timestamp> end(NodeId node) {
    return statements.stream()
        .filter(statement -> statement.node().equals(node))
        .flatMap(statement -> ended(statement).stream())
        .min(Comparator.naturalOrder());
  }

  private static Optional<Timestamp> ended(KeyStatement statement) {
    return switch (statement) {
      case KeyStatement.Succession succession -> Optional.of(succession.from());
      case KeyStatement.End end -> Optional.of(end.from());
    };
  }

  /** Why a signature that its holder dates so does not count; empty where it does. */
  public Optional<String> objection(NodeId signer, Timestamp signed) {
    return end(signer)
        .filter(end -> signed.compareTo(end) >= 0)
        .map(
            end ->
                "the key "
                    + signer
                    + " signs nothing more from "
                    + end
                    + " on, and this is dated "
                    + signed);
  }

  /** Who follows a key; empty where nobody does, or two keys would, or the key was ended before. */
  public Optional<KeyStatement.Succession> successor(NodeId node) {
    List<KeyStatement.Succession> found =
        statements.stream()
            .filter(KeyStatement.Succession.class::isInstance)
            .map(KeyStatement.Succession.class::cast)
            .filter(succession -> succession.node().equals(node))
            .distinct()
            .toList();
    boolean one = found.stream().map(KeyStatement.Succession::next).distinct().count() == 1;
    if (!one) {
      return Optional.empty();
    }
    KeyStatement.Succession first = found.getFirst();
    boolean ended =
        statements.stream()
            .anyMatch(
                statement ->
                    statement instanceof KeyStatement.End end
                        && end.node().equals(node)
                        && end.from().compareTo(first.from()) <= 0);
    return ended ? Optional.empty() : Optional.of(first);
  }

  /** Whether a key stands in another's place at a time: it is it, or follows it, link by link. */
  public boolean stands(NodeId node, NodeId expected, Timestamp at) {
    Set<NodeId> seen = new HashSet<>();
    NodeId current = expected;
    while (seen.add(current)) {
      if (current.equals(node)) {
        return true;
      }
      Optional<KeyStatement.Succession> next = successor(current);
      if (next.isEmpty() || at.compareTo(next.get().from()) < 0) {
        return false;
      }
      current = next.get().next();
    }
    return false;
  }
}
