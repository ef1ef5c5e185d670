// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with one token in 512-bit vectors. The build derives the 256- and 128-bit sources from
 * this one (kernel/pom.xml): species must be constants of their class, or nothing is compiled well.
 *
 * <p>A lane is a row; half a tile, as many rows as int16 lanes, is one stream, and two streams are
 * read at once. Sums of codes times activations are exact in int16 (of 4, 5 and 6 bits, which
 * bounds how many are added before they are widened) or in binary32 on integers below 2^22. Then n,
 * the multiples and the minima make them int64, of even and odd rows apart until the end.
 *
 * <p>The shape is what C2 demands: a method that is longer than 325 bytecodes is compiled for
 * itself and not into its caller, where it would pass the limit of nodes and then box each vector;
 * for the same reason nothing in it is called but the Vector API. Sums start from constants, and
 * addresses are masked so that bounds checks fall away. docs/decisions tells what was measured.
 */
final class VectorDecode512 {
  private static final VectorSpecies<Byte> QUARTERS = ByteVector.SPECIES_128;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
  private static final VectorSpecies<Short> HALVES = ShortVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;

  /** Rows of half a tile. */
  static final int ROWS = SHORTS.length();

  /** Bytes of a vector. */
  private static final int BYTE_SIZE = 2 * ROWS;

  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(1L << 48);
  private static final long MASK = (1L << 47) - 1;
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** 1.5·2^23: added to a small integer, it leaves the integer in the low bits. */
  private static final float MAGIC = 12582912f;

  private static final int MAGIC_BITS = 0x4B400000;

  private VectorDecode512() {}

  /** The sums of a tile: half a tile of rows from each of the groups at a and b. */
  static void product(
      PackedMatrix w, long a, int ra, long b, int rb, PackedActivations x, int token, Scratch s) {
    long y = s.sums & MASK;
    for (int i = 0; i < 8; i++) {
      LongVector.zero(LONGS).intoMemorySegment(ALL, y + (long) i * BYTE_SIZE, LE);
    }
    PackedMatrix.Layout layout = w.layout;
    for (int block = 0; block < x.blocks; block += layout.columns() / 32) {
      for (int sub = 0; sub < layout.columns() / 32; sub++) {
        block(w.type, layout, a, ra, b, rb, sub, x, token, block + sub, s);
      }
      a += layout.bytes();
      b += layout.bytes();
    }
    interleave(y, s.dots);
  }

  /** Puts the sums of even and odd rows, which lie apart, in the order of rows. */
  private static void interleave(long y0, long o0) {
    long y = y0 & MASK;
    long o = o0 & MASK;
    for (int i = 0; i < 8; i++) {
      long at = (long) i * BYTE_SIZE;
      LongVector.fromMemorySegment(LONGS, ALL, y + at, LE).intoMemorySegment(ALL, o + at, LE);
    }
    for (int i = 0; i < 8; i += 2) {
      long at = (long) i * BYTE_SIZE;
      for (int row = 0; row < BYTE_SIZE; row += 8) {
        ALL.set(LONG, y + at + 2L * row, ALL.get(LONG, o + at + row));
        ALL.set(LONG, y + at + 2L * row + 8, ALL.get(LONG, o + at + BYTE_SIZE + row));
      }
    }
  }

  private static void block(
      TensorType type,
      PackedMatrix.Layout layout,
      long a,
      int ra,
      long b,
      int rb,
      int sub,
      PackedActivations x,
      int token,
      int block,
      Scratch s) {
    int at = token * x.blocks + block;
    int n = x.factor[at];
    int c = x.weighted[at];
    long p = layout.header() + (long) sub * layout.sub32();
    long pa = a + p + ra;
    long pb = b + p + rb;
    long o = s.dots;
    long y = s.sums;
    a += 2L * ra;
    b += 2L * rb;
    switch (type) {
      case Q8_0 -> {
        dot8(pa, pb, x.floats(token, block), o);
        scale(a, b, n, o, y);
      }
      case Q4_0, Q4_1, Q4_K -> {
        int eight = 8 * x.sum(at);
        int plus = type == TensorType.Q4_0 ? 0 : eight;
        long codes = layout.codes();
        dot4(pa + codes, pb + codes, x.pairs(token, block), (short) -eight, plus, o);
      }
      case Q5_0, Q5_1, Q5_K -> {
        int low = 16 * (x.sums[4 * at] + x.sums[4 * at + 1]);
        int high = 16 * (x.sums[4 * at + 2] + x.sums[4 * at + 3]);
        int plus = type == TensorType.Q5_0 ? 0 : low + high;
        long pairs = x.pairs(token, block);
        dot5(pa + layout.sub(), pairs, (short) low, (short) high, plus, o);
        dot5(pb + layout.sub(), pairs, (short) low, (short) high, plus, o + 4L * ROWS);
      }
      case Q6_K -> {
        long pairs = x.pairs(token, block);
        for (int i = 0; i < 2; i++) {
          long q = pairs + 32L * i;
          short low = (short) (32 * x.sums[4 * at + i]);
          short high = (short) (32 * x.sums[4 * at + 2 + i]);
          long hi = layout.sub() + 128L * i;
          long codes = layout.codes() + 256L * i;
          dot6(pa + hi, pa + codes, q, low, high, o + 16L * ROWS * i);
          dot6(pb + hi, pb + codes, q, low, high, o + 16L * ROWS * i + 8L * ROWS);
        }
        scaleTwo(a, pa, n, o, y);
        scaleTwo(b, pb, n, o + 8L * ROWS, y + 8L * ROWS);
      }
      case F32, F16, BF16 -> throw new AssertionError(type);
    }
    switch (type) {
      case Q4_0, Q5_0 -> scale(a, b, n, o, y);
      case Q4_1, Q5_1 -> {
        scaleMinimum(a, n, c, o, y);
        scaleMinimum(b, n, c, o + 4L * ROWS, y + 8L * ROWS);
      }
      case Q4_K, Q5_K -> {
        scaleSub(a, pa, n, -c, o, y);
        scaleSub(b, pb, n, -c, o + 4L * ROWS, y + 8L * ROWS);
      }
      case F32, F16, BF16, Q8_0, Q6_K -> {
        // Done above, or never packed.
      }
    }
  }

  /** Sums of 32 columns of Q8_0: exact in binary32. */
  private static void dot8(long a0, long b0, long x0, long o0) {
    long o = o0 & MASK;
    FloatVector p0 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector p1 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q0 = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector q1 = FloatVector.broadcast(FLOATS, MAGIC);
    for (int k = 0; k < 32; k += 4) {
      long pa = (a0 + 32L * k) & MASK;
      long pb = (b0 + 32L * k) & MASK;
      long x = (x0 + 4L * k) & MASK;
      FloatVector v;
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x));
      p0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p0);
      p1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p1);
      q0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q0);
      q1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q1);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 4));
      p0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa + 32, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p0);
      p1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa + 32 + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p1);
      q0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb + 32, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q0);
      q1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb + 32 + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q1);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 8));
      p0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa + 64, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p0);
      p1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa + 64 + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p1);
      q0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb + 64, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q0);
      q1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb + 64 + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q1);
      v = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, x + 12));
      p0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa + 96, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p0);
      p1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pa + 96 + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, p1);
      q0 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb + 96, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q0);
      q1 =
          ((FloatVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, pb + 96 + ROWS / 2, LE)
                      .convertShape(VectorOperators.B2F, FLOATS, 0))
              .fma(v, q1);
    }
    p0.reinterpretAsInts().sub(MAGIC_BITS).intoMemorySegment(ALL, o + 0L * BYTE_SIZE, LE);
    p1.reinterpretAsInts().sub(MAGIC_BITS).intoMemorySegment(ALL, o + 1L * BYTE_SIZE, LE);
    q0.reinterpretAsInts().sub(MAGIC_BITS).intoMemorySegment(ALL, o + 2L * BYTE_SIZE, LE);
    q1.reinterpretAsInts().sub(MAGIC_BITS).intoMemorySegment(ALL, o + 3L * BYTE_SIZE, LE);
  }

  /** Sums of 32 columns of 4 bits: codes - 8 in int16, then {@code plus}, what 8 too few took. */
  private static void dot4(long a0, long b0, long x0, short bias, int plus, long o0) {
    long o = o0 & MASK;
    ShortVector p0 = ShortVector.zero(SHORTS);
    ShortVector p1 = ShortVector.zero(SHORTS);
    ShortVector q0 = ShortVector.zero(SHORTS);
    ShortVector q1 = ShortVector.zero(SHORTS);
    for (int k = 0; k < 16; k += 2) {
      long pa = (a0 + 32L * k) & MASK;
      long pb = (b0 + 32L * k) & MASK;
      long x = (x0 + 4L * k) & MASK;
      ShortVector low = IntVector.broadcast(INTS, ALL.get(INT, x)).reinterpretAsShorts();
      ShortVector high = IntVector.broadcast(INTS, ALL.get(INT, x + 64)).reinterpretAsShorts();
      ShortVector v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, pa, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 = v.and((short) 15).mul(low).add(p0);
      p1 = v.lanewise(VectorOperators.LSHR, 4).mul(high).add(p1);
      v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, pb, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      q0 = v.and((short) 15).mul(low).add(q0);
      q1 = v.lanewise(VectorOperators.LSHR, 4).mul(high).add(q1);
      low = IntVector.broadcast(INTS, ALL.get(INT, x + 4)).reinterpretAsShorts();
      high = IntVector.broadcast(INTS, ALL.get(INT, x + 68)).reinterpretAsShorts();
      v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, pa + 32, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 = v.and((short) 15).mul(low).add(p0);
      p1 = v.lanewise(VectorOperators.LSHR, 4).mul(high).add(p1);
      v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, pb + 32, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      q0 = v.and((short) 15).mul(low).add(q0);
      q1 = v.lanewise(VectorOperators.LSHR, 4).mul(high).add(q1);
    }
    p0 = p0.add(p1).add(bias);
    q0 = q0.add(q1).add(bias);
    ((IntVector) p0.convertShape(VectorOperators.S2I, INTS, 0))
        .add(plus)
        .intoMemorySegment(ALL, o + 0L * BYTE_SIZE, LE);
    ((IntVector) p0.convertShape(VectorOperators.S2I, INTS, 1))
        .add(plus)
        .intoMemorySegment(ALL, o + 1L * BYTE_SIZE, LE);
    ((IntVector) q0.convertShape(VectorOperators.S2I, INTS, 0))
        .add(plus)
        .intoMemorySegment(ALL, o + 2L * BYTE_SIZE, LE);
    ((IntVector) q0.convertShape(VectorOperators.S2I, INTS, 1))
        .add(plus)
        .intoMemorySegment(ALL, o + 3L * BYTE_SIZE, LE);
  }

  /** Sums of 32 columns of 5 bits, of half a tile: codes - 16 in int16, 16 columns at a time. */
  private static void dot5(long a0, long x0, short low, short high, int plus, long o0) {
    long o = o0 & MASK;
    ShortVector p0 = ShortVector.zero(SHORTS);
    ShortVector p1 = ShortVector.zero(SHORTS);
    for (int k = 0; k < 16; k += 4) {
      long a = (a0 + 8L * k) & MASK;
      long c = (a0 + 128 + 32L * k) & MASK;
      long x = (x0 + 4L * k) & MASK;
      ShortVector h =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, a, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      ShortVector v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, c, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 =
          v.and((short) 15)
              .or(h.lanewise(VectorOperators.LSHL, 4).and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x)).reinterpretAsShorts())
              .add(p0);
      p1 =
          v.lanewise(VectorOperators.LSHR, 4)
              .or(h.and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 64)).reinterpretAsShorts())
              .add(p1);
      v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, c + 32, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 =
          v.and((short) 15)
              .or(h.lanewise(VectorOperators.LSHL, 3).and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 4)).reinterpretAsShorts())
              .add(p0);
      p1 =
          v.lanewise(VectorOperators.LSHR, 4)
              .or(h.lanewise(VectorOperators.LSHR, 1).and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 68)).reinterpretAsShorts())
              .add(p1);
      v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, c + 64, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 =
          v.and((short) 15)
              .or(h.lanewise(VectorOperators.LSHL, 2).and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 8)).reinterpretAsShorts())
              .add(p0);
      p1 =
          v.lanewise(VectorOperators.LSHR, 4)
              .or(h.lanewise(VectorOperators.LSHR, 2).and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 72)).reinterpretAsShorts())
              .add(p1);
      v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, c + 96, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 =
          v.and((short) 15)
              .or(h.lanewise(VectorOperators.LSHL, 1).and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 12)).reinterpretAsShorts())
              .add(p0);
      p1 =
          v.lanewise(VectorOperators.LSHR, 4)
              .or(h.lanewise(VectorOperators.LSHR, 3).and((short) 16))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 76)).reinterpretAsShorts())
              .add(p1);
    }
    p0 = p0.sub(low);
    p1 = p1.sub(high);
    ((IntVector) p0.convertShape(VectorOperators.S2I, INTS, 0))
        .add(((IntVector) p1.convertShape(VectorOperators.S2I, INTS, 0)))
        .add(plus)
        .intoMemorySegment(ALL, o + 0L * BYTE_SIZE, LE);
    ((IntVector) p0.convertShape(VectorOperators.S2I, INTS, 1))
        .add(((IntVector) p1.convertShape(VectorOperators.S2I, INTS, 1)))
        .add(plus)
        .intoMemorySegment(ALL, o + 1L * BYTE_SIZE, LE);
  }

  /** Sums of 8 low and 8 high columns of 6 bits, of half a tile: codes - 32 in int16. */
  private static void dot6(long h0, long a0, long x0, short low, short high, long o0) {
    long o = o0 & MASK;
    ShortVector p0 = ShortVector.zero(SHORTS);
    ShortVector p1 = ShortVector.zero(SHORTS);
    for (int k = 0; k < 8; k += 2) {
      long h = (h0 + 16L * k) & MASK;
      long a = (a0 + 32L * k) & MASK;
      long x = (x0 + 4L * k) & MASK;
      ShortVector t =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, h, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      ShortVector v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, a, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 =
          v.and((short) 15)
              .or(t.lanewise(VectorOperators.LSHL, 4).and((short) 48))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x)).reinterpretAsShorts())
              .add(p0);
      p1 =
          v.lanewise(VectorOperators.LSHR, 4)
              .or(t.lanewise(VectorOperators.LSHL, 2).and((short) 48))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 64)).reinterpretAsShorts())
              .add(p1);
      v =
          (ShortVector)
              ByteVector.fromMemorySegment(BYTES, ALL, a + 32, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      p0 =
          v.and((short) 15)
              .or(t.and((short) 48))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 4)).reinterpretAsShorts())
              .add(p0);
      p1 =
          v.lanewise(VectorOperators.LSHR, 4)
              .or(t.lanewise(VectorOperators.LSHR, 2).and((short) 48))
              .mul(IntVector.broadcast(INTS, ALL.get(INT, x + 68)).reinterpretAsShorts())
              .add(p1);
    }
    p0 = p0.sub(low);
    p1 = p1.sub(high);
    ((IntVector) p0.convertShape(VectorOperators.S2I, INTS, 0))
        .intoMemorySegment(ALL, o + 0L * BYTE_SIZE, LE);
    ((IntVector) p0.convertShape(VectorOperators.S2I, INTS, 1))
        .intoMemorySegment(ALL, o + 1L * BYTE_SIZE, LE);
    ((IntVector) p1.convertShape(VectorOperators.S2I, INTS, 0))
        .intoMemorySegment(ALL, o + 2L * BYTE_SIZE, LE);
    ((IntVector) p1.convertShape(VectorOperators.S2I, INTS, 1))
        .intoMemorySegment(ALL, o + 3L * BYTE_SIZE, LE);
  }

  /** y += n·m·dot, the binary16 scales of both halves being multiples m of 2^-24. */
  private static void scale(long a0, long b0, int n, long o0, long y0) {
    long a = a0 & MASK;
    long b = b0 & MASK;
    long o = o0 & MASK;
    long y = y0 & MASK;
    for (int i = 0; i < 2; i++) {
      IntVector h =
          (IntVector)
              ShortVector.fromMemorySegment(HALVES, ALL, a + (long) i * ROWS, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector he = h.lanewise(VectorOperators.LSHR, 10).and(31);
      IntVector ma =
          h.and(0x3ff)
              .or(he.min(1).lanewise(VectorOperators.LSHL, 10))
              .lanewise(VectorOperators.LSHL, he.sub(1).max(0));
      h = h.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
      ma = ma.lanewise(VectorOperators.XOR, h).sub(h);
      IntVector ta = IntVector.fromMemorySegment(INTS, ALL, o + (long) i * BYTE_SIZE, LE).mul(n);
      long ya = y + 2L * i * BYTE_SIZE;
      LongVector.fromMemorySegment(LONGS, ALL, ya, LE)
          .add(
              ta.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(
                      ma.reinterpretAsLongs()
                          .lanewise(VectorOperators.LSHL, 32)
                          .lanewise(VectorOperators.ASHR, 32)))
          .intoMemorySegment(ALL, ya, LE);
      LongVector.fromMemorySegment(LONGS, ALL, ya + BYTE_SIZE, LE)
          .add(
              ta.reinterpretAsLongs()
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(ma.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32)))
          .intoMemorySegment(ALL, ya + BYTE_SIZE, LE);
      IntVector g =
          (IntVector)
              ShortVector.fromMemorySegment(HALVES, ALL, b + (long) i * ROWS, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector ge = g.lanewise(VectorOperators.LSHR, 10).and(31);
      IntVector mb =
          g.and(0x3ff)
              .or(ge.min(1).lanewise(VectorOperators.LSHL, 10))
              .lanewise(VectorOperators.LSHL, ge.sub(1).max(0));
      g = g.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
      mb = mb.lanewise(VectorOperators.XOR, g).sub(g);
      IntVector tb = IntVector.fromMemorySegment(INTS, ALL, o + (i + 2L) * BYTE_SIZE, LE).mul(n);
      long yb = ya + 4L * BYTE_SIZE;
      LongVector.fromMemorySegment(LONGS, ALL, yb, LE)
          .add(
              tb.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(
                      mb.reinterpretAsLongs()
                          .lanewise(VectorOperators.LSHL, 32)
                          .lanewise(VectorOperators.ASHR, 32)))
          .intoMemorySegment(ALL, yb, LE);
      LongVector.fromMemorySegment(LONGS, ALL, yb + BYTE_SIZE, LE)
          .add(
              tb.reinterpretAsLongs()
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(mb.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32)))
          .intoMemorySegment(ALL, yb + BYTE_SIZE, LE);
    }
  }

  /** y += n·m·dot + c·µ of half a tile, µ being the multiples of the minima. */
  private static void scaleMinimum(long a0, int n, int c, long o0, long y0) {
    long a = a0 & MASK;
    long o = o0 & MASK;
    long y = y0 & MASK;
    // C2 sees in this form that 32 bits are enough.
    LongVector wide =
        LongVector.broadcast(LONGS, (long) c << 32).lanewise(VectorOperators.ASHR, 32);
    for (int i = 0; i < 2; i++) {
      IntVector h =
          (IntVector)
              ShortVector.fromMemorySegment(HALVES, ALL, a + (long) i * ROWS, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector he = h.lanewise(VectorOperators.LSHR, 10).and(31);
      IntVector m =
          h.and(0x3ff)
              .or(he.min(1).lanewise(VectorOperators.LSHL, 10))
              .lanewise(VectorOperators.LSHL, he.sub(1).max(0));
      h = h.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
      m = m.lanewise(VectorOperators.XOR, h).sub(h);
      IntVector g =
          (IntVector)
              ShortVector.fromMemorySegment(HALVES, ALL, a + 64 + (long) i * ROWS, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector ge = g.lanewise(VectorOperators.LSHR, 10).and(31);
      IntVector mu =
          g.and(0x3ff)
              .or(ge.min(1).lanewise(VectorOperators.LSHL, 10))
              .lanewise(VectorOperators.LSHL, ge.sub(1).max(0));
      g = g.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
      mu = mu.lanewise(VectorOperators.XOR, g).sub(g);
      IntVector t = IntVector.fromMemorySegment(INTS, ALL, o + (long) i * BYTE_SIZE, LE).mul(n);
      long z = y + 2L * i * BYTE_SIZE;
      LongVector.fromMemorySegment(LONGS, ALL, z, LE)
          .add(
              t.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(
                      m.reinterpretAsLongs()
                          .lanewise(VectorOperators.LSHL, 32)
                          .lanewise(VectorOperators.ASHR, 32)))
          .add(
              mu.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(wide))
          .intoMemorySegment(ALL, z, LE);
      LongVector.fromMemorySegment(LONGS, ALL, z + BYTE_SIZE, LE)
          .add(
              t.reinterpretAsLongs()
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32)))
          .add(mu.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32).mul(wide))
          .intoMemorySegment(ALL, z + BYTE_SIZE, LE);
    }
  }

  /** The same for Q4_K and Q5_K, whose multiples have integer factors of their own. */
  private static void scaleSub(long a0, long s0, int n, int c, long o0, long y0) {
    long a = a0 & MASK;
    long o = o0 & MASK;
    long y = y0 & MASK;
    long s = s0 & MASK;
    // C2 sees in this form that 32 bits are enough.
    LongVector wide =
        LongVector.broadcast(LONGS, (long) c << 32).lanewise(VectorOperators.ASHR, 32);
    for (int i = 0; i < 2; i++) {
      IntVector h =
          (IntVector)
              ShortVector.fromMemorySegment(HALVES, ALL, a + (long) i * ROWS, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector he = h.lanewise(VectorOperators.LSHR, 10).and(31);
      IntVector m =
          h.and(0x3ff)
              .or(he.min(1).lanewise(VectorOperators.LSHL, 10))
              .lanewise(VectorOperators.LSHL, he.sub(1).max(0));
      h = h.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
      m = m.lanewise(VectorOperators.XOR, h).sub(h);
      IntVector g =
          (IntVector)
              ShortVector.fromMemorySegment(HALVES, ALL, a + 64 + (long) i * ROWS, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector ge = g.lanewise(VectorOperators.LSHR, 10).and(31);
      IntVector mu =
          g.and(0x3ff)
              .or(ge.min(1).lanewise(VectorOperators.LSHL, 10))
              .lanewise(VectorOperators.LSHL, ge.sub(1).max(0));
      g = g.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
      mu = mu.lanewise(VectorOperators.XOR, g).sub(g);
      m =
          m.mul(
              (IntVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, s + (long) i * (ROWS / 2), LE)
                      .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0));
      mu =
          mu.mul(
              (IntVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, s + 32 + (long) i * (ROWS / 2), LE)
                      .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0));
      IntVector t = IntVector.fromMemorySegment(INTS, ALL, o + (long) i * BYTE_SIZE, LE).mul(n);
      long z = y + 2L * i * BYTE_SIZE;
      LongVector.fromMemorySegment(LONGS, ALL, z, LE)
          .add(
              t.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(
                      m.reinterpretAsLongs()
                          .lanewise(VectorOperators.LSHL, 32)
                          .lanewise(VectorOperators.ASHR, 32)))
          .add(
              mu.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(wide))
          .intoMemorySegment(ALL, z, LE);
      LongVector.fromMemorySegment(LONGS, ALL, z + BYTE_SIZE, LE)
          .add(
              t.reinterpretAsLongs()
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(m.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32)))
          .add(mu.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32).mul(wide))
          .intoMemorySegment(ALL, z + BYTE_SIZE, LE);
    }
  }

  /** y += n·(m·dot + m'·dot') for the two scales that 32 columns of Q6_K have. */
  private static void scaleTwo(long a0, long s0, int n, long o0, long y0) {
    long a = a0 & MASK;
    long o = o0 & MASK;
    long y = y0 & MASK;
    long s = s0 & MASK;
    for (int i = 0; i < 2; i++) {
      IntVector h =
          (IntVector)
              ShortVector.fromMemorySegment(HALVES, ALL, a + (long) i * ROWS, LE)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector he = h.lanewise(VectorOperators.LSHR, 10).and(31);
      IntVector m =
          h.and(0x3ff)
              .or(he.min(1).lanewise(VectorOperators.LSHL, 10))
              .lanewise(VectorOperators.LSHL, he.sub(1).max(0));
      h = h.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
      m = m.lanewise(VectorOperators.XOR, h).sub(h);
      long oi = o + (long) i * BYTE_SIZE;
      long si = s + (long) i * (ROWS / 2);
      long z = y + 2L * i * BYTE_SIZE;
      IntVector t =
          IntVector.fromMemorySegment(INTS, ALL, oi, LE)
              .add(IntVector.fromMemorySegment(INTS, ALL, oi + 16L * ROWS, LE))
              .mul(n);
      IntVector f =
          m.mul(
              (IntVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, si, LE)
                      .convertShape(VectorOperators.B2I, INTS, 0));
      IntVector u =
          IntVector.fromMemorySegment(INTS, ALL, oi + 2L * BYTE_SIZE, LE)
              .add(IntVector.fromMemorySegment(INTS, ALL, oi + 16L * ROWS + 2L * BYTE_SIZE, LE))
              .mul(n);
      IntVector g =
          m.mul(
              (IntVector)
                  ByteVector.fromMemorySegment(QUARTERS, ALL, si + 32, LE)
                      .convertShape(VectorOperators.B2I, INTS, 0));
      LongVector.fromMemorySegment(LONGS, ALL, z, LE)
          .add(
              t.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(
                      f.reinterpretAsLongs()
                          .lanewise(VectorOperators.LSHL, 32)
                          .lanewise(VectorOperators.ASHR, 32)))
          .add(
              u.reinterpretAsLongs()
                  .lanewise(VectorOperators.LSHL, 32)
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(
                      g.reinterpretAsLongs()
                          .lanewise(VectorOperators.LSHL, 32)
                          .lanewise(VectorOperators.ASHR, 32)))
          .intoMemorySegment(ALL, z, LE);
      LongVector.fromMemorySegment(LONGS, ALL, z + BYTE_SIZE, LE)
          .add(
              t.reinterpretAsLongs()
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(f.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32)))
          .add(
              u.reinterpretAsLongs()
                  .lanewise(VectorOperators.ASHR, 32)
                  .mul(g.reinterpretAsLongs().lanewise(VectorOperators.ASHR, 32)))
          .intoMemorySegment(ALL, z + BYTE_SIZE, LE);
    }
  }
}
