// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Frames of the journal (docs/formats/log.md). */
final class Journal {
  static final String FOLDER = "journal";

  /** The longest payload. */
  static final int PAYLOAD_LIMIT = 16 << 20;

  private static final int MAGIC = 0x46484a31;
  private static final int HEAD = 20;
  private static final int DIGITS = 20;

  private Journal() {}

  /** The file whose first entry has this index. */
  static String name(long first) {
    String digits = Long.toString(first);
    return FOLDER + "/" + "0".repeat(DIGITS - digits.length()) + digits;
  }

  /** The index in the name of a file; empty where it is no journal's. */
  static Optional<Long> first(String name) {
    if (!name.matches("0[0-9]{19}")) {
      return Optional.empty();
    }
    return Optional.of(Long.parseLong(name));
  }

  /** How long a frame with so long a payload is. */
  static int length(int payload) {
    return HEAD + payload + 4;
  }

  /** Writes what stands before the entries. */
  static void head(long first, int entries, int length, ByteBuffer frame) {
    frame.putInt(MAGIC).putInt(length - HEAD - 4).putLong(first).putInt(entries);
  }

  /** Writes the checksum over all before it, and makes the frame ready to be read. */
  static void seal(ByteBuffer frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame.duplicate().flip());
    frame.putInt((int) crc.getValue()).flip();
  }

  /**
   * An entry in a file.
   *
   * @param at the first byte of its length
   * @param length of both
   */
  record Place(int at, int length) {
    /** A copy of its bytes. */
    byte[] bytes(byte[] file) {
      return Arrays.copyOfRange(file, at + 2, at + length);
    }
  }

  /**
   * What a file holds.
   *
   * @param entries of its sound frames, from the one that the name says
   * @param sound length of these frames
   * @param torn whether anything but zeros follows them
   */
  record Replayed(List<Place> entries, int sound, boolean torn) {}

  /**
   * Reads a file's sound frames. Empty where a sound frame follows one that is not: then it was
   * damaged, not cut off.
   */
  static Optional<Replayed> replay(byte[] file, long first) {
    List<Place> entries = new ArrayList<>();
    int at = 0;
    while (at < file.length) {
      Optional<List<Place>> frame = read(file, at, first + entries.size());
      if (frame.isEmpty()) {
        return anySound(file, at + 1)
            ? Optional.empty()
            : Optional.of(new Replayed(entries, at, !zeros(file, at)));
      }
      entries.addAll(frame.get());
      at += HEAD + ByteBuffer.wrap(file, at + 4, 4).getInt() + 4;
    }
    return Optional.of(new Replayed(entries, at, false));
  }

  private static boolean zeros(byte[] file, int from) {
    int bits = 0;
    for (int at = from; at < file.length; at++) {
      bits |= file[at];
    }
    return bits == 0;
  }

  private static Optional<List<Place>> read(byte[] file, int at, long first) {
    if (!sound(file, at)) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(file).position(at + 4);
    int end = at + HEAD + bytes.getInt();
    long index = bytes.getLong();
    int count = bytes.getInt();
    if (index != first || count < 1) {
      return Optional.empty();
    }
    List<Place> entries = new ArrayList<>();
    int next = at + HEAD;
    while (end - next >= 2 && entries.size() < count) {
      int length = 2 + (bytes.getShort(next) & 0xffff);
      entries.add(new Place(next, length));
      next += length;
    }
    return next == end && entries.size() == count ? Optional.of(entries) : Optional.empty();
  }

  private static boolean anySound(byte[] file, int from) {
    for (int at = from; at <= file.length - HEAD - 4; at++) {
      // Looked at first: most of it may be zeros.
      if (file[at] == (byte) (MAGIC >>> 24) && sound(file, at)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a whole frame with the right checksum starts here. */
  private static boolean sound(byte[] file, int at) {
    if (file.length - at < HEAD + 4 || ByteBuffer.wrap(file, at, 4).getInt() != MAGIC) {
      return false;
    }
    int length = ByteBuffer.wrap(file, at + 4, 4).getInt();
    if (length < 0 || length > PAYLOAD_LIMIT || length > file.length - at - HEAD - 4) {
      return false;
    }
    int end = HEAD + length;
    return checksum(file, at, end) == ByteBuffer.wrap(file, at + end, 4).getInt();
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
