// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap in which frames of the journal are laid out, and where their entries stay
 * until they are in the tree: they are written to both from there, and a collector never sees them.
 * Its owner is the {@link Log}, under whose lock it is used.
 */
final class FrameMemory {
  private static final int LEAST = 256 << 10;
  private static final int MOST = 2 << 20;

  /** So many bytes are kept for frames to come. */
  private static final long KEPT = 12L << 20;

  /** A part of the memory, given out from its front. */
  static final class Slab {
    private final ByteBuffer bytes;
    private int used;

    /** Entries in it that are not in the tree. */
    private int entries;

    private Slab(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    /** A file of the journal that was read, with so many entries that are not in the tree. */
    static Slab of(byte[] file, int entries) {
      Slab slab = new Slab(ByteBuffer.wrap(file));
      slab.entries = entries;
      return slab;
    }

    /** These bytes, by a position of their own. */
    ByteBuffer slice(int at, int length) {
      return bytes.slice(at, length);
    }
  }

  /**
   * Room for one frame.
   *
   * @param slab where
   * @param at its first byte there
   * @param length in bytes
   */
  record Room(Slab slab, int at, int length) {
    ByteBuffer bytes() {
      return slab.slice(at, length);
    }
  }

  private final ArrayDeque<Slab> free = new ArrayDeque<>();
  private long freeBytes;
  private @Nullable Slab current;

  /** Room for a frame; it is free again once all its entries were given back. */
  Room room(int length, int entries) {
    Slab slab = current;
    if (slab == null || slab.bytes.capacity() - slab.used < length) {
      if (slab != null && slab.entries == 0) {
        keep(slab);
      }
      slab = fresh(length);
      current = slab;
    }
    Room room = new Room(slab, slab.used, length);
    slab.used += length;
    slab.entries += entries;
    return room;
  }

  private Slab fresh(int length) {
    Slab kept = free.poll();
    while (kept != null) {
      freeBytes -= kept.bytes.capacity();
      if (kept.bytes.capacity() >= length) {
        return kept;
      }
      kept = free.poll();
    }
    long wanted = Math.clamp(4L * length, LEAST, MOST);
    return new Slab(ByteBuffer.allocateDirect((int) Math.max(wanted, length)));
  }

  /** An entry is in the tree. */
  void release(Slab slab) {
    if (--slab.entries > 0) {
      return;
    }
    slab.used = 0;
    if (slab != current) {
      keep(slab);
    }
  }

  private void keep(Slab slab) {
    slab.used = 0;
    if (slab.bytes.isDirect() && freeBytes + slab.bytes.capacity() <= KEPT) {
      free.add(slab);
      freeBytes += slab.bytes.capacity();
    }
  }
}
