// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.reference;

import dev.freehold.kernel.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What the blocks of each tensor type mean, as ggml defines it, in binary64. */
public final class Dequantizer {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat REAL =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Dequantizer() {}

  /** Writes one row of a tensor: {@code columns} weights. */
  public static void row(
      TensorType type, MemorySegment tensor, long row, int columns, double[] out) {
    long at = row * (columns / type.blockSize()) * type.blockBytes();
    for (int i = 0; i < columns; i += type.blockSize()) {
      block(type, tensor, at, out, i);
      at += type.blockBytes();
    }
  }

  private static void block(TensorType type, MemorySegment s, long at, double[] out, int o) {
    switch (type) {
      case F32 -> out[o] = s.get(REAL, at);
      case F16 -> out[o] = half(s, at);
      case BF16 -> out[o] = Float.intBitsToFloat(s.get(HALF, at) << 16);
      case Q8_0 -> {
        double d = half(s, at);
        for (int i = 0; i < 32; i++) {
          out[o + i] = d * s.get(ValueLayout.JAVA_BYTE, at + 2 + i);
        }
      }
      case Q4_0 -> nibbles(s, at + 2, half(s, at), -8 * half(s, at), out, o);
      case Q4_1 -> nibbles(s, at + 4, half(s, at), half(s, at + 2), out, o);
      case Q5_0 -> five(s, at + 6, s.get(INT, at + 2), half(s, at), -16 * half(s, at), out, o);
      case Q5_1 -> five(s, at + 8, s.get(INT, at + 4), half(s, at), half(s, at + 2), out, o);
      case Q4_K -> {
        for (int part = 0; part < 8; part++) {
          double d = half(s, at) * scale(s, at + 4, part);
          double min = half(s, at + 2) * minimum(s, at + 4, part);
          for (int i = 0; i < 32; i++) {
            int pair = u8(s, at + 16 + part / 2 * 32L + i);
            out[o + part * 32 + i] = d * (part % 2 == 0 ? pair & 15 : pair >> 4) - min;
          }
        }
      }
      case Q5_K -> {
        for (int part = 0; part < 8; part++) {
          double d = half(s, at) * scale(s, at + 4, part);
          double min = half(s, at + 2) * minimum(s, at + 4, part);
          for (int i = 0; i < 32; i++) {
            int pair = u8(s, at + 48 + part / 2 * 32L + i);
            int high = (u8(s, at + 16 + i) >> part) & 1;
            int q = (part % 2 == 0 ? pair & 15 : pair >> 4) + 16 * high;
            out[o + part * 32 + i] = d * q - min;
          }
        }
      }
      case Q6_K -> {
        double d = half(s, at + 208);
        for (int i = 0; i < 256; i++) {
          int sixth = i % 128;
          int low = u8(s, at + i / 128 * 64L + sixth % 64);
          int high = (u8(s, at + 128 + i / 128 * 32L + sixth % 32) >> (sixth / 32 * 2)) & 3;
          int q = (sixth < 64 ? low & 15 : low >> 4) + 16 * high - 32;
          out[o + i] = d * s.get(ValueLayout.JAVA_BYTE, at + 192 + i / 16) * q;
        }
      }
    }
  }

  private static void nibbles(
      MemorySegment s, long at, double d, double shift, double[] out, int o) {
    for (int i = 0; i < 16; i++) {
      int pair = u8(s, at + i);
      out[o + i] = d * (pair & 15) + shift;
      out[o + 16 + i] = d * (pair >> 4) + shift;
    }
  }

  private static void five(
      MemorySegment s, long at, int high, double d, double shift, double[] out, int o) {
    for (int i = 0; i < 16; i++) {
      int pair = u8(s, at + i);
      out[o + i] = d * ((pair & 15) + 16 * ((high >>> i) & 1)) + shift;
      out[o + 16 + i] = d * ((pair >> 4) + 16 * ((high >>> (16 + i)) & 1)) + shift;
    }
  }

  /** Six bits of the twelve bytes that hold eight scales and eight minima. */
  private static int scale(MemorySegment s, long at, int part) {
    return part < 4
        ? u8(s, at + part) & 63
        : (u8(s, at + part + 4) & 15) | ((u8(s, at + part - 4) >> 6) << 4);
  }

  private static int minimum(MemorySegment s, long at, int part) {
    return part < 4
        ? u8(s, at + part + 4) & 63
        : (u8(s, at + part + 4) >> 4) | ((u8(s, at + part) >> 6) << 4);
  }

  private static double half(MemorySegment s, long at) {
    return Float.float16ToFloat(s.get(HALF, at));
  }

  private static int u8(MemorySegment s, long at) {
    return s.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }
}
