// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

/** An entry on its way from the caller to a tile. */
final class Held {
  private final byte[] bytes;
  private final EntryKind kind;
  private final Source source;
  private final long sequence;

  Held(byte[] bytes, EntryKind kind, Source source, long sequence) {
    this.bytes = bytes;
    this.kind = kind;
    this.source = source;
    this.sequence = sequence;
  }

  static Held of(byte[] bytes, Entry entry) {
    return new Held(bytes, entry.kind(), entry.source(), entry.sequence());
  }

  /** The encoded entry, not copied. */
  byte[] bytes() {
    return bytes;
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
