// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.evidence.note.Decimal;
import dev.freehold.record.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An entry on its way from the caller to a tile. */
final class Held {
  private static final String KIND = "{\"format\":\"" + Entry.FORMAT + "\",\"kind\":\"";
  private static final String RECORD = "\",\"record\":{";
  private static final String SEQUENCE = "},\"sequence\":";
  private static final String SOURCE = ",\"source\":\"";

  /** The longest of what stands before a record, and after it, with room to spare. */
  private static final int FRONT = 100;

  private static final int BACK = 300;

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

  /**
   * Reads what surrounds the record of an entry that is known to be one: a log reads back what it
   * wrote itself, and much of it when it is opened. Empty where the encoding isn't the usual one;
   * {@link Entry#decode} judges it then.
   */
  static Optional<Held> around(byte[] bytes) {
    String front = text(bytes, 0, Math.min(bytes.length, FRONT));
    int word = front.indexOf('"', KIND.length());
    if (!front.startsWith(KIND) || word < 0 || !front.startsWith(RECORD, word)) {
      return Optional.empty();
    }
    Optional<EntryKind> kind = EntryKind.of(front.substring(KIND.length(), word));
    String back = text(bytes, Math.max(0, bytes.length - BACK), bytes.length);
    // Within a string these quotation marks would be escaped.
    int sequence = back.lastIndexOf(SEQUENCE);
    int source = back.indexOf(SOURCE, Math.max(0, sequence));
    if (kind.isEmpty()
        || sequence < 0
        || source < 0
        || !back.startsWith("\"}", Math.max(source + SOURCE.length(), back.length() - 2))) {
      return Optional.empty();
    }
    String number = back.substring(sequence + SEQUENCE.length(), source);
    String name = back.substring(source + SOURCE.length(), back.length() - 2);
    Optional<Long> counted = Decimal.parse(number);
    if (counted.isEmpty()
        || counted.get() > CanonicalJson.MAX_SAFE_INTEGER
        || name.indexOf('\\') >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(bytes, kind.get(), new Source(name), counted.get()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
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

  /** The encoded entry in pieces, not copied; after {@link #finish}. */
  byte[][] pieces() {
    if (late == null) {
      return new byte[][] {bytes};
    }
    byte[] record = late.record();
    if (record.length != late.length()) {
      throw new IllegalStateException("a record has another length than it said");
    }
    return new byte[][] {Entry.before(kind), record, bytes};
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
