// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Numbered frames, encoded, from the first unacknowledged one on. Owned by the session's lock. */
final class ResendBuffer {
  private byte[] @Nullable [] ring = new byte[64][];
  private long base;
  private long next;
  private long bytes;

  /** The number of the first frame that is not acknowledged. */
  long base() {
    return base;
  }

  /** The number that the next frame will have. */
  long next() {
    return next;
  }

  /** How many bytes are kept. */
  long bytes() {
    return bytes;
  }

  /** How many frames are kept. */
  int frames() {
    return Math.toIntExact(next - base);
  }

  void add(byte[] frame) {
    if (frames() == ring.length) {
      byte[] @Nullable [] wider = new byte[2 * ring.length][];
      for (long number = base; number < next; number++) {
        wider[(int) number & (wider.length - 1)] = ring[slot(number)];
      }
      ring = wider;
    }
    ring[slot(next)] = frame;
    next++;
    bytes += frame.length;
  }

  byte[] get(long number) {
    byte[] frame = number < base || number >= next ? null : ring[slot(number)];
    if (frame == null) {
      throw new IllegalStateException("frame " + number + " is not kept");
    }
    return frame;
  }

  /** Forgets what is before {@code to}; false where {@code to} is no number that was sent. */
  boolean acknowledge(long to) {
    if (to > next) {
      return false;
    }
    for (; base < to; base++) {
      byte[] frame = ring[slot(base)];
      bytes -= frame == null ? 0 : frame.length;
      ring[slot(base)] = null;
    }
    return true;
  }

  void clear() {
    Arrays.fill(ring, null);
    base = 0;
    next = 0;
    bytes = 0;
  }

  private int slot(long number) {
    return (int) number & (ring.length - 1);
  }
}
