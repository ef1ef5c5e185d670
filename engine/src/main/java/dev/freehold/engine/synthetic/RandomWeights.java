// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.synthetic;

import dev.freehold.kernel.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Fills tensors with random blocks whose weights have mean 0 and a given standard deviation. */
final class RandomWeights {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat REAL =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RandomWeights() {}

  /** Blocks of a matrix. */
  static Consumer<MemorySegment> matrix(TensorType type, long seed, double deviation) {
    return tensor -> {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] block = new byte[type.blockBytes()];
      MemorySegment segment = MemorySegment.ofArray(block);
      for (long at = 0; at < tensor.byteSize(); at += block.length) {
        fill(type, random, deviation, block, segment);
        MemorySegment.copy(block, 0, tensor, ValueLayout.JAVA_BYTE, at, block.length);
      }
    };
  }

  /** Binary32 numbers around a mean. */
  static Consumer<MemorySegment> vector(long seed, double mean, double deviation) {
    return tensor -> {
      SplittableRandom random = new SplittableRandom(seed);
      for (long at = 0; at < tensor.byteSize(); at += 4) {
        tensor.set(REAL, at, (float) random.nextGaussian(mean, deviation));
      }
    };
  }

  private static void fill(
      TensorType type, SplittableRandom random, double deviation, byte[] block, MemorySegment s) {
    random.nextBytes(block);
    // block scales differ by a factor of up to 2, as in real files
    double wanted = deviation * (0.7 + 0.6 * random.nextDouble());
    switch (type) {
      case F32 -> s.set(REAL, 0, (float) random.nextGaussian(0, deviation));
      case F16 -> half(s, 0, random.nextGaussian(0, deviation));
      case BF16 ->
          s.set(
              HALF,
              0,
              (short) (Float.floatToIntBits((float) random.nextGaussian(0, deviation)) >> 16));
      case Q8_0 -> {
        half(s, 0, wanted / 73.6);
        for (int i = 2; i < block.length; i++) {
          block[i] = (byte) Math.max(-127, block[i]);
        }
      }
      case Q4_0 -> half(s, 0, wanted / 4.64);
      case Q4_1 -> {
        half(s, 0, wanted / 4.61);
        half(s, 2, -7.5 * wanted / 4.61);
      }
      case Q5_0 -> half(s, 0, wanted / 9.25);
      case Q5_1 -> {
        half(s, 0, wanted / 9.23);
        half(s, 2, -15.5 * wanted / 9.23);
      }
      case Q4_K -> {
        half(s, 0, wanted / 4.61 / 48);
        half(s, 2, 7.5 * wanted / 4.61 / 48);
        equalScalesAndMinima(random, block);
      }
      case Q5_K -> {
        half(s, 0, wanted / 9.23 / 48);
        half(s, 2, 15.5 * wanted / 9.23 / 48);
        equalScalesAndMinima(random, block);
      }
      case Q6_K -> {
        for (int i = 192; i < 208; i++) {
          int scale = 64 + random.nextInt(64);
          block[i] = (byte) (random.nextBoolean() ? scale : -scale);
        }
        half(s, 208, wanted / 18.5 / 95);
      }
    }
  }

  /** Eight pairs of six bits from 32 to 63 in the twelve bytes from the fourth. */
  private static void equalScalesAndMinima(SplittableRandom random, byte[] block) {
    for (int i = 0; i < 4; i++) {
      int first = 32 + random.nextInt(32);
      int second = 32 + random.nextInt(32);
      block[4 + i] = (byte) (first | ((second >> 4) << 6));
      block[8 + i] = (byte) (first | ((second >> 4) << 6));
      block[12 + i] = (byte) ((second & 15) | ((second & 15) << 4));
    }
  }

  private static void half(MemorySegment s, long at, double value) {
    s.set(HALF, at, Float.floatToFloat16((float) value));
  }
}
