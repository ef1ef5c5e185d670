// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.util.List;
import java.util.Optional;

/** An entry of a log (docs/formats/entry.md): it says nothing without the proof beside it. */
public final class EntryFile implements FileKind {
  private final Given given;

  /** With what lies beside the file. */
  public EntryFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "an entry of a log";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (Entry.decode(file)) {
      case Parsed.Malformed<Entry>(String reason) ->
          Marks.format(file)
              .filter(Entry.FORMAT::equals)
              .map(_ -> Report.unread(reason, demands.claims(ProofFile.CLAIMS)));
      case Parsed.Read<Entry>(Entry entry) -> Optional.of(check(entry, file, demands));
    };
  }

  private Report check(Entry entry, byte[] file, Demands demands) {
    Optional<TlogProof> proof =
        given
            .only()
            .flatMap(
                bytes ->
                    TlogProof.parse(bytes) instanceof Parsed.Read<TlogProof>(TlogProof read)
                        ? Optional.of(read)
                        : Optional.empty());
    if (proof.isPresent()) {
      return ProofFile.report(proof.get(), Optional.of(file), "", demands);
    }
    Grounds missing = new Grounds();
    missing.missing(
        "the proof that it stands in a log is missing: give its tlog-proof with --beside ('freehold"
            + " log prove INDEX --output FILE' writes it)");
    return Report.of(
        List.of(missing.finding(Claim.SIGNED), missing.finding(Claim.LOGGED)),
        demands.claims(ProofFile.CLAIMS),
        new Report.Subject(
            "entry %d of %s: a %s".formatted(entry.sequence(), entry.source(), entry.kind().text()),
            Json.object().put("kind", entry.kind().text()).build()));
  }
}
