// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;

/** Foreign bytes for fuzz tests: valid ones with one to three changes, and random ones. */
@NullMarked
public final class Mutations {
  private Mutations() {}

  /**
   * Gives {@code rounds} mutations of the seeds to a parser.
   *
   * @param encodeAgain what was read, encoded again; null where the bytes were refused
   * @return how many were read
   */
  public static int run(
      long seed, int rounds, byte[][] seeds, Function<byte[], byte[]> encodeAgain) {
    Random random = new Random(seed);
    int read = 0;
    for (int i = 0; i < rounds; i++) {
      byte[] bytes = mutate(seeds[i % seeds.length], random);
      byte[] again = encodeAgain.apply(bytes.clone());
      if (again != null) {
        read++;
        if (!Arrays.equals(again, bytes)) {
          throw new AssertionError("two encodings: seed " + seed + ", round " + i);
        }
      }
    }
    return read;
  }

  private static byte[] mutate(byte[] seed, Random random) {
    byte[] bytes = seed.clone();
    for (int times = random.nextInt(4); times > 0 && bytes.length > 0; times--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(5));
        default -> bytes[Math.min(at, 8)] = (byte) random.nextInt(24);
      }
    }
    return bytes;
  }
}
