// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The claim {@link Claim#LOGGED}: every entry stands in its log, and the log's key says so. */
public final class LoggedCheck {
  private LoggedCheck() {}

  /**
   * Checks entries.
   *
   * @param signers who signed the records in question: their logs need no further introduction
   * @param demands may name logs
   */
  public static Report.Finding check(
      List<ProvenEntry> entries, Set<NodeId> signers, Demands demands) {
    List<String> reasons = new ArrayList<>();
    List<String> strangers = new ArrayList<>();
    Set<Origin> origins = new LinkedHashSet<>();
    for (int i = 0; i < entries.size(); i++) {
      ProvenEntry each = entries.get(i);
      SignedCheckpoint signed = each.proof().checkpoint();
      Origin origin = signed.checkpoint().origin();
      origins.add(origin);
      String which = "entry %d (%s)".formatted(i, each.entry().kind().text());
      if (!each.included()) {
        reasons.add(which + " does not stand where its proof says: it, or the proof, was changed");
      }
      List<VerifierKey> keys = keys(origin, signers, demands);
      if (keys.isEmpty()) {
        strangers.add(
            which
                + " is in the log '"
                + origin
                + "', which nobody in this file vouches for: name its key with --log");
      } else if (!(signed.verify(keys) instanceof NoteCheck.Accepted)) {
        reasons.add(which + ": its checkpoint is not signed by the key of the log " + origin);
      }
    }
    Verdict verdict =
        reasons.isEmpty() && !strangers.isEmpty()
            ? new Verdict.Undecidable(String.join("; ", strangers))
            : Verdict.of(reasons);
    return Report.Finding.of(
        Claim.LOGGED,
        verdict,
        "%d entr%s, each under a checkpoint that its log signed: %s"
            .formatted(
                entries.size(),
                entries.size() == 1 ? "y" : "ies",
                String.join(", ", origins.stream().map(Origin::text).toList())));
  }

  /** With what a log's checkpoints are verified: keys that were named, or its node's own. */
  static List<VerifierKey> keys(Origin origin, Set<NodeId> signers, Demands demands) {
    List<VerifierKey> named = demands.keys(origin);
    return named.isEmpty()
        ? NodeLog.node(origin).filter(signers::contains).map(NodeLog::verifierKey).stream().toList()
        : named;
  }
}
