// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.record.Timestamp;
import dev.freehold.verify.answer.AnswerFile;
import dev.freehold.verify.answer.ApiAnswerFile;
import dev.freehold.verify.answer.BundleFile;
import dev.freehold.verify.answer.KeysBeside;
import dev.freehold.verify.answer.StagesFile;
import dev.freehold.verify.control.CapabilityFile;
import dev.freehold.verify.control.MandateFile;
import dev.freehold.verify.control.RefusalFile;
import dev.freehold.verify.control.RevocationFile;
import dev.freehold.verify.control.TokenFile;
import dev.freehold.verify.log.EntryFile;
import dev.freehold.verify.log.NoteFile;
import dev.freehold.verify.log.ProofFile;
import dev.freehold.verify.log.SplitViewFile;
import dev.freehold.verify.log.TimestampFile;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.statement.CoseReceiptFile;
import dev.freehold.verify.statement.EnvelopeFile;
import dev.freehold.verify.statement.KeyBindingFile;
import dev.freehold.verify.statement.KeyStatementFile;
import dev.freehold.verify.statement.ModelSignatureFile;
import dev.freehold.verify.statement.StatementFile;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Report;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks files of evidence. It never throws for what a file says, however hostile; a broken machine
 * is an exception.
 */
public final class Verifier {
  private final Demands demands;
  private final List<FileKind> kinds;

  /**
   * A verifier of answers and bundles, which need nothing beside them.
   *
   * @param demands what is demanded
   * @param replay how answers are replayed
   */
  public Verifier(Demands demands, ReplayCheck replay) {
    this(demands, replay, Given.nothing(new Timestamp(Instant.EPOCH)));
  }

  /**
   * A verifier.
   *
   * @param demands what is demanded
   * @param replay how answers are replayed
   * @param given what lies beside the file, and whom to believe
   */
  public Verifier(Demands demands, ReplayCheck replay, Given given) {
    this.demands = demands;
    AnswerFile answers = new AnswerFile(replay, KeysBeside.of(given));
    this.kinds =
        List.of(
            answers,
            new BundleFile(answers),
            new StagesFile(replay, given),
            new KeyStatementFile(),
            new KeyBindingFile(),
            new SplitViewFile(),
            new ProofFile(given),
            new EntryFile(given),
            new NoteFile(given),
            new CoseReceiptFile(given),
            new StatementFile(given),
            new ModelSignatureFile(given),
            new EnvelopeFile(given),
            new TimestampFile(given),
            new MandateFile(given),
            new RevocationFile(given),
            new RefusalFile(given),
            new TokenFile(given),
            new CapabilityFile(given),
            new ApiAnswerFile());
  }

  /** What files it knows, in the order in which they are tried. */
  List<FileKind> kinds() {
    return kinds;
  }

  /** Checks the bytes of a file of any known kind. */
  public Report verify(byte[] file) {
    for (FileKind kind : kinds) {
      Optional<Report> report = kind.check(file, demands);
      if (report.isPresent()) {
        return report.get();
      }
    }
    return Report.unread(
        "the file is not the one encoding of "
            + kinds.stream().map(FileKind::name).collect(Collectors.joining(", or of "))
            + (file.length == 0 ? ": it is empty" : ""),
        demands.claims(Set.of(Claim.SIGNED)));
  }
}
