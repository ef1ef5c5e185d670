// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.NodeId;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What whoever verifies demands, and whom they expect. Nothing else is believed.
 *
 * @param claimsOrNull claims without which the verdict is Undecidable, or null for those that each
 *     kind of file exists for
 * @param nodeOrNull the node that must have signed, or null for any
 */
public record Demands(@Nullable Set<Claim> claimsOrNull, @Nullable NodeId nodeOrNull) {
  /** Copies the claims. */
  public Demands {
    claimsOrNull = claimsOrNull == null ? null : Set.copyOf(claimsOrNull);
  }

  /** Each kind of file's own claims, of any node. */
  public static Demands usual() {
    return new Demands(null, null);
  }

  /** These demands with other claims. */
  public Demands with(Set<Claim> claims) {
    return new Demands(claims, nodeOrNull);
  }

  /** These demands of one node. */
  public Demands of(NodeId node) {
    return new Demands(claimsOrNull, node);
  }

  /** The claims demanded of a file that exists for {@code own}. */
  Set<Claim> claims(Set<Claim> own) {
    return claimsOrNull == null ? own : claimsOrNull;
  }

  /** The node that must have signed. */
  Optional<NodeId> node() {
    return Optional.ofNullable(nodeOrNull);
  }
}
