// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.bundle.StampedCheckpoint;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.record.Digest;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The claim {@link Claim#TIMESTAMPED}: each checkpoint in question was stamped by as many different
 * authorities as demanded, and no stamp in the file is false.
 */
public final class TimestampedCheck {
  private TimestampedCheck() {}

  public static Report.Finding check(Bundle bundle, Demands demands) {
    TimestampPolicy times = demands.timesOrNull();
    if (times == null) {
      return Report.Finding.of(
          Claim.TIMESTAMPED,
          new Verdict.Undecidable(
              "nothing says who is believed for time: name authorities with --time-policy"),
          "");
    }
    List<String> reasons = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> held = new ArrayList<>();
    Set<Checkpoint> checkpoints = new LinkedHashSet<>();
    for (ProvenEntry each : bundle.entries()) {
      checkpoints.add(each.proof().checkpoint().checkpoint());
    }
    Set<Digest> known = new LinkedHashSet<>();
    for (Checkpoint checkpoint : checkpoints) {
      byte[] message = LoggedTimestamp.message(checkpoint);
      Digest digest = Digest.sha256(message);
      known.add(digest);
      String which = "%s at %d entries".formatted(checkpoint.origin(), checkpoint.size());
      Map<String, Instant> by = new TreeMap<>();
      List<String> unbelieved = new ArrayList<>();
      for (StampedCheckpoint stamp : bundle.stamps()) {
        if (stamp.checkpoint().equals(digest)) {
          TimestampPolicy.Stamp judged = times.judge(stamp.token(), message);
          String authority = judged.authorityOrNull();
          Instant time = judged.timeOrNull();
          if (authority != null && time != null) {
            by.merge(authority, time, (one, other) -> one.isBefore(other) ? one : other);
          } else {
            (judged.strange() ? unbelieved : reasons)
                .add(which + ": a stamp counts for nothing: " + judged.why());
          }
        }
      }
      if (by.size() >= times.quorum()) {
        List<String> told = new ArrayList<>();
        by.forEach((authority, time) -> told.add(authority + " at " + time));
        held.add(which + ": there according to " + String.join(", ", told));
      } else {
        missing.add(
            "%s has stamps of %d of the %d authorities that are demanded"
                    .formatted(which, by.size(), times.quorum())
                + (by.isEmpty() ? "" : " (" + String.join(", ", by.keySet()) + ")")
                + (unbelieved.isEmpty() ? "" : "; " + String.join("; ", unbelieved)));
      }
    }
    for (StampedCheckpoint stamp : bundle.stamps()) {
      if (!known.contains(stamp.checkpoint())) {
        reasons.add("a stamp is of no checkpoint in this file");
      }
    }
    Verdict verdict =
        reasons.isEmpty() && !missing.isEmpty()
            ? new Verdict.Undecidable(String.join("; ", missing))
            : Verdict.of(reasons);
    return Report.Finding.of(Claim.TIMESTAMPED, verdict, String.join("; ", held));
  }
}
