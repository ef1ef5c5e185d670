// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.Policy.KnownWitness;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The claim {@link Claim#WITNESSED}: each checkpoint in question has the cosignatures that the
 * policy demands.
 */
public final class WitnessedCheck {
  private WitnessedCheck() {}

  public static Report.Finding check(
      List<ProvenEntry> entries, Set<NodeId> signers, Demands demands) {
    Policy policy = demands.policyOrNull();
    if (policy == null) {
      return Report.Finding.of(
          Claim.WITNESSED,
          new Verdict.Undecidable(
              "nothing says which witnesses count: give a policy with --policy"),
          "");
    }
    List<String> reasons = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> held = new ArrayList<>();
    Map<SignedCheckpoint, Boolean> checkpoints = new LinkedHashMap<>();
    entries.forEach(each -> checkpoints.put(each.proof().checkpoint(), true));
    for (SignedCheckpoint signed : checkpoints.keySet()) {
      String which =
          "%s at %d entries".formatted(signed.checkpoint().origin(), signed.checkpoint().size());
      switch (policy.judge(
          signed, LoggedCheck.keys(signed.checkpoint().origin(), signers, demands))) {
        case Policy.Judgement.Refused(String why) -> reasons.add(which + ": " + why);
        case Policy.Judgement.Counted counted when counted.met() ->
            held.add(which + ": " + told(counted));
        case Policy.Judgement.Counted counted ->
            missing.add(
                which
                    + " lacks cosignatures that the policy demands ("
                    + told(counted)
                    + "): export it again once they are there");
      }
    }
    Verdict verdict =
        reasons.isEmpty() && !missing.isEmpty()
            ? new Verdict.Undecidable(String.join("; ", missing))
            : Verdict.of(reasons);
    return Report.Finding.of(Claim.WITNESSED, verdict, String.join("; ", held));
  }

  private static String told(Policy.Judgement.Counted counted) {
    List<String> by = new ArrayList<>();
    for (Map.Entry<KnownWitness, Optional<Instant>> each : counted.cosigned().entrySet()) {
      by.add(each.getKey().name() + each.getValue().map(time -> " at " + time).orElse(""));
    }
    List<String> not = counted.missing().stream().map(KnownWitness::name).toList();
    return (by.isEmpty() ? "cosigned by nobody" : "cosigned by " + String.join(", ", by))
        + (not.isEmpty() ? "" : "; not by " + String.join(", ", not));
  }
}
