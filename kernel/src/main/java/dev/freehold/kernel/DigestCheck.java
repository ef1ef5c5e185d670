// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;

/**
 * Compares freshly built {@link DigestPairs} with the JDK's SHA-256, so that a compiler's mistake
 * shows as a refusal. The tests of this room look closer.
 */
final class DigestCheck {
  /** Around the ends of blocks, with and without a byte in front; side by side as they stand. */
  private static final int[] LENGTHS = {0, 64, 1, 54, 55, 56, 62, 63, 65, 118, 119, 127, 128, 2030};

  private static final int LEAVES = 70;

  private DigestCheck() {}

  /** Whether all are equal. */
  static boolean holds(DigestPairs pairs) {
    Random random = new Random(1);
    byte[] memory = new byte[4096];
    random.nextBytes(memory);
    long[] places = new long[2 * LENGTHS.length];
    byte[] due = new byte[0];
    for (int i = 0; i < LENGTHS.length; i++) {
      places[2 * i] = i;
      places[2 * i + 1] = LENGTHS[i];
      due = joined(due, leaf(0, Arrays.copyOfRange(memory, i, i + LENGTHS[i])));
    }
    return Arrays.equals(pairs.behind(0, ByteBuffer.wrap(memory), places), due)
        && grows(pairs, memory);
  }

  private static boolean grows(DigestPairs pairs, byte[] memory) {
    byte[] edge = new byte[8 * DigestPairs.DIGEST_BYTES];
    byte[][] leaves = new byte[LEAVES][];
    boolean equal = true;
    for (int size = 0; size < LEAVES && equal; size++) {
      int room = LENGTHS[size % LENGTHS.length];
      int text = LENGTHS[size / 3 % LENGTHS.length];
      byte[] texts = Arrays.copyOfRange(memory, size, size + text + 98);
      leaves[size] = leaf(0, Arrays.copyOfRange(texts, text, texts.length));
      byte[] due =
          joined(
              joined(digest(Arrays.copyOf(memory, room)), digest(Arrays.copyOf(texts, text))),
              root(leaves, 0, size + 1));
      equal = Arrays.equals(pairs.grow(memory, room, texts, text, 98, edge, size), due);
    }
    return equal;
  }

  /** By the definition of RFC 6962, section 2.1. */
  static byte[] root(byte[][] leaves, int from, int to) {
    int many = to - from;
    if (many == 1) {
      return leaves[from];
    }
    int split = from + Integer.highestOneBit(many - 1);
    return leaf(1, joined(root(leaves, from, split), root(leaves, split, to)));
  }

  /** The JDK's digest of a byte and bytes behind it. */
  static byte[] leaf(int before, byte[] bytes) {
    return digest(joined(new byte[] {(byte) before}, bytes));
  }

  static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] joined(byte[] front, byte[] back) {
    byte[] both = Arrays.copyOf(front, front.length + back.length);
    System.arraycopy(back, 0, both, front.length, back.length);
    return both;
  }
}
