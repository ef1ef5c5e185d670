// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Entries in a row, each as two bytes length and its bytes: in bundles and in the journal. */
final class Bundles {
  private Bundles() {}

  static byte[] encode(List<byte[]> entries) {
    ByteBuffer out = ByteBuffer.allocate(length(entries));
    put(entries, out);
    return out.array();
  }

  /** How many bytes they take. */
  static int length(List<byte[]> entries) {
    int length = 0;
    for (byte[] entry : entries) {
      length += 2 + entry.length;
    }
    return length;
  }

  /** How many bytes the first of them take in a sound bundle. */
  static int length(ByteBuffer bundle, int entries) {
    int length = 0;
    for (int i = 0; i < entries; i++) {
      length += 2 + (bundle.getShort(length) & 0xffff);
    }
    return length;
  }

  static void put(List<byte[]> entries, ByteBuffer out) {
    for (byte[] entry : entries) {
      out.putShort((short) entry.length).put(entry);
    }
  }

  /** All entries; empty where there are not exactly so many. */
  static Optional<List<byte[]>> decode(ByteBuffer in, int count) {
    List<byte[]> entries = new ArrayList<>();
    while (in.remaining() >= 2 && entries.size() < count) {
      int length = in.getShort() & 0xffff;
      if (length > in.remaining()) {
        return Optional.empty();
      }
      byte[] entry = new byte[length];
      in.get(entry);
      entries.add(entry);
    }
    return in.hasRemaining() || entries.size() != count ? Optional.empty() : Optional.of(entries);
  }
}
