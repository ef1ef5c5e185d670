// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Proof that a log showed two histories (docs/formats/split-view.md). */
public final class SplitViewFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.EQUIVOCATED);

  @Override
  public String name() {
    return "a split view";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    Set<Claim> demanded = demands.claims(CLAIMS);
    return switch (SplitView.decode(file)) {
      case Parsed.Malformed<SplitView>(String reason) ->
          Marks.format(file)
              .filter(SplitView.FORMAT::equals)
              .map(
                  _ ->
                      Report.unread(
                          "the file is not the one encoding of a split view: " + reason, demanded));
      case Parsed.Read<SplitView>(SplitView view) ->
          Optional.of(Report.of(findings(view, demands), demanded, subject(view)));
    };
  }

  private static List<Report.Finding> findings(SplitView view, Demands demands) {
    Origin origin = view.origin();
    List<VerifierKey> keys = new ArrayList<>(demands.keys(origin));
    if (keys.isEmpty()) {
      NodeLog.node(origin).map(NodeLog::verifierKey).ifPresent(keys::add);
    }
    Verdict signed;
    if (demands.node().isPresent() && !demands.node().equals(NodeLog.node(origin))) {
      signed = Verdict.invalid("it is of the log " + origin + ", not of the expected node's");
    } else if (keys.isEmpty()) {
      signed =
          new Verdict.Undecidable(
              "the log '" + origin + "' is not one of a node: name its key with --log");
    } else {
      List<String> reasons = new ArrayList<>();
      unsigned("first", view.first(), keys).ifPresent(reasons::add);
      unsigned("second", view.second(), keys).ifPresent(reasons::add);
      signed = Verdict.of(reasons);
    }
    Verdict equivocated =
        !view.contradicts()
            ? Verdict.invalid(
                "the two checkpoints don't contradict each other: the proof does not lead from"
                    + " another root to the second")
            : signed instanceof Verdict.Valid
                ? signed
                : new Verdict.Undecidable(
                    "the checkpoints contradict each other, but it is not shown that the log's key"
                        + " signed both");
    long first = view.first().checkpoint().size();
    long second = view.second().checkpoint().size();
    return List.of(
        Report.Finding.of(
            Claim.SIGNED, signed, "both checkpoints, by the key of the log " + origin),
        Report.Finding.of(
            Claim.EQUIVOCATED,
            equivocated,
            first == second
                ? "two roots for the same %d entries".formatted(first)
                : "the tree of %d entries does not start with the tree of %d"
                    .formatted(second, first)));
  }

  private static Optional<String> unsigned(
      String which, SignedCheckpoint checkpoint, List<VerifierKey> keys) {
    return checkpoint.verify(keys) instanceof NoteCheck.Refused refused
        ? Optional.of("the " + which + " checkpoint is not the log's: " + refused.why())
        : Optional.empty();
  }

  private static Report.Subject subject(SplitView view) {
    return new Report.Subject(
        "split view of the log " + view.origin(),
        Json.object()
            .put("log", view.origin().text())
            .put("first", view.first().checkpoint().size())
            .put("second", view.second().checkpoint().size())
            .build());
  }
}
