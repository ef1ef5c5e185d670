// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What whoever verifies demands, and whom they expect. Nothing else is believed.
 *
 * @param claimsOrNull claims without which the verdict is Undecidable, or null for those that each
 *     kind of file exists for
 * @param nodeOrNull the node that must have signed, or null for any
 * @param logs keys of logs that are believed beside those of the nodes that signed the records
 * @param owners who may have granted; none for anybody, who is named then
 * @param policyOrNull which logs count and which witnesses must have cosigned, or null where
 *     nothing is said of it
 * @param timesOrNull who is believed for time, or null for nobody
 * @param chains what chains told of anchors
 */
public record Demands(
    @Nullable Set<Claim> claimsOrNull,
    @Nullable NodeId nodeOrNull,
    List<VerifierKey> logs,
    List<Owner> owners,
    @Nullable Policy policyOrNull,
    @Nullable TimestampPolicy timesOrNull,
    List<ChainWord> chains) {
  /** Copies the lists. */
  public Demands {
    claimsOrNull = claimsOrNull == null ? null : Set.copyOf(claimsOrNull);
    logs = List.copyOf(logs);
    owners = List.copyOf(owners);
    chains = List.copyOf(chains);
  }

  /** Demands that say nothing of witnesses, time and chains. */
  public Demands(
      @Nullable Set<Claim> claimsOrNull,
      @Nullable NodeId nodeOrNull,
      List<VerifierKey> logs,
      List<Owner> owners) {
    this(claimsOrNull, nodeOrNull, logs, owners, null, null, List.of());
  }

  /** Each kind of file's own claims, of any node. */
  public static Demands usual() {
    return new Demands(null, null, List.of(), List.of());
  }

  /** These demands with other claims. */
  public Demands with(Set<Claim> claims) {
    return new Demands(claims, nodeOrNull, logs, owners, policyOrNull, timesOrNull, chains);
  }

  /** These demands of one node. */
  public Demands of(NodeId node) {
    return new Demands(claimsOrNull, node, logs, owners, policyOrNull, timesOrNull, chains);
  }

  /** These demands with a policy of witnesses. */
  public Demands with(Policy policy) {
    return new Demands(claimsOrNull, nodeOrNull, logs, owners, policy, timesOrNull, chains);
  }

  /** These demands with a policy of time. */
  public Demands with(TimestampPolicy times) {
    return new Demands(claimsOrNull, nodeOrNull, logs, owners, policyOrNull, times, chains);
  }

  /** These demands with what a chain told. */
  public Demands with(ChainWord word) {
    List<ChainWord> all = new ArrayList<>(chains);
    all.add(word);
    return new Demands(claimsOrNull, nodeOrNull, logs, owners, policyOrNull, timesOrNull, all);
  }

  /** The keys of a log that were named: by themselves, or in the policy. */
  public List<VerifierKey> keys(Origin origin) {
    Stream<VerifierKey> inPolicy =
        policyOrNull == null
            ? Stream.empty()
            : policyOrNull.logs().stream().map(Policy.KnownLog::key);
    return Stream.concat(logs.stream(), inPolicy)
        .filter(key -> key.name().text().equals(origin.text()))
        .distinct()
        .toList();
  }

  /** The claims demanded of a file that exists for {@code own}. */
  public Set<Claim> claims(Set<Claim> own) {
    return claimsOrNull == null ? own : claimsOrNull;
  }

  /** The node that must have signed. */
  public Optional<NodeId> node() {
    return Optional.ofNullable(nodeOrNull);
  }
}
