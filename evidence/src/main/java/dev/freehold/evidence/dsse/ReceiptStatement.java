// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import dev.freehold.evidence.Receipt;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.util.List;
import java.util.Optional;

/** A receipt as an in-toto statement, for other people's tools (docs/formats/dsse.md). */
public final class ReceiptStatement {
  /** The predicate's type. */
  public static final String TYPE = "urn:freehold:receipt:1";

  private ReceiptStatement() {}

  /** The statement about a receipt. */
  public static InTotoStatement of(Receipt receipt) {
    return new InTotoStatement(List.of(subject(receipt)), TYPE, receipt.toJson());
  }

  /** Reads the receipt that a statement is about; whether anybody signed it is not said. */
  public static Parsed<Receipt> read(InTotoStatement statement) {
    if (!statement.predicateType().equals(TYPE)) {
      return new Parsed.Malformed<>(
          "the predicate is of type \"" + statement.predicateType() + "\", not " + TYPE);
    }
    Optional<Receipt> receipt = Receipt.of(statement.predicate());
    if (receipt.isEmpty()) {
      return new Parsed.Malformed<>("the predicate is no receipt");
    }
    return statement.subjects().equals(List.of(subject(receipt.get())))
        ? new Parsed.Read<>(receipt.get())
        : new Parsed.Malformed<>("the subject is not the receipt in the predicate");
  }

  private static InTotoStatement.Subject subject(Receipt receipt) {
    return InTotoStatement.Subject.of(receipt.id().text(), Digest.sha256(receipt.encode()));
  }
}
