// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.record.Parsed;
import dev.freehold.verify.log.AnchoredCheck;
import dev.freehold.verify.log.LoggedCheck;
import dev.freehold.verify.log.TimestampedCheck;
import dev.freehold.verify.log.WitnessedCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An answer with the entries of logs that tell of it (docs/formats/bundle.md). */
public final class BundleFile implements FileKind {
  /** Kinds whose records are tokens of a gateway. */
  private static final Set<EntryKind> STEPS =
      EnumSet.of(EntryKind.REQUEST, EntryKind.EFFECT, EntryKind.RESULT);

  private final AnswerFile answers;

  public BundleFile(AnswerFile answers) {
    this.answers = answers;
  }

  @Override
  public String name() {
    return "a bundle";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (Bundle.decode(file)) {
      case Parsed.Malformed<Bundle>(String reason) ->
          Marks.format(file)
              .filter(Bundle.FORMAT::equals)
              .map(
                  _ ->
                      Report.unread(
                          "the file is not the one encoding of a bundle: " + reason,
                          demands.claims(claims(false, demands))));
      case Parsed.Read<Bundle>(Bundle bundle) -> Optional.of(check(bundle, demands));
    };
  }

  private static Set<Claim> claims(boolean authorised, Demands demands) {
    Set<Claim> claims = EnumSet.copyOf(AnswerFile.CLAIMS);
    claims.add(Claim.LOGGED);
    if (demands.policyOrNull() != null) {
      claims.add(Claim.WITNESSED);
    }
    if (demands.timesOrNull() != null) {
      claims.add(Claim.TIMESTAMPED);
    }
    if (!demands.chains().isEmpty()) {
      claims.add(Claim.ANCHORED);
    }
    if (authorised) {
      claims.add(Claim.AUTHORISED);
    }
    return claims;
  }

  private Report check(Bundle bundle, Demands demands) {
    boolean authorised = AuthorisedCheck.told(bundle);
    Set<Claim> demanded = demands.claims(claims(authorised, demands));
    List<ProvenEntry> receipts =
        bundle.entries().stream().filter(e -> e.entry().kind() == EntryKind.RECEIPT).toList();
    if (receipts.size() != 1) {
      return Report.unread(
          "a bundle tells of one receipt, this one of " + receipts.size(), demanded);
    }
    Optional<Receipt> receipt =
        bundle
            .transcript()
            .map(Transcript::receipt)
            .or(() -> LoggedReceipt.whole(receipts.getFirst().entry()));
    if (receipt.isEmpty()) {
      return Report.unread(
          "the entry holds no receipt, and the bundle no transcript that has it", demanded);
    }
    if (!LoggedReceipt.is(receipts.getFirst().entry(), receipt.get())) {
      return Report.unread("the transcript is of another receipt than the entry", demanded);
    }
    EvidenceFile evidence =
        bundle
            .transcript()
            .<EvidenceFile>map(EvidenceFile.WithTranscript::new)
            .orElseGet(() -> new EvidenceFile.ReceiptAlone(receipt.get()));
    List<Report.Finding> findings = new ArrayList<>(answers.findings(evidence, demands));
    Set<NodeId> signers = signers(bundle, receipt.get());
    findings.add(LoggedCheck.check(bundle.entries(), signers, demands));
    if (demands.policyOrNull() != null || demanded.contains(Claim.WITNESSED)) {
      findings.add(WitnessedCheck.check(bundle.entries(), signers, demands));
    }
    if (!bundle.stamps().isEmpty() || demanded.contains(Claim.TIMESTAMPED)) {
      findings.add(TimestampedCheck.check(bundle, demands));
    }
    if (!bundle.anchors().isEmpty() || demanded.contains(Claim.ANCHORED)) {
      findings.add(AnchoredCheck.check(bundle, demands));
    }
    if (authorised) {
      findings.add(new AuthorisedCheck(bundle, receipt.get(), demands).check());
    }
    return Report.of(findings, demanded, AnswerFile.subject(receipt.get()));
  }

  /** Who vouches for the records: their own logs hold them. */
  private static Set<NodeId> signers(Bundle bundle, Receipt receipt) {
    Set<NodeId> signers = new HashSet<>();
    signers.add(receipt.statement().node());
    for (ProvenEntry each : bundle.entries()) {
      if (STEPS.contains(each.entry().kind())
          && Token.of(each.entry().record())
              instanceof TokenReading.Accepted(Token token, List<String> _)) {
        NodeId.parse(token.issuer()).ifPresent(signers::add);
      }
    }
    return signers;
  }
}
