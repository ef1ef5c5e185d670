// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.note.VerifierKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What whoever verifies demands, and whom they expect. Nothing else is believed.
 *
 * @param claimsOrNull claims without which the verdict is Undecidable, or null for those that each
 *     kind of file exists for
 * @param nodeOrNull the node that must have signed, or null for any
 * @param logs keys of logs that are believed beside those of the nodes that signed the records
 * @param owners who may have granted; none for anybody, who is named then
 */
public record Demands(
    @Nullable Set<Claim> claimsOrNull,
    @Nullable NodeId nodeOrNull,
    List<VerifierKey> logs,
    List<Owner> owners) {
  /** Copies the lists. */
  public Demands {
    claimsOrNull = claimsOrNull == null ? null : Set.copyOf(claimsOrNull);
    logs = List.copyOf(logs);
    owners = List.copyOf(owners);
  }

  /** Each kind of file's own claims, of any node. */
  public static Demands usual() {
    return new Demands(null, null, List.of(), List.of());
  }

  /** These demands with other claims. */
  public Demands with(Set<Claim> claims) {
    return new Demands(claims, nodeOrNull, logs, owners);
  }

  /** These demands of one node. */
  public Demands of(NodeId node) {
    return new Demands(claimsOrNull, node, logs, owners);
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
