// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One row of a weight matrix, taken apart out of its file blocks (arithmetic.md, "Weights"): codes,
 * and the integers that turn them into weights. Weight i is (m·(code - centre) + µ)·2^-24 with the
 * m and µ of its sub-block. One buffer serves all rows of a matrix; a fresh one is needed per
 * thread.
 */
final class WeightRow {
  /** A row whose 127·4095·Σ(|m|·Σ|code - centre| + 32·|µ|) reaches 2^62 is refused: this is Σ. */
  private static final long BOUND = (1L << 62) / (127L * 4095L) + 1;

  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The type the matrix has once packed: floats become Q8_0, every other type stays. */
  final TensorType type;

  /** Columns of the row. */
  final int columns;

  /** Weights that share one m and µ: 16 in Q6_K, 32 in all others. */
  final int subBlock;

  /** What is taken off a code: 8, 16, 32 or 0. */
  final int centre;

  /** Codes, one a column: -128..127 in Q8_0, else 0..15, 0..31 or 0..63. */
  final byte[] codes;

  /** m of every sub-block. */
  final int[] m;

  /** µ of every sub-block; zeros in types without one. */
  final int[] mu;

  /** The binary16 scale of every file block (d). */
  final short[] scale;

  /** The binary16 minimum of every file block: min in Q4_1 and Q5_1, dmin in Q4_K and Q5_K. */
  final short[] minimum;

  /** The integer factor of d in every sub-block of a K type: 0..63, in Q6_K -128..127. */
  final byte[] subScale;

  /** The integer factor of -dmin in every sub-block of Q4_K and Q5_K: 0..63. */
  final byte[] subMinimum;

  private final TensorType fileType;
  private final int rowBytes;
  private final byte[] bytes;
  private final float[] floats;

  WeightRow(TensorType fileType, int columns) {
    if (columns < 32 || columns % 32 != 0 || columns % fileType.blockSize() != 0) {
      throw new IllegalArgumentException(
          fileType
              + " rows of "
              + columns
              + " columns cannot be packed: a multiple of "
              + Math.max(32, fileType.blockSize())
              + " is needed");
    }
    this.fileType = fileType;
    this.columns = columns;
    type =
        switch (fileType) {
          case F32, F16, BF16 -> TensorType.Q8_0;
          case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K -> fileType;
        };
    subBlock = type == TensorType.Q6_K ? 16 : 32;
    centre = centre(type);
    rowBytes = Math.multiplyExact(columns / fileType.blockSize(), fileType.blockBytes());
    bytes = new byte[rowBytes];
    floats = new float[fileType.blockSize() == 1 ? columns : 0];
    codes = new byte[columns];
    m = new int[columns / subBlock];
    mu = new int[columns / subBlock];
    scale = new short[columns / type.blockSize()];
    minimum = new short[columns / type.blockSize()];
    subScale = new byte[columns / subBlock];
    subMinimum = new byte[columns / subBlock];
  }

  /** What is taken off the codes of a packed type. */
  static int centre(TensorType type) {
    return switch (type) {
      case Q4_0 -> 8;
      case Q5_0 -> 16;
      case Q6_K -> 32;
      case F32, F16, BF16, Q8_0, Q4_1, Q5_1, Q4_K, Q5_K -> 0;
    };
  }

  /** A binary16 value as a multiple of 2^-24, exactly; NaN and infinity are not asked for. */
  static long multiple(short half) {
    return (long) (Float.float16ToFloat(half) * 0x1p24f);
  }

  /**
   * Takes row {@code row} of the file's bytes apart.
   *
   * @throws IllegalArgumentException if arithmetic version 1 cannot hold it exactly
   */
  void load(MemorySegment file, int row) {
    long offset = (long) row * rowBytes;
    switch (fileType) {
      case F32 -> {
        MemorySegment.copy(file, F32, offset, floats, 0, columns);
        quantizeFloats(row);
      }
      case F16 -> {
        for (int i = 0; i < columns; i++) {
          floats[i] = Float.float16ToFloat(file.get(I16, offset + 2L * i));
        }
        quantizeFloats(row);
      }
      case BF16 -> {
        for (int i = 0; i < columns; i++) {
          floats[i] = Float.intBitsToFloat(file.get(I16, offset + 2L * i) << 16);
        }
        quantizeFloats(row);
      }
      case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K -> {
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, offset, bytes, 0, rowBytes);
        for (int block = 0; block < columns / fileType.blockSize(); block++) {
          int at = block * fileType.blockBytes();
          switch (fileType) {
            case Q4_0 -> fourBits(block, at, at + 2);
            case Q4_1 -> fourBits(block, at, at + 4);
            case Q5_0 -> fiveBits(block, at, at + 2);
            case Q5_1 -> fiveBits(block, at, at + 4);
            case Q8_0 -> {
              scale[block] = half(at);
              System.arraycopy(bytes, at + 2, codes, block * 32, 32);
            }
            case Q4_K, Q5_K -> superBlock(block, at);
            case Q6_K -> sixBits(block, at);
            case F32, F16, BF16 -> throw new AssertionError(fileType);
          }
        }
      }
    }
    integers(row);
  }

  /** d = the smallest binary16 with 127·d ≥ max |x|; code = x / d in binary64, half to even. */
  private void quantizeFloats(int row) {
    for (int block = 0; block < columns / 32; block++) {
      float max = 0;
      for (int i = block * 32; i < block * 32 + 32; i++) {
        if (!Float.isFinite(floats[i])) {
          throw refused(row, "column " + i + " is " + floats[i]);
        }
        max = Math.max(max, Math.abs(floats[i]));
      }
      if (max > 127.0 * 65504.0) {
        throw refused(row, "a weight of " + max + " is beyond 127 times the largest binary16");
      }
      // The conversion rounds to nearest, so the wanted scale is this one or a neighbour.
      short d = Float.floatToFloat16((float) (max / 127.0));
      while (d > 0 && 127.0 * Float.float16ToFloat((short) (d - 1)) >= max) {
        d--;
      }
      while (127.0 * Float.float16ToFloat(d) < max) {
        d++;
      }
      scale[block] = d;
      double divisor = Float.float16ToFloat(d);
      for (int i = block * 32; i < block * 32 + 32; i++) {
        codes[i] = d == 0 ? 0 : (byte) Math.rint(floats[i] / divisor);
      }
    }
  }

  private short half(int at) {
    return (short) ((bytes[at] & 0xff) | bytes[at + 1] << 8);
  }

  private void fourBits(int block, int at, int quants) {
    scale[block] = half(at);
    minimum[block] = fileType == TensorType.Q4_1 ? half(at + 2) : 0;
    for (int i = 0; i < 16; i++) {
      codes[block * 32 + i] = (byte) (bytes[quants + i] & 15);
      codes[block * 32 + 16 + i] = (byte) (bytes[quants + i] >> 4 & 15);
    }
  }

  private void fiveBits(int block, int at, int high) {
    scale[block] = half(at);
    minimum[block] = fileType == TensorType.Q5_1 ? half(at + 2) : 0;
    int bits = (half(high) & 0xffff) | half(high + 2) << 16;
    int quants = high + 4;
    for (int i = 0; i < 16; i++) {
      codes[block * 32 + i] = (byte) ((bytes[quants + i] & 15) | (bits >>> i & 1) << 4);
      codes[block * 32 + 16 + i] =
          (byte) ((bytes[quants + i] >> 4 & 15) | (bits >>> (i + 16) & 1) << 4);
    }
  }

  private void superBlock(int block, int at) {
    scale[block] = half(at);
    minimum[block] = half(at + 2);
    boolean five = fileType == TensorType.Q5_K;
    int scales = at + 4;
    int high = at + 16;
    int quants = at + (five ? 48 : 16);
    for (int sub = 0; sub < 8; sub++) {
      int i = block * 8 + sub;
      if (sub < 4) {
        subScale[i] = (byte) (bytes[scales + sub] & 63);
        subMinimum[i] = (byte) (bytes[scales + sub + 4] & 63);
      } else {
        int low = bytes[scales + sub + 4];
        subScale[i] = (byte) ((low & 15) | (bytes[scales + sub - 4] >> 6 & 3) << 4);
        subMinimum[i] = (byte) ((low >> 4 & 15) | (bytes[scales + sub] >> 6 & 3) << 4);
      }
      for (int k = 0; k < 32; k++) {
        int nibble = bytes[quants + (sub >> 1) * 32 + k] >> (4 * (sub & 1)) & 15;
        int fifth = five ? (bytes[high + k] >> sub & 1) << 4 : 0;
        codes[i * 32 + k] = (byte) (nibble | fifth);
      }
    }
  }

  private void sixBits(int block, int at) {
    scale[block] = half(at + 208);
    System.arraycopy(bytes, at + 192, subScale, block * 16, 16);
    for (int i = 0; i < 256; i++) {
      int part = i >> 7;
      int quarter = i >> 5 & 3;
      int k = i & 31;
      int low = bytes[at + part * 64 + (quarter & 1) * 32 + k] >> (4 * (quarter >> 1)) & 15;
      int high = bytes[at + 128 + part * 32 + k] >> (2 * quarter) & 3;
      codes[block * 256 + i] = (byte) (low | high << 4);
    }
  }

  /** Works out m and µ, and refuses a row that the sums cannot hold. */
  private void integers(int row) {
    int subs = type.blockSize() / subBlock;
    long sum = 0;
    for (int block = 0; block < scale.length; block++) {
      long d = int32(row, scale[block]);
      long min = int32(row, minimum[block]);
      for (int i = block * subs; i < (block + 1) * subs; i++) {
        boolean large = type.blockSize() == 256;
        long mLong = large ? d * subScale[i] : d;
        long muLong = large ? -min * subMinimum[i] : min;
        // Lanes that centre the codes of a type with a minimum use µ + 8m (or 16m) in place of µ.
        long middle = type == TensorType.Q5_1 || type == TensorType.Q5_K ? 16 : 8;
        boolean centred = mu(type) && outside(muLong + middle * mLong);
        if (outside(mLong) || outside(muLong) || centred) {
          throw refused(row, "sub-block " + i + " has a scale or minimum beyond 32 bits");
        }
        m[i] = (int) mLong;
        mu[i] = (int) muLong;
        long codeSum = 0;
        for (int k = i * subBlock; k < (i + 1) * subBlock; k++) {
          codeSum += Math.abs(codes[k] - centre);
        }
        sum += Math.abs(mLong) * codeSum + 32 * Math.abs(muLong);
        if (sum >= BOUND) {
          throw refused(row, "its sums could leave 62 bits");
        }
      }
    }
  }

  /** Whether a packed type has minima. */
  static boolean mu(TensorType type) {
    return switch (type) {
      case Q4_1, Q5_1, Q4_K, Q5_K -> true;
      case F32, F16, BF16, Q4_0, Q5_0, Q8_0, Q6_K -> false;
    };
  }

  private long int32(int row, short half) {
    float value = Float.float16ToFloat(half);
    if (!Float.isFinite(value)) {
      throw refused(row, "a scale is " + value);
    }
    long multiple = multiple(half);
    if (outside(multiple)) {
      throw refused(row, "a scale of " + value + " is beyond 32 bits (it must lie within ±128)");
    }
    return multiple;
  }

  private static boolean outside(long value) {
    return Math.abs(value) > Integer.MAX_VALUE;
  }

  private IllegalArgumentException refused(int row, String why) {
    return new IllegalArgumentException(
        fileType
            + " row "
            + row
            + " cannot be computed exactly: "
            + why
            + "; the file is damaged or was not made for inference");
  }
}
