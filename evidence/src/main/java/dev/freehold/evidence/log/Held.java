// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An entry on its way from the caller to a tile. */
final class Held {
  private final EntryKind kind;
  private final Source source;
  private final long sequence;

  /** The encoded entry, or what stands behind its late record. */
  private final byte[] bytes;

  private final @Nullable LateRecord late;

  private Held(
      EntryKind kind, Source source, long sequence, byte[] bytes, @Nullable LateRecord late) {
    this.kind = kind;
    this.source = source;
    this.sequence = sequence;
    this.bytes = bytes;
    this.late = late;
  }

  /** An entry that is encoded already. */
  static Held of(byte[] bytes, EntryKind kind, Source source, long sequence) {
    return new Held(kind, source, sequence, bytes, null);
  }

  /** An entry of a record that is finished later. */
  static Held of(LateRecord record, EntryKind kind, Source source, long sequence) {
    return new Held(kind, source, sequence, Entry.after(source, sequence), record);
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
    return late == null
        ? bytes.length
        : Math.addExact(Entry.before(kind).length + bytes.length, late.length());
  }

  /** The encoded entry, not copied; after {@link #finish}. */
  byte[] bytes() {
    if (late == null) {
      return bytes;
    }
    byte[] record = late.record();
    if (record.length != late.length()) {
      throw new IllegalStateException("a record has another length than it said");
    }
    return Entry.encode(Entry.before(kind), record, bytes);
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
