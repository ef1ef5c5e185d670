// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import java.util.Arrays;
import java.util.Random;

/** Random changes to a binary file. */
public final class ByteMutations {
  private ByteMutations() {}

  /** One to three changes: a byte, a bit, a cut, a piece doubled, a piece taken out. */
  public static byte[] of(byte[] bytes, Random random) {
    byte[] changed = bytes.clone();
    for (int times = 1 + random.nextInt(3); times > 0 && changed.length > 0; times--) {
      int at = random.nextInt(changed.length);
      int from = random.nextInt(changed.length);
      int to = Math.min(changed.length, from + random.nextInt(40));
      switch (random.nextInt(5)) {
        case 0 -> changed[at] = (byte) random.nextInt(256);
        case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> changed = Arrays.copyOf(changed, at);
        case 3 -> changed = join(changed, at, Arrays.copyOfRange(changed, from, to), at);
        default -> changed = join(changed, from, new byte[0], to);
      }
    }
    return changed;
  }

  private static byte[] join(byte[] bytes, int head, byte[] middle, int tail) {
    byte[] joined = new byte[head + middle.length + bytes.length - tail];
    System.arraycopy(bytes, 0, joined, 0, head);
    System.arraycopy(middle, 0, joined, head, middle.length);
    System.arraycopy(bytes, tail, joined, head + middle.length, bytes.length - tail);
    return joined;
  }
}
