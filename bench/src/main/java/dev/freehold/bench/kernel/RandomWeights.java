// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.kernel;

import dev.freehold.kernel.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** Matrices in file form with random codes and scales near 2^-8. */
final class RandomWeights {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RandomWeights() {}

  static MemorySegment of(TensorType type, int rows, int columns, Arena arena) {
    long blocks = (long) rows * (columns / type.blockSize());
    byte[] bytes = new byte[Math.toIntExact(blocks * type.blockBytes())];
    Random random = new Random(1);
    random.nextBytes(bytes);
    MemorySegment file = arena.allocate(bytes.length, 64);
    file.copyFrom(MemorySegment.ofArray(bytes));
    for (long at = 0; at < bytes.length; at += type.blockBytes()) {
      switch (type) {
        case F32 -> scale(file, at + 2, random, 0x3c00, 0x7f);
        case BF16 -> scale(file, at, random, 0x3c00, 0x7f);
        case F16, Q4_0, Q5_0, Q8_0 -> scale(file, at, random, 0x1c00, 0x3ff);
        case Q4_1, Q5_1, Q4_K, Q5_K -> {
          scale(file, at, random, 0x1c00, 0x3ff);
          scale(file, at + 2, random, 0x1c00, 0x3ff);
        }
        case Q6_K -> scale(file, at + 208, random, 0x1c00, 0x3ff);
      }
    }
    return file;
  }

  private static void scale(MemorySegment file, long at, Random random, int exponent, int mask) {
    file.set(HALF, at, (short) (exponent | (random.nextInt() & mask)));
  }
}
