// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** Seeded weights in file form, and vectors, as every lane's tests take them. */
final class Synthetic {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Synthetic() {}

  /** Random codes with scales like those of real files. */
  static MemorySegment weights(TensorType type, int rows, int columns, long seed, Arena arena) {
    return weights(type, rows, columns, seed, false, arena);
  }

  /**
   * Weights in file form. Extreme ones put scales as near their limits as a row's bound allows, and
   * half of the codes at their ends.
   */
  static MemorySegment weights(
      TensorType type, int rows, int columns, long seed, boolean extreme, Arena arena) {
    Random random = new Random(seed);
    long blocks = (long) rows * (columns / type.blockSize());
    MemorySegment file = arena.allocate(Math.max(64, blocks * type.blockBytes()), 64);
    byte[] bytes = new byte[type.blockBytes()];
    for (long b = 0; b < blocks; b++) {
      long at = b * type.blockBytes();
      random.nextBytes(bytes);
      for (int i = 0; extreme && i < bytes.length; i++) {
        int choice = random.nextInt(4);
        if (choice < 2) {
          bytes[i] = (byte) (type == TensorType.Q8_0 ? 127 + choice : -choice);
        }
      }
      MemorySegment.copy(bytes, 0, file, ValueLayout.JAVA_BYTE, at, bytes.length);
      float scale = (1 + random.nextFloat()) * (random.nextBoolean() ? 0.004f : -0.004f);
      // One block of a row reaches the limit: the bound of 62 bits leaves no room for a second.
      boolean first = b % (columns / type.blockSize()) == 0;
      float limit = (random.nextBoolean() ? 1 : -1) * (first ? 1 : random.nextFloat() / 128);
      switch (type) {
        case F32 -> single(file, at, (float) random.nextGaussian() * (extreme ? 5000 : 0.05f));
        case F16 -> half(file, at, (float) random.nextGaussian() * (extreme ? 5000 : 0.05f));
        case BF16 ->
            file.set(
                I16,
                at,
                (short)
                    (Float.floatToRawIntBits(
                            (float) random.nextGaussian() * (extreme ? 5000 : 0.05f))
                        >> 16));
        case Q4_0, Q5_0, Q8_0 -> half(file, at, extreme ? 64 * limit : scale);
        case Q4_1, Q5_1 -> {
          half(file, at, extreme ? 4 * limit : scale);
          half(file, at + 2, extreme ? 32 * limit : -8 * scale);
        }
        case Q4_K, Q5_K -> {
          half(file, at, extreme ? 0.125f * limit : scale / 40);
          half(file, at + 2, extreme ? limit : scale / 4);
        }
        case Q6_K -> {
          half(file, at + 208, extreme ? 0.5f * limit : scale / 80);
          for (int i = 0; extreme && i < 16; i++) {
            int sub = i == b % 16 ? -128 : random.nextInt(8);
            file.set(ValueLayout.JAVA_BYTE, at + 192 + i, (byte) sub);
          }
        }
      }
    }
    return file;
  }

  /** A vector as models have them: mostly small, with a few outliers. */
  static float[] vector(int n, long seed) {
    Random random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (random.nextGaussian() * (random.nextInt(200) == 0 ? 30 : 1));
    }
    return x;
  }

  static void half(MemorySegment file, long at, float value) {
    file.set(I16, at, Float.floatToFloat16(value));
  }

  static void single(MemorySegment file, long at, float value) {
    file.set(F32, at, value);
  }
}
