// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import java.util.Arrays;

/** Byte strings numbered from 0 in the order in which they were added, found again by content. */
final class Pieces {
  /** Bytes of a piece, as tables are made: most vocabularies need fewer. */
  private static final int USUAL_BYTES = 8;

  private byte[] pool;
  private int[] ends;
  private int[] slots;
  private int size;
  private int longest;

  /**
   * None yet.
   *
   * @param expected how many there will be, about: there is room for so many without growing
   */
  Pieces(int expected) {
    int room = Math.clamp(expected, 1 << 8, 1 << 20);
    pool = new byte[room * USUAL_BYTES];
    ends = new int[room];
    slots = new int[Integer.highestOneBit(room) * 4];
  }

  int size() {
    return size;
  }

  /** Bytes of the longest piece. */
  int longest() {
    return longest;
  }

  int length(int piece) {
    return ends[piece] - start(piece);
  }

  byte[] bytes(int piece) {
    return Arrays.copyOfRange(pool, start(piece), ends[piece]);
  }

  /** The number of those bytes, adding them if they are new. */
  int add(byte[] bytes, int from, int to) {
    int slot = slot(bytes, from, to);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    int start = size == 0 ? 0 : ends[size - 1];
    int length = to - from;
    if (pool.length - start < length) {
      pool = Arrays.copyOf(pool, Math.max(Math.multiplyExact(pool.length, 2), start + length));
    }
    System.arraycopy(bytes, from, pool, start, length);
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, size * 2);
    }
    ends[size] = start + length;
    slots[slot] = ++size;
    longest = Math.max(longest, length);
    if (size * 2 > slots.length) {
      rehash();
    }
    return size - 1;
  }

  /** The number of those bytes, or -1. */
  int find(byte[] bytes, int from, int to) {
    return to - from > longest ? -1 : slots[slot(bytes, from, to)] - 1;
  }

  private int start(int piece) {
    return piece == 0 ? 0 : ends[piece - 1];
  }

  private int slot(byte[] bytes, int from, int to) {
    int mask = slots.length - 1;
    int slot = hash(bytes, from, to) & mask;
    while (slots[slot] != 0) {
      if (same(slots[slot] - 1, bytes, from, to)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** By hand: pieces are short, and a start compares a hundred thousand before the JIT is warm. */
  private boolean same(int piece, byte[] bytes, int from, int to) {
    int start = start(piece);
    int length = to - from;
    if (ends[piece] - start != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (pool[start + i] != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }

  private void rehash() {
    slots = new int[slots.length * 2];
    int mask = slots.length - 1;
    for (int piece = 0; piece < size; piece++) {
      int slot = hash(pool, start(piece), ends[piece]) & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = piece + 1;
    }
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 0x01000193 + bytes[i];
    }
    hash *= 0x9E3779B1;
    return hash ^ hash >>> 15;
  }
}
