// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.testkit;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/**
 * Damages bytes at random, for the tests of what reads them: the same random numbers give the same
 * damage.
 */
public final class Mutations {
  private Mutations() {}

  /**
   * One or two bytes are others, half of them such as stand elsewhere in it, so that much of it can
   * still be read; one in twenty is cut off, too.
   *
   * @param good not empty; stays as it is
   */
  public static byte[] damaged(byte[] good, Random random) {
    byte[] bytes =
        Arrays.copyOf(good, random.nextInt(20) == 0 ? random.nextInt(good.length) : good.length);
    for (int times = 1 + random.nextInt(2); times > 0 && bytes.length > 0; times--) {
      bytes[random.nextInt(bytes.length)] =
          random.nextBoolean() ? good[random.nextInt(good.length)] : (byte) random.nextInt(256);
    }
    return bytes;
  }

  /**
   * Up to two bytes more or less, and up to three are others.
   *
   * @param good three bytes at least; stays as it is
   */
  public static byte[] stretched(byte[] good, Random random) {
    byte[] bytes = Arrays.copyOf(good, good.length + random.nextInt(5) - 2);
    for (int times = random.nextInt(4); times > 0; times--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  /**
   * Has bytes read that were {@linkplain #damaged damaged} in so many ways.
   *
   * @param again reads bytes, and writes what it read; empty where it refuses them
   * @return how many were read
   * @throws AssertionError if something was read and written as other bytes; it names the seed
   */
  public static int read(
      byte[] good, long seed, int rounds, Function<byte[], Optional<byte[]>> again) {
    Random random = new Random(seed);
    int read = 0;
    for (int round = 0; round < rounds; round++) {
      byte[] bytes = damaged(good, random);
      Optional<byte[]> written = again.apply(bytes.clone());
      if (written.isPresent() && !Arrays.equals(written.get(), bytes)) {
        throw new AssertionError(
            "seed %d, round %d: what was read is written as other bytes".formatted(seed, round));
      }
      read += written.isPresent() ? 1 : 0;
    }
    return read;
  }
}
