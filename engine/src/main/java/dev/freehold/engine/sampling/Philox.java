// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

/**
 * Philox 4x32-10: 128 random bits as a function of a 64-bit key and a 128-bit counter (Salmon,
 * Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 */
public final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private Philox() {}

  /** The four output words of four counter words and two key words. */
  static int[] block(int c0, int c1, int c2, int c3, int k0, int k1) {
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
      long p1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c0 = n0;
      c1 = (int) p1;
      c2 = n2;
      c3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return new int[] {c0, c1, c2, c3};
  }

  /**
   * The 64 random bits of one token: output words 0 (low half) and 1 (high half) under the key (low
   * half of the seed, high half) at the counter (position, choice, 0, 0).
   */
  public static long draw(long seed, int position, int choice) {
    int[] words = block(position, choice, 0, 0, (int) seed, (int) (seed >>> 32));
    return Integer.toUnsignedLong(words[1]) << 32 | Integer.toUnsignedLong(words[0]);
  }
}
