// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.bundle;

import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.util.Optional;

/**
 * A receipt as the record of an entry (docs/formats/entry.md): whole; or its digest, where it has
 * so many choices that an entry can't hold it.
 */
public final class LoggedReceipt {
  /** Value of the member {@code format} of a record that holds a digest. */
  public static final String DIGEST_FORMAT = "freehold-receipt-digest/1";

  /** What an entry needs beside its record, at most. */
  private static final int FRAME = 512;

  private LoggedReceipt() {}

  /** The record of a receipt's entry. */
  public static Json.Obj of(Receipt receipt) {
    byte[] encoded = receipt.encode();
    return fits(encoded) ? receipt.toJson() : named(receipt, encoded);
  }

  /** The same record's one encoding. */
  public static byte[] bytes(Receipt receipt) {
    byte[] encoded = receipt.encode();
    return fits(encoded) ? encoded : CanonicalJson.bytes(named(receipt, encoded));
  }

  private static boolean fits(byte[] encoded) {
    return encoded.length <= Entry.LIMIT - FRAME;
  }

  private static Json.Obj named(Receipt receipt, byte[] encoded) {
    return Json.object()
        .put("digest", Digest.sha256(encoded).toString())
        .put("format", DIGEST_FORMAT)
        .put("id", receipt.id().text())
        .build();
  }

  /** Whether an entry is this receipt's, byte for byte. */
  public static boolean is(Entry entry, Receipt receipt) {
    return entry.kind() == EntryKind.RECEIPT && entry.record().equals(of(receipt));
  }

  /** Id of the receipt that an entry records, if it records one. */
  public static Optional<ReceiptId> id(Entry entry) {
    if (entry.kind() != EntryKind.RECEIPT) {
      return Optional.empty();
    }
    return whole(entry).map(Receipt::id).or(() -> named(entry));
  }

  /** The receipt that an entry holds whole. */
  public static Optional<Receipt> whole(Entry entry) {
    return entry.kind() == EntryKind.RECEIPT ? Receipt.of(entry.record()) : Optional.empty();
  }

  private static Optional<ReceiptId> named(Entry entry) {
    if (!entry.record().get("format").equals(Optional.of(Json.of(DIGEST_FORMAT)))
        || !(entry.record().get("id").orElse(Json.Null.VALUE) instanceof Json.Str id)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ReceiptId(id.value()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
