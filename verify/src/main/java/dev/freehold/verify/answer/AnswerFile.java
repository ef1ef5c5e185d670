// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A receipt, alone or in its transcript. */
public final class AnswerFile implements FileKind {
  /** What such a file exists for. */
  static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.TRANSCRIPT, Claim.REPLAYED);

  private final ReplayCheck replay;
  private final KeysBeside keys;

  public AnswerFile(ReplayCheck replay, KeysBeside keys) {
    this.replay = replay;
    this.keys = keys;
  }

  @Override
  public String name() {
    return "a receipt or transcript";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (EvidenceFile.decode(file)) {
      case Parsed.Malformed<EvidenceFile>(String reason) ->
          Marks.format(file).filter(FORMATS::contains).map(_ -> malformed(reason, demands));
      case Parsed.Read<EvidenceFile>(EvidenceFile evidence) ->
          Optional.of(
              Report.of(
                  findings(evidence, demands),
                  demands.claims(CLAIMS),
                  subject(evidence.receipt())));
    };
  }

  private static final Set<String> FORMATS = Set.of(Statement.FORMAT, Transcript.FORMAT);

  private static Report malformed(String reason, Demands demands) {
    return Report.unread(
        "the file is not the one encoding of a receipt or transcript: " + reason,
        demands.claims(CLAIMS));
  }

  /** The claims {@code signed}, {@code transcript} and {@code replayed}. */
  List<Report.Finding> findings(EvidenceFile file, Demands demands) {
    return switch (file) {
      case EvidenceFile.ReceiptAlone(Receipt receipt) -> receiptAlone(receipt, demands);
      case EvidenceFile.WithTranscript(Transcript transcript) -> transcript(transcript, demands);
    };
  }

  private List<Report.Finding> receiptAlone(Receipt receipt, Demands demands) {
    Verdict missing =
        new Verdict.Undecidable(
            "the file holds the receipt alone: whoever asked can export it with its transcript ('freehold receipt export "
                + receipt.id()
                + "')");
    return List.of(
        signed(receipt, demands),
        Report.Finding.of(Claim.TRANSCRIPT, missing, ""),
        Report.Finding.of(Claim.REPLAYED, missing, ""));
  }

  private List<Report.Finding> transcript(Transcript transcript, Demands demands) {
    Report.Finding signed = signed(transcript.receipt(), demands);
    Report.Finding opened =
        Report.Finding.of(
            Claim.TRANSCRIPT,
            TranscriptCheck.check(transcript),
            "request, response and output tokens are the ones the receipt commits to");
    if (!(signed.verdict() instanceof Verdict.Valid)
        || !(opened.verdict() instanceof Verdict.Valid)) {
      Verdict unread =
          new Verdict.Undecidable(
              "not run, since what was to be replayed is not what the node signed");
      return List.of(signed, opened, Report.Finding.of(Claim.REPLAYED, unread, ""));
    }
    ReplayCheck.Result replayed = replay.check(transcript);
    return List.of(
        signed, opened, Report.Finding.of(Claim.REPLAYED, replayed.verdict(), replayed.checked()));
  }

  private Report.Finding signed(Receipt receipt, Demands demands) {
    NodeId signer = receipt.statement().node();
    return Report.Finding.of(
        Claim.SIGNED,
        SignedCheck.check(receipt, demands.nodeOrNull(), keys),
        "by "
            + signer
            + demands
                .node()
                .map(
                    expected ->
                        expected.equals(signer)
                            ? ", the expected node"
                            : ", which follows the expected node " + expected)
                .orElse(""));
  }

  static Report.Subject subject(Receipt receipt) {
    Statement statement = receipt.statement();
    int choices = statement.choices().size();
    return new Report.Subject(
        "%s  %s by %s, %d choice%s"
            .formatted(
                receipt.id(),
                statement.kind().text(),
                statement.model().name(),
                choices,
                choices == 1 ? "" : "s"),
        Json.object()
            .put("receipt", receipt.id().text())
            .put("node", statement.node().toString())
            .put("model", statement.model().digest().toString())
            .build());
  }
}
