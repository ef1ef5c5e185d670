// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

/** The merges of a byte-pair encoding: a pair of pieces, its rank and the piece it becomes. */
final class MergeTable {
  private long[] keys;
  private int[] ranks;
  private int[] merged;
  private int size;

  /**
   * None yet.
   *
   * @param expected how many there will be, about: there is room for so many without growing
   */
  MergeTable(int expected) {
    int room = Integer.highestOneBit(Math.clamp(expected, 1 << 8, 1 << 20)) * 4;
    keys = new long[room];
    ranks = new int[room];
    merged = new int[room];
  }

  /** Adds a pair; of equal ones the first counts. */
  void add(int left, int right, int rank, int result) {
    int slot = slot(keys, key(left, right));
    if (keys[slot] != 0) {
      return;
    }
    keys[slot] = key(left, right);
    ranks[slot] = rank;
    merged[slot] = result;
    if (++size * 2 > keys.length) {
      grow();
    }
  }

  /** Where the pair is, or -1. */
  int find(int left, int right) {
    int slot = slot(keys, key(left, right));
    return keys[slot] == 0 ? -1 : slot;
  }

  int rank(int slot) {
    return ranks[slot];
  }

  int merged(int slot) {
    return merged[slot];
  }

  private static long key(int left, int right) {
    return (left + 1L) << 32 | right;
  }

  private static int slot(long[] keys, long key) {
    int mask = keys.length - 1;
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & mask;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] moreKeys = new long[keys.length * 2];
    int[] moreRanks = new int[moreKeys.length];
    int[] moreMerged = new int[moreKeys.length];
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != 0) {
        int slot = slot(moreKeys, keys[i]);
        moreKeys[slot] = keys[i];
        moreRanks[slot] = ranks[i];
        moreMerged[slot] = merged[i];
      }
    }
    keys = moreKeys;
    ranks = moreRanks;
    merged = moreMerged;
  }
}
