// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.statement;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.evidence.dsse.Provenance;
import dev.freehold.evidence.dsse.ProvenanceTree;
import dev.freehold.evidence.dsse.ReceiptStatement;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.answer.KeysBeside;
import dev.freehold.verify.answer.SignedCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A DSSE envelope, with an in-toto statement or another payload (docs/formats/dsse.md). */
public final class EnvelopeFile implements FileKind {
  private final Given given;

  /** With what lies beside the file. */
  public EnvelopeFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a DSSE envelope";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    Set<Claim> own = EnumSet.of(Claim.SIGNED);
    if (given.beside().stream().anyMatch(path -> envelope(path).isEmpty())) {
      own.add(Claim.MATCHED);
    }
    Set<Claim> demanded = demands.claims(own);
    return switch (Envelope.decode(file)) {
      case Parsed.Malformed<Envelope>(String reason) ->
          Marks.has(file, "payload", "payloadType")
              ? Optional.of(Report.unread("the file is not a DSSE envelope: " + reason, demanded))
              : Optional.empty();
      case Parsed.Read<Envelope>(Envelope envelope) ->
          Optional.of(
              envelope.payloadType().equals(InTotoStatement.PAYLOAD_TYPE)
                  ? statement(envelope, demands, demanded)
                  : other(envelope, demands, demanded));
    };
  }

  private static Optional<Envelope> envelope(Path path) {
    return Given.bytes(path)
        .flatMap(
            bytes ->
                Envelope.decode(bytes) instanceof Parsed.Read<Envelope>(Envelope envelope)
                    ? Optional.of(envelope)
                    : Optional.empty());
  }

  private Report other(Envelope envelope, Demands demands, Set<Claim> demanded) {
    Grounds signed = new Grounds();
    signed(envelope, signed);
    unexpected(demands, signed);
    return Report.of(
        List.of(signed.finding(Claim.SIGNED)),
        demanded,
        new Report.Subject(
            "an envelope of " + envelope.payloadType(),
            Json.object().put("payloadType", envelope.payloadType()).build()));
  }

  private Report statement(Envelope envelope, Demands demands, Set<Claim> demanded) {
    InTotoStatement statement;
    switch (InTotoStatement.of(envelope)) {
      case Parsed.Malformed<InTotoStatement>(String reason) -> {
        return Report.unread("the payload is not an in-toto statement: " + reason, demanded);
      }
      case Parsed.Read<InTotoStatement>(InTotoStatement read) -> statement = read;
    }
    Grounds signed = new Grounds();
    List<String> lines = new ArrayList<>();
    switch (statement.predicateType()) {
      case ReceiptStatement.TYPE -> receipt(envelope, statement, demands, signed);
      case Provenance.TYPE -> {
        unexpected(demands, signed);
        provenance(envelope, statement, signed, lines);
      }
      default -> {
        unexpected(demands, signed);
        signed(envelope, signed);
      }
    }
    List<Report.Finding> findings = new ArrayList<>();
    findings.add(signed.finding(Claim.SIGNED));
    if (demanded.contains(Claim.MATCHED)) {
      findings.add(matched(statement).finding(Claim.MATCHED));
    }
    String name = statement.subjects().getFirst().name();
    return Report.of(
        findings,
        demanded,
        new Report.Subject(
            "statement (%s) about %s".formatted(statement.predicateType(), name),
            Json.object()
                .put("predicateType", statement.predicateType())
                .put("about", name)
                .put("subjects", statement.subjects().size())
                .build(),
            lines));
  }

  private static void unexpected(Demands demands, Grounds signed) {
    if (demands.node().isPresent()) {
      signed.missing("an envelope names no node: give the signer's key with --key, not --node");
    }
  }

  private Optional<PublicKeyInfo> signed(Envelope envelope, Grounds grounds) {
    for (PublicKeyInfo key : given.keys()) {
      Check check = envelope.verify(key);
      if (check.holds()) {
        grounds.add(check);
        return Optional.of(key);
      }
    }
    if (given.keys().isEmpty()) {
      grounds.missing("whose signature counts is not said: give the signer's key with --key");
    } else {
      grounds.add(envelope.verify(given.keys().getFirst()));
    }
    return Optional.empty();
  }

  /** The receipt names its node: that key has to have signed both. */
  private void receipt(
      Envelope envelope, InTotoStatement statement, Demands demands, Grounds signed) {
    switch (ReceiptStatement.read(statement)) {
      case Parsed.Malformed<Receipt>(String reason) -> signed.against(reason);
      case Parsed.Read<Receipt>(Receipt receipt) -> {
        switch (SignedCheck.check(receipt, demands.nodeOrNull(), KeysBeside.of(given))) {
          case Verdict.Valid _ -> signed.holds("receipt by " + receipt.statement().node());
          case Verdict.Invalid(List<String> reasons) -> reasons.forEach(signed::against);
          case Verdict.Undecidable(String why) -> signed.missing(why);
        }
        signed.add(envelope.verify(PublicKeyInfo.of(receipt.statement().node().key())));
      }
    }
  }

  private void provenance(
      Envelope envelope, InTotoStatement statement, Grounds signed, List<String> lines) {
    Provenance said;
    switch (Provenance.of(statement)) {
      case Parsed.Malformed<Provenance>(String reason) -> {
        signed.against(reason);
        return;
      }
      case Parsed.Read<Provenance>(Provenance read) -> said = read;
    }
    List<ProvenanceTree.Trusted> trusted = new ArrayList<>();
    signed(envelope, signed).ifPresent(key -> trusted.add(new ProvenanceTree.Trusted(said, key)));
    for (Path path : given.beside()) {
      envelope(path).ifPresent(further -> further(path, further, signed, trusted));
    }
    if (!trusted.isEmpty()) {
      try {
        lines.addAll(
            ProvenanceTree.of(said.name(), said.digest(), trusted).text().lines().toList());
      } catch (IllegalArgumentException e) {
        signed.against(String.valueOf(e.getMessage()));
      }
    }
  }

  private void further(
      Path path, Envelope envelope, Grounds signed, List<ProvenanceTree.Trusted> trusted) {
    Grounds own = new Grounds();
    Optional<PublicKeyInfo> key = signed(envelope, own);
    switch (own.verdict()) {
      case Verdict.Valid _ -> {}
      case Verdict.Invalid(List<String> reasons) ->
          reasons.forEach(reason -> signed.against(path + ": " + reason));
      case Verdict.Undecidable(String why) -> signed.missing(path + ": " + why);
    }
    if (key.isPresent()) {
      switch (ProvenanceTree.Trusted.of(envelope, key.get())) {
        case Parsed.Read<ProvenanceTree.Trusted>(ProvenanceTree.Trusted read) -> {
          trusted.add(read);
          signed.holds(path.getFileName() + " too");
        }
        case Parsed.Malformed<ProvenanceTree.Trusted>(String reason) ->
            signed.against(path + ": " + reason);
      }
    }
  }

  /** Whether each file beside the envelope is a subject of the statement. */
  private Grounds matched(InTotoStatement statement) {
    Grounds grounds = new Grounds();
    for (Path path : given.beside()) {
      if (Files.isDirectory(path)) {
        grounds.missing(path + " is a folder: name the file that has the subject's digest");
      } else if (envelope(path).isEmpty()) {
        Digest digest = digest(path);
        Optional<InTotoStatement.Subject> subject =
            statement.subjects().stream()
                .filter(s -> s.sha256().equals(Optional.of(digest)))
                .findFirst();
        if (subject.isPresent()) {
          grounds.holds(path + " is " + subject.get().name());
        } else {
          grounds.against(path + " (" + digest + ") is no subject of the statement");
        }
      }
    }
    if (given.beside().isEmpty()) {
      grounds.missing("nothing is given to compare: name the subject's file with --beside");
    }
    return grounds;
  }

  private static Digest digest(Path path) {
    MessageDigest hash = Digest.newSha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        hash.update(buffer, 0, read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the file " + path + " cannot be read", e);
    }
    return Digest.of(hash.digest());
  }
}
