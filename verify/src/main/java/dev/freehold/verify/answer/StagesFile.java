// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the machines of a split model signed of one answer: who signed, and who of them computed
 * wrongly. The answer's transcript has to lie beside it.
 */
public final class StagesFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.REPLAYED);

  private final ReplayCheck replay;
  private final Given given;

  public StagesFile(ReplayCheck replay, Given given) {
    this.replay = replay;
    this.given = given;
  }

  @Override
  public String name() {
    return "statements of stages";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    Set<Claim> demanded = demands.claims(CLAIMS);
    return switch (StageFile.decode(file)) {
      case Parsed.Malformed<StageFile>(String reason) ->
          Marks.format(file)
              .filter(StageFile.FORMAT::equals)
              .map(
                  _ ->
                      Report.unread(
                          "the file is not the one encoding of statements of stages: " + reason,
                          demanded));
      case Parsed.Read<StageFile>(StageFile stages) ->
          Optional.of(
              Report.of(
                  List.of(
                      signed(stages).finding(Claim.SIGNED),
                      replayed(stages).finding(Claim.REPLAYED)),
                  demanded,
                  subject(stages)));
    };
  }

  private static Grounds signed(StageFile stages) {
    Grounds grounds = new Grounds();
    int count = 0;
    for (List<StageReceipt> choice : stages.choices()) {
      for (StageReceipt receipt : choice) {
        count++;
        if (!receipt.signed()) {
          grounds.against(
              "the statement of "
                  + receipt.statement().layers()
                  + " is not signed by "
                  + receipt.statement().node());
        }
      }
    }
    if (count == 0) {
      grounds.missing("there is no statement in it");
    } else {
      grounds.holds(count + " statements, each by the node that it names");
    }
    return grounds;
  }

  private Grounds replayed(StageFile stages) {
    Grounds grounds = new Grounds();
    Optional<Transcript> found = Optional.empty();
    for (Path beside : given.beside()) {
      Optional<byte[]> bytes = Given.bytes(beside);
      if (bytes.isPresent()
          && EvidenceFile.decode(bytes.get())
              instanceof
              Parsed.Read<EvidenceFile>(EvidenceFile.WithTranscript(Transcript transcript))
          && transcript.receipt().id().equals(stages.receipt())) {
        found = Optional.of(transcript);
      }
    }
    if (found.isEmpty()) {
      grounds.missing(
          "the transcript of "
              + stages.receipt()
              + " is needed: 'freehold receipt export' writes it, --beside names it");
      return grounds;
    }
    Transcript transcript = found.get();
    if (!transcript.receipt().signed()
        || !(TranscriptCheck.check(transcript) instanceof Verdict.Valid)) {
      grounds.missing("the transcript beside is not what its node signed");
      return grounds;
    }
    replay.check(transcript, stages, grounds);
    return grounds;
  }

  private static Report.Subject subject(StageFile stages) {
    long machines =
        stages.choices().stream()
            .flatMap(List::stream)
            .map(receipt -> receipt.statement().node())
            .distinct()
            .count();
    return new Report.Subject(
        "what %d machines signed of %s".formatted(machines, stages.receipt()),
        Json.object().put("receipt", stages.receipt().text()).put("machines", machines).build());
  }
}
