// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Expands packed weights for {@link VectorPrefill512}: m and µ as int32, 4-bit codes centred as
 * int16, all others as binary32. Done once for all tokens of a product.
 */
final class VectorExpand512 {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
  private static final VectorSpecies<Short> HALVES = ShortVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final int ROWS = VectorDecode512.ROWS;
  private static final int BYTE_SIZE = 2 * ROWS;
  private static final int HEAD = 16 * ROWS;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(1L << 48);
  private static final long MASK = (1L << 47) - 1;
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  private VectorExpand512() {}

  /** Writes m, µ and the codes of one sub-block of half a tile. */
  static void half(PackedMatrix w, long group, int r, int sub, long s, int half) {
    PackedMatrix.Layout layout = w.layout;
    int width = w.type == TensorType.Q6_K ? 16 : 32;
    int block = sub * width / 32;
    int per = layout.columns() / 32;
    long unit = group + (long) (block / per) * layout.bytes();
    long p = unit + layout.header() + (long) (block % per) * layout.sub32();
    long head = s + half * 4L * ROWS;
    long narrow = s + HEAD + half * 2L * ROWS;
    long wide = s + HEAD + half * 4L * ROWS;
    long high = p + layout.sub() + r;
    long codes = p + layout.codes() + r;
    switch (w.type) {
      case Q8_0 -> {
        head(unit + 2L * r, head);
        expand8(codes, wide);
      }
      case Q4_0 -> {
        head(unit + 2L * r, head);
        expand4(codes, narrow);
      }
      case Q4_1 -> {
        headMinimum(unit + 2L * r, head, 8);
        expand4(codes, narrow);
      }
      case Q4_K -> {
        headSub(unit + 2L * r, p + r, head, 8);
        expand4(codes, narrow);
      }
      case Q5_0 -> {
        head(unit + 2L * r, head);
        expand5(high, codes, wide, (short) 16);
      }
      case Q5_1 -> {
        headMinimum(unit + 2L * r, head, 0);
        expand5(high, codes, wide, (short) 0);
      }
      case Q5_K -> {
        headSub(unit + 2L * r, p + r, head, 0);
        expand5(high, codes, wide, (short) 0);
      }
      case Q6_K -> {
        headTwo(unit + 2L * r, p + 32L * (sub & 1) + r, head);
        expand6(high, codes, wide, sub & 1);
      }
      case F32, F16, BF16 -> throw new AssertionError(w.type);
    }
  }

  /**
   * Sums up the products of neighbouring columns (0 and 1, 2 and 3, ...) of a tile's rows, and
   * writes how much is left of {@code from}.
   */
  static void neighbours(long s0, float from, long o0) {
    long o = o0 & MASK;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = FloatVector.zero(FLOATS);
    FloatVector c = FloatVector.zero(FLOATS);
    FloatVector d = FloatVector.zero(FLOATS);
    for (int k = 0; k < 32; k += 2) {
      long s = (s0 + 8L * ROWS * k) & MASK;
      long t = s + 8L * ROWS;
      a =
          FloatVector.fromMemorySegment(FLOATS, ALL, s, LE)
              .fma(FloatVector.fromMemorySegment(FLOATS, ALL, t, LE), a);
      b =
          FloatVector.fromMemorySegment(FLOATS, ALL, s + BYTE_SIZE, LE)
              .fma(FloatVector.fromMemorySegment(FLOATS, ALL, t + BYTE_SIZE, LE), b);
      c =
          FloatVector.fromMemorySegment(FLOATS, ALL, s + 2L * BYTE_SIZE, LE)
              .fma(FloatVector.fromMemorySegment(FLOATS, ALL, t + 2L * BYTE_SIZE, LE), c);
      d =
          FloatVector.fromMemorySegment(FLOATS, ALL, s + 3L * BYTE_SIZE, LE)
              .fma(FloatVector.fromMemorySegment(FLOATS, ALL, t + 3L * BYTE_SIZE, LE), d);
    }
    FloatVector v = FloatVector.broadcast(FLOATS, from);
    v.sub(a).intoMemorySegment(ALL, o, LE);
    v.sub(b).intoMemorySegment(ALL, o + BYTE_SIZE, LE);
    v.sub(c).intoMemorySegment(ALL, o + 2L * BYTE_SIZE, LE);
    v.sub(d).intoMemorySegment(ALL, o + 3L * BYTE_SIZE, LE);
  }

  private static void head(long d0, long s0) {
    long d = d0 & MASK;
    long s = s0 & MASK;
    for (int i = 0; i < ROWS; i += INTS.length()) {
      multiples(d + 2L * i).intoMemorySegment(ALL, s + 4L * i, LE);
    }
  }

  /** µ + centre·m takes the place of µ where codes are centred. */
  private static void headMinimum(long d0, long s0, int centre) {
    long d = d0 & MASK;
    long s = s0 & MASK;
    for (int i = 0; i < ROWS; i += INTS.length()) {
      IntVector m = multiples(d + 2L * i);
      m.intoMemorySegment(ALL, s + 4L * i, LE);
      multiples(d + 64 + 2L * i)
          .add(m.mul(centre))
          .intoMemorySegment(ALL, s + 8L * ROWS + 4L * i, LE);
    }
  }

  private static void headSub(long d0, long p0, long s0, int centre) {
    long d = d0 & MASK;
    long s = s0 & MASK;
    long p = p0 & MASK;
    ShortVector scales = unsigned(p);
    ShortVector minima = unsigned(p + 32);
    headSub(d, toInts(scales, 0), toInts(minima, 0), s, centre);
    headSub(
        d + 2L * INTS.length(),
        toInts(scales, 1),
        toInts(minima, 1),
        s + 4L * INTS.length(),
        centre);
  }

  private static void headSub(long d, IntVector scale, IntVector minimum, long s, int centre) {
    IntVector m = multiples(d).mul(scale);
    m.intoMemorySegment(ALL, s, LE);
    m.mul(centre).sub(multiples(d + 64).mul(minimum)).intoMemorySegment(ALL, s + 8L * ROWS, LE);
  }

  private static void headTwo(long d0, long p0, long s0) {
    long d = d0 & MASK;
    long s = s0 & MASK;
    long p = p0 & MASK;
    ShortVector scales = signed(p);
    int half = INTS.length();
    multiples(d).mul(toInts(scales, 0)).intoMemorySegment(ALL, s, LE);
    multiples(d + 2L * half).mul(toInts(scales, 1)).intoMemorySegment(ALL, s + 4L * half, LE);
  }

  private static void expand4(long p0, long s0) {
    long p = p0 & MASK;
    long s = s0 & MASK;
    for (int k = 0; k < 16; k++) {
      ShortVector v = unsigned(p + 32L * k);
      v.and((short) 15).sub((short) 8).intoMemorySegment(ALL, s + 4L * ROWS * k, LE);
      v.lanewise(VectorOperators.LSHR, 4)
          .sub((short) 8)
          .intoMemorySegment(ALL, s + 4L * ROWS * (k + 16), LE);
    }
  }

  private static void expand8(long p0, long s0) {
    long p = p0 & MASK;
    long s = s0 & MASK;
    for (int k = 0; k < 32; k++) {
      floats(signed(p + 32L * k), s + 8L * ROWS * k);
    }
  }

  private static void floats(ShortVector v, long s) {
    toFloats(v, 0).intoMemorySegment(ALL, s, LE);
    toFloats(v, 1).intoMemorySegment(ALL, s + 4L * FLOATS.length(), LE);
  }

  private static void expand5(long h0, long p0, long s0, short centre) {
    long h = h0 & MASK;
    long p = p0 & MASK;
    long s = s0 & MASK;
    for (int k = 0; k < 16; k++) {
      ShortVector v = unsigned(p + 32L * k);
      ShortVector t = unsigned(h + 32L * (k >> 2)).lanewise(VectorOperators.LSHR, k & 3);
      ShortVector low = t.and((short) 1).lanewise(VectorOperators.LSHL, 4).or(v.and((short) 15));
      floats(low.sub(centre), s + 8L * ROWS * k);
      ShortVector up = t.and((short) 16).or(v.lanewise(VectorOperators.LSHR, 4));
      floats(up.sub(centre), s + 8L * ROWS * (k + 16));
    }
  }

  private static void expand6(long h0, long p0, long s0, int up) {
    long h = h0 & MASK;
    long p = p0 & MASK;
    long s = s0 & MASK;
    for (int k = 0; k < 16; k++) {
      ShortVector v = unsigned(p + 32L * k).lanewise(VectorOperators.LSHR, up << 2);
      ShortVector t =
          unsigned(h + 32L * (k >> 1)).lanewise(VectorOperators.LSHR, 4 * (k & 1) + 2 * up);
      ShortVector code = t.and((short) 3).lanewise(VectorOperators.LSHL, 4).or(v.and((short) 15));
      floats(code.sub((short) 32), s + 8L * ROWS * k);
    }
  }

  private static ShortVector signed(long p) {
    return (ShortVector)
        ByteVector.fromMemorySegment(BYTES, ALL, p, LE)
            .convertShape(VectorOperators.B2S, SHORTS, 0);
  }

  private static ShortVector unsigned(long p) {
    return (ShortVector)
        ByteVector.fromMemorySegment(BYTES, ALL, p, LE)
            .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
  }

  private static IntVector toInts(ShortVector v, int part) {
    return (IntVector) v.convertShape(VectorOperators.S2I, INTS, part);
  }

  private static FloatVector toFloats(ShortVector v, int part) {
    return (FloatVector) v.convertShape(VectorOperators.S2F, FLOATS, part);
  }

  private static IntVector multiples(long p) {
    IntVector h =
        (IntVector)
            ShortVector.fromMemorySegment(HALVES, ALL, p, LE)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    IntVector e = h.lanewise(VectorOperators.LSHR, 10).and(31);
    IntVector v =
        h.and(0x3ff)
            .or(e.min(1).lanewise(VectorOperators.LSHL, 10))
            .lanewise(VectorOperators.LSHL, e.sub(1).max(0));
    IntVector s = h.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 31);
    return v.lanewise(VectorOperators.XOR, s).sub(s);
  }
}
