// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogCheck;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Note;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A signed note, usually a checkpoint (docs/formats/note.md), with the log's files or without. */
public final class NoteFile implements FileKind {
  private static final byte[] MARK = "\n\n\u2014 ".getBytes(StandardCharsets.UTF_8);

  private final Given given;

  /** With what lies beside the file. */
  public NoteFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a checkpoint or another signed note";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    Set<Claim> own = EnumSet.of(Claim.SIGNED);
    if (!given.beside().isEmpty()) {
      own.add(Claim.MATCHED);
    }
    if (demands.timesOrNull() != null) {
      own.add(Claim.TIMESTAMPED);
    }
    if (!demands.chains().isEmpty()) {
      own.add(Claim.ANCHORED);
    }
    Set<Claim> demanded = demands.claims(own);
    return switch (Note.parse(file)) {
      case Parsed.Malformed<Note>(String reason) ->
          Marks.contains(file, MARK)
              ? Optional.of(Report.unread("the file is not a signed note: " + reason, demanded))
              : Optional.empty();
      case Parsed.Read<Note>(Note note) ->
          switch (Checkpoint.parse(note.text())) {
            case Parsed.Malformed<Checkpoint> _ -> Optional.of(plain(note, demands, demanded));
            case Parsed.Read<Checkpoint>(Checkpoint checkpoint) ->
                Optional.of(checkpoint(new SignedCheckpoint(checkpoint, note), demands, demanded));
          };
    };
  }

  private static Report plain(Note note, Demands demands, Set<Claim> demanded) {
    String first = note.text().lines().findFirst().orElse("");
    return Report.of(
        List.of(NoteSigned.note(note, demands).finding(Claim.SIGNED)),
        demanded,
        new Report.Subject("a note: " + first, Json.object().put("note", first).build()));
  }

  private Report checkpoint(SignedCheckpoint signed, Demands demands, Set<Claim> demanded) {
    Checkpoint checkpoint = signed.checkpoint();
    Grounds by = NoteSigned.checkpoint(signed, demands);
    List<Report.Finding> findings = new ArrayList<>();
    findings.add(by.finding(Claim.SIGNED));
    if (!given.beside().isEmpty()) {
      Grounds matched = matched(signed, by, demands);
      findings.add(matched.finding(Claim.MATCHED));
      if (matched.hold()) {
        findings.addAll(vouched(signed, demands, demanded));
      }
    }
    return Report.of(
        findings,
        demanded,
        new Report.Subject(
            "checkpoint of %s at %d entries".formatted(checkpoint.origin(), checkpoint.size()),
            Json.object()
                .put("log", checkpoint.origin().text())
                .put("size", checkpoint.size())
                .put("root", checkpoint.root().toString())
                .build()));
  }

  /** What the entries tell of stamps and anchors, where somebody wants to know. */
  private List<Report.Finding> vouched(
      SignedCheckpoint signed, Demands demands, Set<Claim> demanded) {
    boolean stamps = demands.timesOrNull() != null || demanded.contains(Claim.TIMESTAMPED);
    boolean anchors = !demands.chains().isEmpty() || demanded.contains(Claim.ANCHORED);
    List<Report.Finding> findings = new ArrayList<>();
    if (!stamps && !anchors) {
      return findings;
    }
    try {
      VouchedEntries told =
          VouchedEntries.read(
              new LogReader(FolderStorage.reading(given.beside().getFirst()), signed), demands);
      if (stamps) {
        findings.add(told.timestamped());
      }
      if (anchors) {
        findings.add(told.anchored());
      }
    } catch (LogException e) {
      // The files changed since they were compared: nothing of it was checked.
      Verdict unread = new Verdict.Undecidable(String.valueOf(e.getMessage()));
      if (stamps) {
        findings.add(Report.Finding.of(Claim.TIMESTAMPED, unread, ""));
      }
      if (anchors) {
        findings.add(Report.Finding.of(Claim.ANCHORED, unread, ""));
      }
    }
    return findings;
  }

  private Grounds matched(SignedCheckpoint signed, Grounds by, Demands demands) {
    Grounds grounds = new Grounds();
    Optional<VerifierKey> key = NoteSigned.logKey(signed.checkpoint().origin(), demands);
    if (key.isEmpty() || !by.hold()) {
      grounds.missing("not compared, since it is not known that the log signed this checkpoint");
      return grounds;
    }
    for (Path folder : given.beside()) {
      if (!Files.isDirectory(folder)) {
        grounds.missing(folder + " is no folder with a log's files");
        continue;
      }
      // Of other people's logs the entries are bytes: only their hashes are compared.
      boolean ours = NodeLog.node(signed.checkpoint().origin()).isPresent();
      LogCheck.Report report =
          ours
              ? LogCheck.run(FolderStorage.reading(folder), signed, List.of(key.get()))
              : LogCheck.tree(FolderStorage.reading(folder), signed, List.of(key.get()));
      report.findings().forEach(finding -> grounds.against(finding.toString()));
      if (report.sound()) {
        grounds.holds(
            "%d entries in %s: every hash derived again, and the root is this one"
                .formatted(report.entries(), folder));
      }
    }
    return grounds;
  }
}
