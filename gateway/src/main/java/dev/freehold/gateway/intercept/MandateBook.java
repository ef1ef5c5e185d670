// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.evidence.action.PathSummary;
import dev.freehold.evidence.mandate.Judgement;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Policy;
import dev.freehold.evidence.mandate.Proposal;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;

/**
 * The mandates under which a gateway acts, and what has ended them. Its owner is the {@link
 * Interceptor}, under whose lock it is read and written.
 */
final class MandateBook {
  private final List<Owner> owners;
  private final Party acting;
  private final List<Policy> policies = new ArrayList<>();
  private final List<Revocation> revocations = new ArrayList<>();

  /**
   * The chains that stand at a moment: checked once, until the next moment at which that changes.
   */
  private List<Policy> standing = List.of();

  private String whyNone = "there is no mandate";
  private long validFrom;
  private long validUntil = -1;

  MandateBook(List<Owner> owners, Party acting) {
    this.owners = List.copyOf(owners);
    this.acting = acting;
  }

  /** What a judged proposal came to, and by which policy. */
  record Judged(Policy policy, Judgement judgement) {}

  MandateChain.Standing check(MandateChain chain, Timestamp now) {
    return chain.check(owners, acting, revocations, now);
  }

  void add(MandateChain chain) {
    policies.add(new Policy(chain));
    validUntil = -1;
  }

  void add(Revocation revocation) {
    revocations.add(revocation);
    validUntil = -1;
  }

  boolean holds(Digest mandate) {
    return policies.stream()
        .flatMap(p -> p.mandates().stream())
        .anyMatch(m -> m.digest().equals(mandate));
  }

  boolean holds(MandateChain chain) {
    return policies.stream().anyMatch(p -> p.mandates().equals(chain.mandates()));
  }

  boolean holds(Revocation revocation) {
    return revocations.contains(revocation);
  }

  boolean isEmpty() {
    return policies.isEmpty();
  }

  boolean inForce(Timestamp now) {
    refresh(now);
    return !standing.isEmpty();
  }

  /**
   * By the first mandate that allows it; else as the one that asks a person, else the first says.
   */
  Judged judge(Proposal proposal, PathSummary path, Timestamp now) {
    refresh(now);
    if (standing.isEmpty()) {
      return new Judged(policies.getFirst(), new Judgement.Denied(whyNone));
    }
    Judged best = null;
    for (Policy policy : standing) {
      Judgement judgement = policy.judge(proposal, path);
      if (judgement.decision().releases()) {
        return new Judged(policy, judgement);
      }
      if (best == null || judgement instanceof Judgement.Escalated) {
        best = new Judged(policy, judgement);
      }
    }
    return best == null ? new Judged(policies.getFirst(), new Judgement.Denied(whyNone)) : best;
  }

  private void refresh(Timestamp now) {
    long at = now.instant().toEpochMilli();
    if (at >= validFrom && at <= validUntil) {
      return;
    }
    List<Policy> inForce = new ArrayList<>();
    String why = "there is no mandate";
    validFrom = at;
    validUntil = Long.MAX_VALUE;
    for (Policy policy : policies) {
      MandateChain chain = new MandateChain(policy.mandates());
      switch (check(chain, now)) {
        case MandateChain.Standing.InForce _ -> inForce.add(policy);
        case MandateChain.Standing.Refused(var fault, int _) ->
            why = "no mandate is in force: " + fault.reason();
      }
      long change =
          chain
              .changes(revocations, now)
              .map(time -> time.toEpochMilli() - 1)
              .orElse(Long.MAX_VALUE);
      validUntil = Math.min(validUntil, change);
    }
    standing = List.copyOf(inForce);
    whyNone = why;
  }
}
