// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An entry on its way from the caller to a tile. */
final class Held {
  private final byte @Nullable [] bytes;
  private final @Nullable LateRecord late;
  private final int length;
  private final EntryKind kind;
  private final Source source;
  private final long sequence;

  private Held(
      byte @Nullable [] bytes,
      @Nullable LateRecord late,
      int length,
      EntryKind kind,
      Source source,
      long sequence) {
    this.bytes = bytes;
    this.late = late;
    this.length = length;
    this.kind = kind;
    this.source = source;
    this.sequence = sequence;
  }

  /** An entry that is encoded already. */
  static Held of(byte[] bytes, EntryKind kind, Source source, long sequence) {
    return new Held(bytes, null, bytes.length, kind, source, sequence);
  }

  /** An entry of a record that is finished later. */
  static Held of(LateRecord record, EntryKind kind, Source source, long sequence) {
    int length = Entry.length(kind, source, sequence, record.length());
    return new Held(null, record, length, kind, source, sequence);
  }

  static Held of(byte[] bytes, Entry entry) {
    return of(bytes, entry.kind(), entry.source(), entry.sequence());
  }

  /** Finishes the records of those that are going to be written. */
  static void finish(List<Held> entries) {
    List<LateRecord> together = new ArrayList<>();
    for (Held entry : entries) {
      if (entry.late != null) {
        together.add(entry.late);
      }
    }
    for (LateRecord record : together) {
      record.finish(together);
    }
  }

  /** Length of the encoded entry. */
  int length() {
    return length;
  }

  /** The encoded entry, not copied; after {@link #finish}. */
  byte[] bytes() {
    byte[] whole = bytes;
    if (whole == null) {
      LateRecord record = Objects.requireNonNull(late);
      whole = Entry.encode(kind, source, sequence, record.record());
      if (whole.length != length) {
        throw new IllegalStateException("a record has another length than it said");
      }
    }
    return whole;
  }

  EntryKind kind() {
    return kind;
  }

  Source source() {
    return source;
  }

  long sequence() {
    return sequence;
  }
}
