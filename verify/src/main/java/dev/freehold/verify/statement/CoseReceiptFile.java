// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.statement;

import dev.freehold.evidence.cose.CoseReceipt;
import dev.freehold.evidence.cose.SignedStatement;
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

/** A COSE receipt by itself (docs/formats/cose.md); what it is of lies beside it. */
public final class CoseReceiptFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.LOGGED);

  private final Given given;

  /** With what lies beside the file. */
  public CoseReceiptFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a COSE receipt";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    // A damaged one is told apart from no statement in the file, and is Invalid as such.
    return CoseReceipt.decode(file) instanceof Parsed.Read<CoseReceipt>(CoseReceipt receipt)
        ? Optional.of(check(receipt, demands))
        : Optional.empty();
  }

  private Report check(CoseReceipt receipt, Demands demands) {
    Grounds logged = new Grounds();
    Optional<byte[]> of = given.only();
    if (of.isEmpty()) {
      logged.missing("what it is a receipt of is missing: give the entry with --beside");
    } else {
      Map<String, byte[]> leaves = new LinkedHashMap<>();
      leaves.put("the file beside it", of.get());
      if (SignedStatement.decode(of.get())
          instanceof Parsed.Read<SignedStatement>(SignedStatement statement)) {
        leaves.clear();
        if (statement.carriesEntry() && statement.payload().isPresent()) {
          leaves.put("the entry in the statement", statement.payload().get());
        } else {
          leaves.put("the statement", statement.leaf(SignedStatement.Leaf.STATEMENT));
          leaves.put(
              "the statement's SHA-256", statement.leaf(SignedStatement.Leaf.STATEMENT_DIGEST));
        }
      }
      ReceiptSigned logs = new ReceiptSigned(demands, given);
      // Its log is named after the key, as a checkpoint's is: it proves a key, not whose.
      receipt.log().ifPresent(logs::know);
      logs.check(receipt, leaves, logged);
    }
    String log = receipt.log().orElse("a log that it does not name");
    if (demands.node().isPresent() && !demands.node().get().toString().equals(log)) {
      logged.against("it is of " + log + ", not of the expected " + demands.node().get());
    }
    return Report.of(
        List.of(logged.finding(Claim.LOGGED)),
        demands.claims(CLAIMS),
        new Report.Subject("receipt of " + log, Json.object().put("log", log).build()));
  }
}
