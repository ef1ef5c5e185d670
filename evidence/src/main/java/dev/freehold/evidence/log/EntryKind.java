// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an entry records (docs/formats/entry.md). */
public enum EntryKind {
  /** What a node says about one answer. */
  RECEIPT,
  /** What an owner allows. */
  MANDATE,
  /** What an owner allows no longer. */
  REVOCATION,
  /** A mandate that was presented and does not count. */
  REFUSAL,
  /** What a check found. */
  VERDICT,
  /** A Proof-of-Control token. */
  TOKEN,
  /** A request that was received; durable before its effect. */
  REQUEST,
  /** An effect that was performed. */
  EFFECT,
  /** A result that was returned. */
  RESULT,
  /** A promise to pay. */
  VOUCHER,
  /** A payment. */
  SETTLEMENT,
  /** A checkpoint anchored elsewhere. */
  ANCHOR,
  /** A time given by an authority. */
  TIMESTAMP,
  /** What a source says of its key. */
  IDENTITY,
  /** The end of a source: nothing of it follows. */
  END;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** The word in an entry. */
  public String text() {
    return text;
  }

  static Optional<EntryKind> of(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
  }
}
