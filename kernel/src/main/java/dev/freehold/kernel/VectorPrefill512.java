// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with many tokens in 512-bit vectors, of which the build derives 256 and 128 bits.
 * Weights of a tile are expanded once, a few sub-blocks at a time ({@link VectorExpand512}); then
 * two vectors of rows and six tokens stay in registers. Why the methods look so: {@link
 * VectorDecode512}.
 */
final class VectorPrefill512 {
  private static final VectorSpecies<Integer> HALVES = IntVector.SPECIES_256;
  private static final VectorSpecies<Short> QUARTERS = ShortVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final int ROWS = VectorDecode512.ROWS;
  private static final int BYTE_SIZE = 2 * ROWS;
  private static final int TOKENS = PackedActivations.TOGETHER;
  private static final int MULTIPLE = PackedActivations.MULTIPLE_BYTES;
  private static final int MULTIPLES = PackedActivations.MULTIPLES_BYTES;
  private static final int BLOCK_BYTES = PackedActivations.BLOCK_BYTES;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(1L << 48);
  private static final long MASK = (1L << 47) - 1;
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final float MAGIC = 12582912f;
  private static final int MAGIC_BITS = 0x4B400000;

  /** Sub-blocks expanded at a time: an even number, and as many as the second cache holds well. */
  private static final int STEP = 48;

  /** Bytes of a tile's m and µ. */
  private static final int HEAD = 16 * ROWS;

  /** Bytes of an expanded sub-block: codes as int16 or binary32, [column][row of the tile]. */
  private static final int TILE16 = HEAD + 32 * 4 * ROWS;

  /** Where in an expanded sub-block of binary32 a pair's constants begin, one a row. */
  private static final int CONSTANTS = HEAD + 32 * 8 * ROWS;

  private static final int TILE32 = CONSTANTS + 8 * ROWS;

  /** Bytes of {@link Scratch#tiles}. */
  static final int TILE_BYTES = STEP * TILE32;

  /** Bytes of the dots of one sub-block: int16, or binary32, of [token][row]. */
  private static final int DOTS16 = TOKENS * 4 * ROWS;

  private static final int DOTS32 = TOKENS * 8 * ROWS;

  /** Bytes of {@link Scratch#dots}. */
  static final int DOT_BYTES = 2 * DOTS32;

  private VectorPrefill512() {}

  /**
   * The sums of a tile for tokens {@code from} (inclusive) to {@code to} (exclusive).
   *
   * @param pairs whether dots in binary32 take columns in pairs
   */
  static void product(
      PackedMatrix w,
      long a,
      int ra,
      long b,
      int rb,
      PackedActivations x,
      int from,
      int to,
      boolean pairs,
      Scratch scratch) {
    boolean narrow = narrow(w.type);
    boolean minima = WeightRow.mu(w.type);
    int tile = narrow ? TILE16 : TILE32;
    int width = w.type == TensorType.Q6_K ? 16 : 32;
    int subs = w.columns() / width;
    boolean paired = pairs && !narrow && width == 32;
    int step = width == 16 ? 0 : MULTIPLES;
    for (int sub = 0; sub < subs; sub += STEP) {
      int count = Math.min(STEP, subs - sub);
      for (int i = 0; i < count; i++) {
        long s = scratch.tiles + (long) i * tile;
        VectorExpand512.half(w, a, ra, sub + i, s, 0);
        VectorExpand512.half(w, b, rb, sub + i, s, 1);
        if (paired) {
          VectorExpand512.neighbours(s + HEAD, MAGIC, s + CONSTANTS);
        }
      }
      if (count % 2 == 1) {
        // Two sub-blocks are scaled at a time: a last odd one is paired with one of zero scales.
        ALL.asSlice(scratch.tiles + (long) count * tile, HEAD).fill((byte) 0);
      }
      for (int t = from; t < to; t += TOKENS) {
        long y = scratch.sums + (t - from) * 16L * ROWS;
        if (sub == 0) {
          clear(y);
        }
        for (int i = 0; i < count; i += 2) {
          for (int k = i; k < Math.min(i + 2, count); k++) {
            long s = scratch.tiles + (long) k * tile;
            int column = (sub + k) * width;
            if (narrow) {
              dot16(s + HEAD, x.pairs(t, column / 32), scratch.dots + (long) (k - i) * DOTS16);
            } else {
              long v = x.floats(t, column / 32) + column % 32 * 4L;
              long o = scratch.dots + (long) (k - i) * DOTS32;
              if (paired) {
                long n = (x.multiples(t, column / 32) + 2 * MULTIPLE) & MASK;
                float a0 = ALL.get(FLOAT, n);
                float a1 = ALL.get(FLOAT, n + 4);
                float a2 = ALL.get(FLOAT, n + 8);
                float a3 = ALL.get(FLOAT, n + 12);
                long c = s + CONSTANTS;
                dotPairs32(s + HEAD, v, c, a0, a1, a2, a3, o);
                dotPairs32(s + HEAD + 4L * ROWS, v, c + 4L * ROWS, a0, a1, a2, a3, o + 4L * ROWS);
              } else {
                dot32(s + HEAD, v, width, o);
                dot32(s + HEAD + 4L * ROWS, v, width, o + 4L * ROWS);
              }
            }
            if (minima) {
              minimum(s, x.multiples(t, column / 32) + MULTIPLE, y);
            }
          }
          long s = scratch.tiles + (long) i * tile;
          long n = x.multiples(t, (sub + i) * width / 32);
          if (narrow) {
            scale16(s, tile, scratch.dots, n, y);
          } else {
            scale32(s, tile, scratch.dots, n, step, y);
          }
        }
      }
    }
  }

  private static void clear(long y0) {
    long y = y0 & MASK;
    for (int i = 0; i < 8 * TOKENS; i++) {
      LongVector.zero(LONGS).intoMemorySegment(ALL, y + (long) i * BYTE_SIZE, LE);
    }
  }

  private static boolean narrow(TensorType type) {
    return switch (type) {
      case Q4_0, Q4_1, Q4_K -> true;
      case F32, F16, BF16, Q8_0, Q5_0, Q5_1, Q5_K, Q6_K -> false;
    };
  }

  /** Dots of 32 columns of centred 4-bit codes: exact in int16. */
  private static void dot16(long s0, long x0, long o0) {
    long o = o0 & MASK;
    ShortVector p0 = ShortVector.zero(SHORTS);
    ShortVector q0 = ShortVector.zero(SHORTS);
    ShortVector p1 = ShortVector.zero(SHORTS);
    ShortVector q1 = ShortVector.zero(SHORTS);
    ShortVector p2 = ShortVector.zero(SHORTS);
    ShortVector q2 = ShortVector.zero(SHORTS);
    ShortVector p3 = ShortVector.zero(SHORTS);
    ShortVector q3 = ShortVector.zero(SHORTS);
    ShortVector p4 = ShortVector.zero(SHORTS);
    ShortVector q4 = ShortVector.zero(SHORTS);
    ShortVector p5 = ShortVector.zero(SHORTS);
    ShortVector q5 = ShortVector.zero(SHORTS);
    for (int k = 0; k < 32; k++) {
      long s = (s0 + 4L * ROWS * k) & MASK;
      long x = (x0 + 4L * k) & MASK;
      ShortVector w0 = ShortVector.fromMemorySegment(SHORTS, ALL, s, LE);
      ShortVector w1 = ShortVector.fromMemorySegment(SHORTS, ALL, s + BYTE_SIZE, LE);
      ShortVector v = IntVector.broadcast(INTS, ALL.get(INT, x)).reinterpretAsShorts();
      p0 = w0.mul(v).add(p0);
      q0 = w1.mul(v).add(q0);
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 1 * BLOCK_BYTES)).reinterpretAsShorts();
      p1 = w0.mul(v).add(p1);
      q1 = w1.mul(v).add(q1);
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 2 * BLOCK_BYTES)).reinterpretAsShorts();
      p2 = w0.mul(v).add(p2);
      q2 = w1.mul(v).add(q2);
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 3 * BLOCK_BYTES)).reinterpretAsShorts();
      p3 = w0.mul(v).add(p3);
      q3 = w1.mul(v).add(q3);
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 4 * BLOCK_BYTES)).reinterpretAsShorts();
      p4 = w0.mul(v).add(p4);
      q4 = w1.mul(v).add(q4);
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 5 * BLOCK_BYTES)).reinterpretAsShorts();
      p5 = w0.mul(v).add(p5);
      q5 = w1.mul(v).add(q5);
    }
    p0.intoMemorySegment(ALL, o + 0 * 4L * ROWS, LE);
    q0.intoMemorySegment(ALL, o + 0 * 4L * ROWS + BYTE_SIZE, LE);
    p1.intoMemorySegment(ALL, o + 1 * 4L * ROWS, LE);
    q1.intoMemorySegment(ALL, o + 1 * 4L * ROWS + BYTE_SIZE, LE);
    p2.intoMemorySegment(ALL, o + 2 * 4L * ROWS, LE);
    q2.intoMemorySegment(ALL, o + 2 * 4L * ROWS + BYTE_SIZE, LE);
    p3.intoMemorySegment(ALL, o + 3 * 4L * ROWS, LE);
    q3.intoMemorySegment(ALL, o + 3 * 4L * ROWS + BYTE_SIZE, LE);
    p4.intoMemorySegment(ALL, o + 4 * 4L * ROWS, LE);
    q4.intoMemorySegment(ALL, o + 4 * 4L * ROWS + BYTE_SIZE, LE);
    p5.intoMemorySegment(ALL, o + 5 * 4L * ROWS, LE);
    q5.intoMemorySegment(ALL, o + 5 * 4L * ROWS + BYTE_SIZE, LE);
  }

  /** Dots of 16 or 32 columns, of half a tile: integers that are exact in binary32. */
  private static void dot32(long s0, long x0, int columns, long o0) {
    long o = o0 & MASK;
    FloatVector p0 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q0 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector p1 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q1 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector p2 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q2 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector p3 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q3 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector p4 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q4 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector p5 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q5 = FloatVector.broadcast(FLOATS, MAGIC);
    for (int k = 0; k < columns; k++) {
      long s = (s0 + 8L * ROWS * k) & MASK;
      long x = (x0 + 4L * k) & MASK;
      FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, ALL, s, LE);
      FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, ALL, s + BYTE_SIZE, LE);
      FloatVector v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x));
      p0 = w0.fma(v, p0);
      q0 = w1.fma(v, q0);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 1 * BLOCK_BYTES));
      p1 = w0.fma(v, p1);
      q1 = w1.fma(v, q1);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 2 * BLOCK_BYTES));
      p2 = w0.fma(v, p2);
      q2 = w1.fma(v, q2);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 3 * BLOCK_BYTES));
      p3 = w0.fma(v, p3);
      q3 = w1.fma(v, q3);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 4 * BLOCK_BYTES));
      p4 = w0.fma(v, p4);
      q4 = w1.fma(v, q4);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 5 * BLOCK_BYTES));
      p5 = w0.fma(v, p5);
      q5 = w1.fma(v, q5);
    }
    p0.intoMemorySegment(ALL, o + 0 * 8L * ROWS, LE);
    q0.intoMemorySegment(ALL, o + 0 * 8L * ROWS + BYTE_SIZE, LE);
    p1.intoMemorySegment(ALL, o + 1 * 8L * ROWS, LE);
    q1.intoMemorySegment(ALL, o + 1 * 8L * ROWS + BYTE_SIZE, LE);
    p2.intoMemorySegment(ALL, o + 2 * 8L * ROWS, LE);
    q2.intoMemorySegment(ALL, o + 2 * 8L * ROWS + BYTE_SIZE, LE);
    p3.intoMemorySegment(ALL, o + 3 * 8L * ROWS, LE);
    q3.intoMemorySegment(ALL, o + 3 * 8L * ROWS + BYTE_SIZE, LE);
    p4.intoMemorySegment(ALL, o + 4 * 8L * ROWS, LE);
    q4.intoMemorySegment(ALL, o + 4 * 8L * ROWS + BYTE_SIZE, LE);
    p5.intoMemorySegment(ALL, o + 5 * 8L * ROWS, LE);
    q5.intoMemorySegment(ALL, o + 5 * 8L * ROWS + BYTE_SIZE, LE);
  }

  /**
   * Dots of 32 columns, of half a tile, with a third fewer multiply-adds: two neighbouring columns
   * of the first four tokens are (w0 + a1)·(w1 + a0), less the products of the weights alone and of
   * the activations alone, which are known (Winograd, 1968). The additions run on units of their
   * own, where a processor has them. All sums are integers below 2^21.
   *
   * <p>What belongs to the activations alone comes as arguments: four reads more would pass the
   * limit of nodes, and then one read in the loop is a call that stores all registers.
   */
  private static void dotPairs32(
      long s0, long x0, long c0, float a0, float a1, float a2, float a3, long o0) {
    long o = o0 & MASK;
    long c = c0 & MASK;
    FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, ALL, c, LE);
    FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, ALL, c + BYTE_SIZE, LE);
    FloatVector p0 = w0.sub(a0);
    FloatVector q0 = w1.sub(a0);
    FloatVector p1 = w0.sub(a1);
    FloatVector q1 = w1.sub(a1);
    FloatVector p2 = w0.sub(a2);
    FloatVector q2 = w1.sub(a2);
    FloatVector p3 = w0.sub(a3);
    FloatVector q3 = w1.sub(a3);
    FloatVector p4 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q4 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector p5 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q5 = FloatVector.broadcast(FLOATS, MAGIC);
    for (int k = 0; k < 32; k += 2) {
      long s = (s0 + 8L * ROWS * k) & MASK;
      long x = (x0 + 4L * k) & MASK;
      w0 = FloatVector.fromMemorySegment(FLOATS, ALL, s, LE);
      w1 = FloatVector.fromMemorySegment(FLOATS, ALL, s + BYTE_SIZE, LE);
      FloatVector u0 = FloatVector.fromMemorySegment(FLOATS, ALL, s + 8L * ROWS, LE);
      FloatVector u1 = FloatVector.fromMemorySegment(FLOATS, ALL, s + 8L * ROWS + BYTE_SIZE, LE);
      FloatVector z = IntVector.broadcast(INTS, ALL.get(INT, x + 4)).reinterpretAsFloats();
      FloatVector v = IntVector.broadcast(INTS, ALL.get(INT, x)).reinterpretAsFloats();
      p0 = w0.add(z).fma(u0.add(v), p0);
      q0 = w1.add(z).fma(u1.add(v), q0);
      z = IntVector.broadcast(INTS, ALL.get(INT, x + 1 * BLOCK_BYTES + 4)).reinterpretAsFloats();
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 1 * BLOCK_BYTES)).reinterpretAsFloats();
      p1 = w0.add(z).fma(u0.add(v), p1);
      q1 = w1.add(z).fma(u1.add(v), q1);
      z = IntVector.broadcast(INTS, ALL.get(INT, x + 2 * BLOCK_BYTES + 4)).reinterpretAsFloats();
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 2 * BLOCK_BYTES)).reinterpretAsFloats();
      p2 = w0.add(z).fma(u0.add(v), p2);
      q2 = w1.add(z).fma(u1.add(v), q2);
      z = IntVector.broadcast(INTS, ALL.get(INT, x + 3 * BLOCK_BYTES + 4)).reinterpretAsFloats();
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 3 * BLOCK_BYTES)).reinterpretAsFloats();
      p3 = w0.add(z).fma(u0.add(v), p3);
      q3 = w1.add(z).fma(u1.add(v), q3);
      z = IntVector.broadcast(INTS, ALL.get(INT, x + 4 * BLOCK_BYTES + 4)).reinterpretAsFloats();
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 4 * BLOCK_BYTES)).reinterpretAsFloats();
      p4 = u0.fma(z, w0.fma(v, p4));
      q4 = u1.fma(z, w1.fma(v, q4));
      z = IntVector.broadcast(INTS, ALL.get(INT, x + 5 * BLOCK_BYTES + 4)).reinterpretAsFloats();
      v = IntVector.broadcast(INTS, ALL.get(INT, x + 5 * BLOCK_BYTES)).reinterpretAsFloats();
      p5 = u0.fma(z, w0.fma(v, p5));
      q5 = u1.fma(z, w1.fma(v, q5));
    }
    p0.intoMemorySegment(ALL, o + 0 * 8L * ROWS, LE);
    q0.intoMemorySegment(ALL, o + 0 * 8L * ROWS + BYTE_SIZE, LE);
    p1.intoMemorySegment(ALL, o + 1 * 8L * ROWS, LE);
    q1.intoMemorySegment(ALL, o + 1 * 8L * ROWS + BYTE_SIZE, LE);
    p2.intoMemorySegment(ALL, o + 2 * 8L * ROWS, LE);
    q2.intoMemorySegment(ALL, o + 2 * 8L * ROWS + BYTE_SIZE, LE);
    p3.intoMemorySegment(ALL, o + 3 * 8L * ROWS, LE);
    q3.intoMemorySegment(ALL, o + 3 * 8L * ROWS + BYTE_SIZE, LE);
    p4.intoMemorySegment(ALL, o + 4 * 8L * ROWS, LE);
    q4.intoMemorySegment(ALL, o + 4 * 8L * ROWS + BYTE_SIZE, LE);
    p5.intoMemorySegment(ALL, o + 5 * 8L * ROWS, LE);
    q5.intoMemorySegment(ALL, o + 5 * 8L * ROWS + BYTE_SIZE, LE);
  }

  /** y += n·m·dot for two sub-blocks; multiples stay in registers for all tokens. */
  private static void scale16(long s0, int tile, long o0, long f0, long y0) {
    long n = f0 & MASK;
    for (int i = 0; i < 8; i++) {
      long s = (s0 + i * (long) ROWS) & MASK;
      long o = (o0 + i * (ROWS / 2L)) & MASK;
      long y = (y0 + i * 2L * ROWS) & MASK;
      LongVector m0 = multiples(s);
      LongVector m1 = multiples((s + tile) & MASK);
      for (int t = 0; t < TOKENS; t++) {
        long p = o + t * 4L * ROWS;
        long f = n + 4L * t;
        LongVector.fromMemorySegment(LONGS, ALL, y + t * 16L * ROWS, LE)
            .add(longs16(p, f).mul(m0))
            .add(longs16(p + DOTS16, f + MULTIPLES).mul(m1))
            .intoMemorySegment(ALL, y + t * 16L * ROWS, LE);
      }
    }
  }

  /** y += n·m·dot for two sub-blocks; multiples stay in registers for all tokens. */
  private static void scale32(long s0, int tile, long o0, long f0, int step, long y0) {
    long n = f0 & MASK;
    for (int i = 0; i < 8; i++) {
      long s = (s0 + i * (long) ROWS) & MASK;
      long o = (o0 + i * (long) ROWS) & MASK;
      long y = (y0 + i * 2L * ROWS) & MASK;
      LongVector m0 = multiples(s);
      LongVector m1 = multiples((s + tile) & MASK);
      for (int t = 0; t < TOKENS; t++) {
        long p = o + t * 8L * ROWS;
        long f = n + 4L * t;
        LongVector.fromMemorySegment(LONGS, ALL, y + t * 16L * ROWS, LE)
            .add(longs32(p, f).mul(m0))
            .add(longs32(p + DOTS32, f + step).mul(m1))
            .intoMemorySegment(ALL, y + t * 16L * ROWS, LE);
      }
    }
  }

  /** What is extended from 32 bits is multiplied in one instruction: C2 sees it. */
  private static LongVector multiples(long p) {
    return (LongVector)
        IntVector.fromMemorySegment(HALVES, ALL, p, LE).convertShape(VectorOperators.I2L, LONGS, 0);
  }

  private static LongVector longs32(long p, long n) {
    return (LongVector)
        IntVector.fromMemorySegment(HALVES, ALL, p, LE)
            .sub(MAGIC_BITS)
            .mul(IntVector.broadcast(HALVES, ALL.get(INT, n)))
            .convertShape(VectorOperators.I2L, LONGS, 0);
  }

  private static LongVector longs16(long p, long n) {
    return (LongVector)
        ((IntVector)
                ShortVector.fromMemorySegment(QUARTERS, ALL, p, LE)
                    .convertShape(VectorOperators.S2I, HALVES, 0))
            .mul(IntVector.broadcast(HALVES, ALL.get(INT, n)))
            .convertShape(VectorOperators.I2L, LONGS, 0);
  }

  /** y += µ·(n·Σa) of a sub-block. */
  private static void minimum(long s0, long n0, long y0) {
    long n = n0 & MASK;
    for (int i = 0; i < 8; i++) {
      long y = (y0 + i * 2L * ROWS) & MASK;
      LongVector m = multiples((s0 + 8L * ROWS + i * (long) ROWS) & MASK);
      for (int t = 0; t < TOKENS; t++) {
        LongVector c =
            (LongVector)
                IntVector.broadcast(HALVES, ALL.get(INT, n + 4L * t))
                    .convertShape(VectorOperators.I2L, LONGS, 0);
        LongVector.fromMemorySegment(LONGS, ALL, y + t * 16L * ROWS, LE)
            .add(c.mul(m))
            .intoMemorySegment(ALL, y + t * 16L * ROWS, LE);
      }
    }
  }
}
