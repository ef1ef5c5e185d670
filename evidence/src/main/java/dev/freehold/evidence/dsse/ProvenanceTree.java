// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a thing was made of, and what that was made of, as far as trusted keys say.
 *
 * @param role what it is to the node above: {@code base}, for example; of the root its own kind
 * @param name what it is called
 * @param digest what it is
 * @param origins what is said of it; none where nothing is
 */
public record ProvenanceTree(String role, String name, Digest digest, List<Origin> origins) {
  private static final int DEPTH_LIMIT = 64;
  private static final int NODE_LIMIT = 10_000;

  /**
   * One statement about a thing.
   *
   * @param said the statement
   * @param key who signed it
   * @param materials what it was made of
   */
  public record Origin(Provenance said, PublicKeyInfo key, List<ProvenanceTree> materials) {
    /** Copies the materials. */
    public Origin {
      materials = List.copyOf(materials);
    }
  }

  /** Copies the origins. */
  public ProvenanceTree {
    origins = List.copyOf(origins);
  }

  /**
   * A statement whose signature holds.
   *
   * @param said what it says
   * @param key whose signature it is
   */
  public record Trusted(Provenance said, PublicKeyInfo key) {

    /** Reads an envelope and checks it against a key that is trusted for it. */
    public static Parsed<Trusted> of(Envelope envelope, PublicKeyInfo key) {
      return switch (InTotoStatement.of(envelope)) {
        case Parsed.Malformed<InTotoStatement>(String reason) -> new Parsed.Malformed<>(reason);
        case Parsed.Read<InTotoStatement>(InTotoStatement statement) ->
            switch (Provenance.of(statement)) {
              case Parsed.Malformed<Provenance>(String reason) -> new Parsed.Malformed<>(reason);
              case Parsed.Read<Provenance>(Provenance said) ->
                  envelope.verify(key).holds()
                      ? new Parsed.Read<>(new Trusted(said, key))
                      : new Parsed.Malformed<>(envelope.verify(key).toString());
            };
      };
    }
  }

  /**
   * The tree of a thing.
   *
   * @throws IllegalArgumentException if it would have more than 10,000 nodes
   */
  public static ProvenanceTree of(String name, Digest digest, List<Trusted> statements) {
    return new Growth(statements).node("", name, digest, 0);
  }

  /** Grows the tree; counts its nodes, since statements can share materials. */
  private static final class Growth {
    private final List<Trusted> statements;
    private final Set<Digest> above = new HashSet<>();
    private int nodes;

    Growth(List<Trusted> statements) {
      this.statements = List.copyOf(statements);
    }

    ProvenanceTree node(String role, String name, Digest digest, int depth) {
      if (++nodes > NODE_LIMIT) {
        throw new IllegalArgumentException("the tree has more than " + NODE_LIMIT + " nodes");
      }
      List<Origin> origins = new ArrayList<>();
      if (depth < DEPTH_LIMIT && above.add(digest)) {
        for (Trusted trusted : statements) {
          if (trusted.said().digest().equals(digest)) {
            List<ProvenanceTree> materials = new ArrayList<>();
            for (Provenance.Material material : trusted.said().materials()) {
              materials.add(node(material.role(), material.name(), material.digest(), depth + 1));
            }
            origins.add(new Origin(trusted.said(), trusted.key(), materials));
          }
        }
        above.remove(digest);
      }
      String shown = role.isEmpty() && !origins.isEmpty() ? origins.getFirst().said().kind() : role;
      return new ProvenanceTree(shown.isEmpty() ? "thing" : shown, name, digest, origins);
    }
  }

  /** The tree as lines for a terminal; everything in it is printable ASCII but the lines. */
  public String text() {
    StringBuilder out = new StringBuilder();
    write(out, "", "");
    return out.toString();
  }

  private void write(StringBuilder out, String first, String rest) {
    out.append(first).append(role).append("  ").append(name).append("  ").append(digest);
    if (origins.isEmpty()) {
      out.append("  nothing is said of it\n");
    }
    for (int i = 0; i < origins.size(); i++) {
      Origin origin = origins.get(i);
      out.append(i == 0 ? "  " : rest + "also ")
          .append(origin.said().made())
          .append(' ')
          .append(origin.said().finished())
          .append(", said by ")
          .append(origin.key())
          .append('\n');
      for (int j = 0; j < origin.materials().size(); j++) {
        boolean last = j == origin.materials().size() - 1;
        origin
            .materials()
            .get(j)
            .write(out, rest + (last ? "└─ " : "├─ "), rest + (last ? "   " : "│  "));
      }
    }
  }
}
