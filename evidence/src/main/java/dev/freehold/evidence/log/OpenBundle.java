// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bundle that is being filled, as pieces of the frames that its entries came in: frames and
 * bundles hold entries in the same form (docs/formats/log.md), so none is copied.
 */
final class OpenBundle {
  private final List<ByteBuffer> pieces = new ArrayList<>();
  private int entries;

  /** Memory of its own: the first piece is its front. Written to by {@link #copy} alone. */
  private byte @Nullable [] own;

  /** The piece that the next entry may continue. */
  private FrameMemory.@Nullable Slab slab;

  private int from;
  private int to;

  /** A bundle with entries that are on disk already. */
  static OpenBundle of(List<byte[]> entries) {
    OpenBundle open = new OpenBundle();
    if (!entries.isEmpty()) {
      open.pieces.add(ByteBuffer.wrap(Bundles.encode(entries)));
      open.entries = entries.size();
    }
    return open;
  }

  int entries() {
    return entries;
  }

  void add(Durable entry) {
    if (entry.slab() != slab || entry.at() != to) {
      end();
      slab = entry.slab();
      from = entry.at();
    }
    to = entry.at() + entry.length();
    entries++;
  }

  private void end() {
    if (slab != null) {
      pieces.add(slab.slice(from, to - from));
      slab = null;
    }
  }

  /** The bundle's bytes. */
  List<ByteBuffer> pieces() {
    end();
    return List.copyOf(pieces);
  }

  /** The same, to be filled further without this one being touched. */
  OpenBundle continued() {
    OpenBundle continued = new OpenBundle();
    continued.pieces.addAll(pieces());
    continued.entries = entries;
    continued.own = own;
    return continued;
  }

  /**
   * The same in memory of its own. Where this continues such a one, and there is room behind that,
   * only what is new is copied.
   */
  OpenBundle copy() {
    OpenBundle copy = new OpenBundle();
    copy.entries = entries;
    if (entries > 0) {
      int length = length();
      byte[] memory = own;
      int at = 0;
      if (memory == null || memory.length < length) {
        memory = new byte[2 * length];
      } else {
        at = pieces.getFirst().remaining();
      }
      ByteBuffer whole = ByteBuffer.wrap(memory).position(at);
      for (ByteBuffer piece : at == 0 ? pieces : pieces.subList(1, pieces.size())) {
        whole.put(piece.duplicate());
      }
      copy.own = memory;
      copy.pieces.add(ByteBuffer.wrap(memory, 0, length));
    }
    return copy;
  }

  private int length() {
    int length = 0;
    for (ByteBuffer piece : pieces()) {
      length += piece.remaining();
    }
    return length;
  }

  /** A copy of the bundle's bytes. */
  byte[] bytes() {
    ByteBuffer whole = ByteBuffer.allocate(length());
    pieces().forEach(piece -> whole.put(piece.duplicate()));
    return whole.array();
  }
}
