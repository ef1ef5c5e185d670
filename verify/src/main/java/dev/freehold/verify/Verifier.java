// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.Parsed;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks files of evidence. It never throws for what a file says, however hostile; a broken machine
 * is an exception.
 *
 * @param required claims without which the verdict is Undecidable
 * @param nodeOrNull the node that must have signed, or null for any
 * @param replay how answers are replayed
 */
public record Verifier(Set<Claim> required, @Nullable NodeId nodeOrNull, ReplayCheck replay) {
  /** Copies the claims. */
  public Verifier {
    required = Set.copyOf(required);
  }

  /** Checks the bytes of a receipt or transcript. */
  public Report verify(byte[] file) {
    return switch (EvidenceFile.decode(file)) {
      case Parsed.Malformed<EvidenceFile>(String reason) -> malformed(reason);
      case Parsed.Read<EvidenceFile>(EvidenceFile.ReceiptAlone(Receipt receipt)) ->
          receiptAlone(receipt);
      case Parsed.Read<EvidenceFile>(EvidenceFile.WithTranscript(Transcript transcript)) ->
          transcript(transcript);
    };
  }

  private Report malformed(String reason) {
    Verdict unread =
        new Verdict.Undecidable("not checked, since the file cannot be read as evidence");
    return report(
        Verdict.invalid("the file is not the one encoding of a receipt or transcript: " + reason),
        unread,
        unread,
        "",
        null);
  }

  private Report receiptAlone(Receipt receipt) {
    String missing =
        "the file holds the receipt alone: whoever asked can export it with its transcript ('freehold receipt export "
            + receipt.id()
            + "')";
    return report(
        SignedCheck.check(receipt, nodeOrNull),
        new Verdict.Undecidable(missing),
        new Verdict.Undecidable(missing),
        "",
        receipt);
  }

  private Report transcript(Transcript transcript) {
    Receipt receipt = transcript.receipt();
    Verdict signed = SignedCheck.check(receipt, nodeOrNull);
    Verdict opened = TranscriptCheck.check(transcript);
    if (!(signed instanceof Verdict.Valid) || !(opened instanceof Verdict.Valid)) {
      return report(
          signed,
          opened,
          new Verdict.Undecidable(
              "not run, since what was to be replayed is not what the node signed"),
          "",
          receipt);
    }
    ReplayCheck.Result replayed = replay.check(transcript);
    return report(signed, opened, replayed.verdict(), replayed.checked(), receipt);
  }

  private Report report(
      Verdict signed,
      Verdict opened,
      Verdict replayed,
      String replayChecked,
      @Nullable Receipt receipt) {
    String signer = receipt == null ? "" : receipt.statement().node().toString();
    return Report.of(
        List.of(
            finding(
                Claim.SIGNED,
                signed,
                "by " + signer + (nodeOrNull == null ? "" : ", the expected node")),
            finding(
                Claim.TRANSCRIPT,
                opened,
                "request, response and output tokens are the ones the receipt commits to"),
            finding(Claim.REPLAYED, replayed, replayChecked)),
        required,
        receipt);
  }

  private static Report.Finding finding(Claim claim, Verdict verdict, String checked) {
    return new Report.Finding(claim, verdict, verdict instanceof Verdict.Valid ? checked : "");
  }
}
