// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.statement;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.cose.CoseReceipt;
import dev.freehold.evidence.cose.SignedStatement;
import dev.freehold.evidence.log.Entry;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A SCITT signed statement with its receipts (docs/formats/cose.md). */
public final class StatementFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.LOGGED);

  private final Given given;

  /** With what lies beside the file. */
  public StatementFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a COSE signed statement";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (SignedStatement.decode(file)) {
      case Parsed.Malformed<SignedStatement>(String reason) ->
          file.length > 0 && file[0] == (byte) 0xd2
              ? Optional.of(
                  Report.unread(
                      "the file is not a signed statement: " + reason, demands.claims(CLAIMS)))
              : Optional.empty();
      case Parsed.Read<SignedStatement>(SignedStatement statement) ->
          Optional.of(check(statement, demands));
    };
  }

  private Report check(SignedStatement statement, Demands demands) {
    Optional<byte[]> detached = statement.payload().isPresent() ? Optional.empty() : given.only();
    Grounds signed = signed(statement, detached, demands);
    Grounds logged = logged(statement, detached, demands);
    return Report.of(
        List.of(signed.finding(Claim.SIGNED), logged.finding(Claim.LOGGED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "statement of %s about %s"
                .formatted(statement.issuer(), statement.subject().orElse("nothing named")),
            Json.object()
                .put("issuer", statement.issuer())
                .put("subject", statement.subject().orElse(""))
                .put("receipts", statement.receipts().size())
                .build()));
  }

  private Grounds signed(SignedStatement statement, Optional<byte[]> detached, Demands demands) {
    Grounds grounds = new Grounds();
    if (demands.node().isPresent() && !demands.node().get().toString().equals(statement.issuer())) {
      grounds.against(
          "it is of " + statement.issuer() + ", not of the expected " + demands.node().get());
    }
    if (statement.payload().isEmpty() && detached.isEmpty()) {
      grounds.missing("the payload is detached: give it with --beside");
      return grounds;
    }
    List<PublicKeyInfo> keys = statement.issuerKey().map(List::of).orElse(given.keys());
    if (keys.isEmpty()) {
      grounds.missing("the issuer " + statement.issuer() + " names no key: give it with --key");
      return grounds;
    }
    List<Check> checks =
        keys.stream()
            .map(
                key ->
                    detached
                        .map(payload -> statement.verifyDetached(key, payload))
                        .orElseGet(() -> statement.verify(key)))
            .toList();
    Optional<Check> held = checks.stream().filter(Check::holds).findFirst();
    if (held.isPresent()) {
      grounds.holds("by " + statement.issuer() + ", " + held.get());
    } else {
      grounds.add(checks.getFirst());
    }
    if (statement.carriesEntry()) {
      carried(statement, detached, grounds);
    }
    return grounds;
  }

  private static void carried(
      SignedStatement statement, Optional<byte[]> detached, Grounds grounds) {
    byte[] entry = statement.payload().or(() -> detached).orElseThrow();
    if (Entry.decode(entry) instanceof Parsed.Malformed<Entry>(String reason)) {
      grounds.against("its payload is " + reason);
    }
    if (!statement.subject().equals(Optional.of(SignedStatement.subjectOf(entry)))) {
      grounds.against("its subject is not the entry in it");
    }
  }

  private Grounds logged(SignedStatement statement, Optional<byte[]> detached, Demands demands) {
    Grounds grounds = new Grounds();
    if (statement.receipts().isEmpty()) {
      grounds.missing("the statement carries no receipt of a log");
      return grounds;
    }
    // What a leaf is, is each log's own rule: ours takes the entry, others the statement.
    Map<String, byte[]> leaves = new LinkedHashMap<>();
    if (!statement.carriesEntry()) {
      leaves.put("the statement", statement.leaf(SignedStatement.Leaf.STATEMENT));
      leaves.put("the statement's SHA-256", statement.leaf(SignedStatement.Leaf.STATEMENT_DIGEST));
    } else if (statement.payload().or(() -> detached).isPresent()) {
      leaves.put("the entry", statement.payload().or(() -> detached).get());
    } else {
      grounds.missing("the entry is detached: give it with --beside");
      return grounds;
    }
    ReceiptSigned logs = new ReceiptSigned(demands, given);
    logs.know(statement.issuer());
    for (CoseReceipt receipt : statement.receipts()) {
      logs.check(receipt, leaves, grounds);
    }
    return grounds;
  }
}
