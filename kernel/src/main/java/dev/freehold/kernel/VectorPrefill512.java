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
  private static final VectorSpecies<Short> HALVES = ShortVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final int ROWS = VectorDecode512.ROWS;
  private static final int BYTE_SIZE = 2 * ROWS;
  private static final int TOKENS = 6;
  private static final int BLOCK_BYTES = PackedActivations.BLOCK_BYTES;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(1L << 48);
  private static final long MASK = (1L << 47) - 1;
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final float MAGIC = 12582912f;
  private static final int MAGIC_BITS = 0x4B400000;

  /** Sub-blocks expanded at a time. */
  private static final int STEP = 4;

  /** Bytes of a tile's m and µ. */
  private static final int HEAD = 16 * ROWS;

  /** Bytes of an expanded sub-block: codes as int16 or binary32, [column][row of the tile]. */
  private static final int TILE16 = HEAD + 32 * 4 * ROWS;

  private static final int TILE32 = HEAD + 32 * 8 * ROWS;

  /** Bytes of {@link Scratch#tiles}. */
  static final int TILE_BYTES = STEP * TILE32;

  /** Bytes of the dots of one sub-block: int16, or binary32, of [token][row]. */
  private static final int DOTS16 = TOKENS * 4 * ROWS;

  private static final int DOTS32 = TOKENS * 8 * ROWS;

  /** Bytes of {@link Scratch#dots}. */
  static final int DOT_BYTES = 2 * DOTS32;

  private VectorPrefill512() {}

  /** The sums of a tile for tokens {@code from} (inclusive) to {@code to} (exclusive). */
  static void product(
      PackedMatrix w,
      long a,
      int ra,
      long b,
      int rb,
      PackedActivations x,
      int from,
      int to,
      Scratch scratch) {
    long sums = scratch.sums & MASK;
    for (int i = 0; i < 8 * (to - from); i++) {
      LongVector.zero(LONGS).intoMemorySegment(ALL, sums + (long) i * BYTE_SIZE, LE);
    }
    boolean narrow = narrow(w.type);
    int tile = narrow ? TILE16 : TILE32;
    int width = w.type == TensorType.Q6_K ? 16 : 32;
    int subs = w.columns() / width;
    for (int sub = 0; sub < subs; sub += STEP) {
      int count = Math.min(STEP, subs - sub);
      for (int i = 0; i < count; i++) {
        long s = scratch.tiles + (long) i * tile;
        VectorExpand512.half(w, a, ra, sub + i, s, 0);
        VectorExpand512.half(w, b, rb, sub + i, s, 1);
      }
      if (count % 2 == 1) {
        // Two sub-blocks are scaled at a time: a last odd one is paired with one of zero scales.
        ALL.asSlice(scratch.tiles + (long) count * tile, HEAD).fill((byte) 0);
      }
      for (int t = from; t < to; t += TOKENS) {
        int tokens = Math.min(TOKENS, to - t);
        long y = scratch.sums + (t - from) * 16L * ROWS;
        for (int i = 0; i < count; i += 2) {
          long s = scratch.tiles + (long) i * tile;
          int first = (sub + i) * width;
          int second = Math.min(first + width, w.columns() - width);
          pair(w.type, narrow, s, tile, x, t, tokens, first, second, width, scratch.dots, y);
        }
      }
    }
  }

  private static boolean narrow(TensorType type) {
    return switch (type) {
      case Q4_0, Q4_1, Q4_K -> true;
      case F32, F16, BF16, Q8_0, Q5_0, Q5_1, Q5_K, Q6_K -> false;
    };
  }

  /** Two expanded sub-blocks, of the columns from {@code first} and {@code second}. */
  private static void pair(
      TensorType type,
      boolean narrow,
      long s,
      int tile,
      PackedActivations x,
      int token,
      int tokens,
      int first,
      int second,
      int width,
      long o,
      long y) {
    int n0 = token * x.blocks + first / 32;
    int n1 = token * x.blocks + second / 32;
    if (narrow) {
      dot16(s + HEAD, x.pairs(token, first / 32), o);
      dot16(s + tile + HEAD, x.pairs(token, second / 32), o + DOTS16);
      scale16(s, s + tile, o, x.factor, n0, n1, x.blocks, tokens, y);
    } else {
      long q = s + HEAD;
      long p = o + 4L * ROWS;
      long x0 = x.floats(token, first / 32) + first % 32 * 4L;
      dot32(q, x0, width, o);
      dot32(q + 4L * ROWS, x0, width, p);
      q += tile;
      x0 = x.floats(token, second / 32) + second % 32 * 4L;
      dot32(q, x0, width, o + DOTS32);
      dot32(q + 4L * ROWS, x0, width, p + DOTS32);
      scale32(s, s + tile, o, x.factor, n0, n1, x.blocks, tokens, y);
    }
    if (WeightRow.mu(type)) {
      minimum(s, s + tile, x.weighted, n0, n1, x.blocks, tokens, y);
    }
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

  /** y += n·m·dot for two sub-blocks; a vector's multiples stay in registers for all tokens. */
  private static void scale16(
      long s0, long s1, long o0, int[] factor, int n0, int n1, int step, int tokens, long y0) {
    for (int i = 0; i < 4; i++) {
      long o = (o0 + i * (long) ROWS) & MASK;
      long y = (y0 + i * 4L * ROWS) & MASK;
      IntVector m = IntVector.fromMemorySegment(INTS, ALL, (s0 + i * 2L * ROWS) & MASK, LE);
      LongVector e0 =
          m.reinterpretAsLongs()
              .lanewise(VectorOperators.LSHL, 32)
              .lanewise(VectorOperators.ASHR, 32);
      LongVector d0 = m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32);
      m = IntVector.fromMemorySegment(INTS, ALL, (s1 + i * 2L * ROWS) & MASK, LE);
      LongVector e1 =
          m.reinterpretAsLongs()
              .lanewise(VectorOperators.LSHL, 32)
              .lanewise(VectorOperators.ASHR, 32);
      LongVector d1 = m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32);
      for (int t = 0; t < tokens; t++) {
        IntVector t0 =
            ((IntVector)
                    ShortVector.fromMemorySegment(HALVES, ALL, o + t * 4L * ROWS, LE)
                        .convertShape(VectorOperators.S2I, INTS, 0))
                .mul(factor[n0 + t * step]);
        IntVector t1 =
            ((IntVector)
                    ShortVector.fromMemorySegment(HALVES, ALL, o + t * 4L * ROWS + DOTS16, LE)
                        .convertShape(VectorOperators.S2I, INTS, 0))
                .mul(factor[n1 + t * step]);
        long z = y + t * 16L * ROWS;
        LongVector.fromMemorySegment(LONGS, ALL, z, LE)
            .add(
                t0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHL, 32)
                    .lanewise(VectorOperators.ASHR, 32)
                    .mul(e0))
            .add(
                t1.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHL, 32)
                    .lanewise(VectorOperators.ASHR, 32)
                    .mul(e1))
            .intoMemorySegment(ALL, z, LE);
        LongVector.fromMemorySegment(LONGS, ALL, z + BYTE_SIZE, LE)
            .add(t0.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32).mul(d0))
            .add(t1.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32).mul(d1))
            .intoMemorySegment(ALL, z + BYTE_SIZE, LE);
      }
    }
  }

  /** y += n·m·dot for two sub-blocks; a vector's multiples stay in registers for all tokens. */
  private static void scale32(
      long s0, long s1, long o0, int[] factor, int n0, int n1, int step, int tokens, long y0) {
    for (int i = 0; i < 4; i++) {
      long o = (o0 + i * 2L * ROWS) & MASK;
      long y = (y0 + i * 4L * ROWS) & MASK;
      IntVector m = IntVector.fromMemorySegment(INTS, ALL, (s0 + i * 2L * ROWS) & MASK, LE);
      LongVector e0 =
          m.reinterpretAsLongs()
              .lanewise(VectorOperators.LSHL, 32)
              .lanewise(VectorOperators.ASHR, 32);
      LongVector d0 = m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32);
      m = IntVector.fromMemorySegment(INTS, ALL, (s1 + i * 2L * ROWS) & MASK, LE);
      LongVector e1 =
          m.reinterpretAsLongs()
              .lanewise(VectorOperators.LSHL, 32)
              .lanewise(VectorOperators.ASHR, 32);
      LongVector d1 = m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32);
      for (int t = 0; t < tokens; t++) {
        IntVector t0 =
            IntVector.fromMemorySegment(INTS, ALL, o + t * 8L * ROWS, LE)
                .sub(MAGIC_BITS)
                .mul(factor[n0 + t * step]);
        IntVector t1 =
            IntVector.fromMemorySegment(INTS, ALL, o + t * 8L * ROWS + DOTS32, LE)
                .sub(MAGIC_BITS)
                .mul(factor[n1 + t * step]);
        long z = y + t * 16L * ROWS;
        LongVector.fromMemorySegment(LONGS, ALL, z, LE)
            .add(
                t0.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHL, 32)
                    .lanewise(VectorOperators.ASHR, 32)
                    .mul(e0))
            .add(
                t1.reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHL, 32)
                    .lanewise(VectorOperators.ASHR, 32)
                    .mul(e1))
            .intoMemorySegment(ALL, z, LE);
        LongVector.fromMemorySegment(LONGS, ALL, z + BYTE_SIZE, LE)
            .add(t0.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32).mul(d0))
            .add(t1.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32).mul(d1))
            .intoMemorySegment(ALL, z + BYTE_SIZE, LE);
      }
    }
  }

  /** y += µ·(n·Σa) for two sub-blocks. */
  private static void minimum(
      long s0, long s1, int[] weighted, int n0, int n1, int step, int tokens, long y0) {
    for (int i = 0; i < 4; i++) {
      long y = (y0 + i * 4L * ROWS) & MASK;
      IntVector m =
          IntVector.fromMemorySegment(INTS, ALL, (s0 + 8L * ROWS + i * 2L * ROWS) & MASK, LE);
      LongVector e0 =
          m.reinterpretAsLongs()
              .lanewise(VectorOperators.LSHL, 32)
              .lanewise(VectorOperators.ASHR, 32);
      LongVector d0 = m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32);
      m = IntVector.fromMemorySegment(INTS, ALL, (s1 + 8L * ROWS + i * 2L * ROWS) & MASK, LE);
      LongVector e1 =
          m.reinterpretAsLongs()
              .lanewise(VectorOperators.LSHL, 32)
              .lanewise(VectorOperators.ASHR, 32);
      LongVector d1 = m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32);
      for (int t = 0; t < tokens; t++) {
        long c0 = (long) weighted[n0 + t * step] << 32;
        long c1 = (long) weighted[n1 + t * step] << 32;
        LongVector v0 = LongVector.broadcast(LONGS, c0).lanewise(VectorOperators.ASHR, 32);
        LongVector v1 = LongVector.broadcast(LONGS, c1).lanewise(VectorOperators.ASHR, 32);
        long z = y + t * 16L * ROWS;
        LongVector.fromMemorySegment(LONGS, ALL, z, LE)
            .add(e0.mul(v0))
            .add(e1.mul(v1))
            .intoMemorySegment(ALL, z, LE);
        LongVector.fromMemorySegment(LONGS, ALL, z + BYTE_SIZE, LE)
            .add(d0.mul(v0))
            .add(d1.mul(v1))
            .intoMemorySegment(ALL, z + BYTE_SIZE, LE);
      }
    }
  }
}
