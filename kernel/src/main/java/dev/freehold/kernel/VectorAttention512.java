// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Attention in 512-bit vectors, of which the build derives 256 and 128 bits. A lane is a position
 * for scores and weights, an element for values. Weighed values are binary64 sums of integers below
 * 2^48, so they are exact in any order.
 */
final class VectorAttention512 implements Attention {
  private static final VectorSpecies<Byte> EIGHT = ByteVector.SPECIES_64;
  private static final VectorSpecies<Short> HALVES = ShortVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;
  private static final int LANES = FLOATS.length();
  private static final float INTEGERS = 0x1p23f;

  @Override
  public void scores(
      PackedPage page,
      int vector,
      int heads,
      int[] q,
      float[] c,
      float[] out,
      int outOffset,
      int stride) {
    int size = page.shape.headSize();
    for (int slot = 0; slot < KeyValuePage.POSITIONS; slot += 4 * LANES) {
      int first = vector * size + slot;
      int scale = vector + slot;
      int to = outOffset + slot;
      if (heads == HEADS) {
        scores(page.keys, first, page.keyScales, scale, size, q, c, out, to, stride);
      } else {
        scores(page.keys, first, page.keyScales, scale, size, q, c[0], out, to);
      }
    }
  }

  private static void scores(
      short[] keys,
      int first,
      float[] scales,
      int scale,
      int size,
      int[] q,
      float c,
      float[] out,
      int offset) {
    IntVector s0 = IntVector.zero(INTS);
    IntVector s1 = IntVector.zero(INTS);
    IntVector s2 = IntVector.zero(INTS);
    IntVector s3 = IntVector.zero(INTS);
    for (int i = 0; i < size; i++) {
      int at = first + i * KeyValuePage.POSITIONS;
      IntVector v = IntVector.broadcast(INTS, q[i]);
      IntVector k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at).convertShape(VectorOperators.S2I, INTS, 0);
      s0 = k.mul(v).add(s0);
      k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at + LANES)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      s1 = k.mul(v).add(s1);
      k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at + 2 * LANES)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      s2 = k.mul(v).add(s2);
      k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at + 3 * LANES)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      s3 = k.mul(v).add(s3);
    }
    ((FloatVector) s0.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(FloatVector.fromArray(FLOATS, scales, scale).mul(c))
        .intoArray(out, offset);
    ((FloatVector) s1.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(FloatVector.fromArray(FLOATS, scales, scale + LANES).mul(c))
        .intoArray(out, offset + LANES);
    ((FloatVector) s2.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(FloatVector.fromArray(FLOATS, scales, scale + 2 * LANES).mul(c))
        .intoArray(out, offset + 2 * LANES);
    ((FloatVector) s3.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(FloatVector.fromArray(FLOATS, scales, scale + 3 * LANES).mul(c))
        .intoArray(out, offset + 3 * LANES);
  }

  /** The same for three heads: every key is widened once. */
  private static void scores(
      short[] keys,
      int first,
      float[] scales,
      int scale,
      int size,
      int[] q,
      float[] c,
      float[] out,
      int offset,
      int stride) {
    IntVector a0 = IntVector.zero(INTS);
    IntVector a1 = IntVector.zero(INTS);
    IntVector a2 = IntVector.zero(INTS);
    IntVector a3 = IntVector.zero(INTS);
    IntVector b0 = IntVector.zero(INTS);
    IntVector b1 = IntVector.zero(INTS);
    IntVector b2 = IntVector.zero(INTS);
    IntVector b3 = IntVector.zero(INTS);
    IntVector d0 = IntVector.zero(INTS);
    IntVector d1 = IntVector.zero(INTS);
    IntVector d2 = IntVector.zero(INTS);
    IntVector d3 = IntVector.zero(INTS);
    for (int i = 0; i < size; i++) {
      int at = first + i * KeyValuePage.POSITIONS;
      IntVector va = IntVector.broadcast(INTS, q[i]);
      IntVector vb = IntVector.broadcast(INTS, q[size + i]);
      IntVector vd = IntVector.broadcast(INTS, q[2 * size + i]);
      IntVector k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at).convertShape(VectorOperators.S2I, INTS, 0);
      a0 = k.mul(va).add(a0);
      b0 = k.mul(vb).add(b0);
      d0 = k.mul(vd).add(d0);
      k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at + LANES)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      a1 = k.mul(va).add(a1);
      b1 = k.mul(vb).add(b1);
      d1 = k.mul(vd).add(d1);
      k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at + 2 * LANES)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      a2 = k.mul(va).add(a2);
      b2 = k.mul(vb).add(b2);
      d2 = k.mul(vd).add(d2);
      k =
          (IntVector)
              ShortVector.fromArray(HALVES, keys, at + 3 * LANES)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      a3 = k.mul(va).add(a3);
      b3 = k.mul(vb).add(b3);
      d3 = k.mul(vd).add(d3);
    }
    FloatVector f = FloatVector.fromArray(FLOATS, scales, scale);
    ((FloatVector) a0.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[0]))
        .intoArray(out, offset);
    ((FloatVector) b0.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[1]))
        .intoArray(out, offset + stride);
    ((FloatVector) d0.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[2]))
        .intoArray(out, offset + 2 * stride);
    f = FloatVector.fromArray(FLOATS, scales, scale + LANES);
    ((FloatVector) a1.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[0]))
        .intoArray(out, offset + LANES);
    ((FloatVector) b1.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[1]))
        .intoArray(out, offset + stride + LANES);
    ((FloatVector) d1.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[2]))
        .intoArray(out, offset + 2 * stride + LANES);
    f = FloatVector.fromArray(FLOATS, scales, scale + 2 * LANES);
    ((FloatVector) a2.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[0]))
        .intoArray(out, offset + 2 * LANES);
    ((FloatVector) b2.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[1]))
        .intoArray(out, offset + stride + 2 * LANES);
    ((FloatVector) d2.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[2]))
        .intoArray(out, offset + 2 * stride + 2 * LANES);
    f = FloatVector.fromArray(FLOATS, scales, scale + 3 * LANES);
    ((FloatVector) a3.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[0]))
        .intoArray(out, offset + 3 * LANES);
    ((FloatVector) b3.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[1]))
        .intoArray(out, offset + stride + 3 * LANES);
    ((FloatVector) d3.convertShape(VectorOperators.I2F, FLOATS, 0))
        .mul(f.mul(c[2]))
        .intoArray(out, offset + 2 * stride + 3 * LANES);
  }

  @Override
  public float largest(float[] scores, int offset, int n) {
    FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    IntVector magnitude = IntVector.zero(INTS);
    for (int i = 0; i < n; i += LANES) {
      FloatVector t = FloatVector.fromArray(FLOATS, scores, offset + i);
      max = t.max(max);
      magnitude = t.reinterpretAsInts().and(0x7fffffff).max(magnitude);
    }
    ScalarKernel.finite(magnitude.reduceLanes(VectorOperators.MAX));
    return max.reduceLanes(VectorOperators.MAX);
  }

  @Override
  public long total(float[] e, int offset, int n) {
    LongVector even = LongVector.zero(LONGS);
    LongVector odd = LongVector.zero(LONGS);
    for (int i = 0; i < n; i += LANES) {
      LongVector w =
          ((IntVector)
                  integers(FloatVector.fromArray(FLOATS, e, offset + i).mul(0x1p30f))
                      .convertShape(VectorOperators.F2I, INTS, 0))
              .reinterpretAsLongs();
      even = w.lanewise(VectorOperators.LSHL, 32).lanewise(VectorOperators.LSHR, 32).add(even);
      odd = w.lanewise(VectorOperators.LSHR, 32).add(odd);
    }
    return even.add(odd).reduceLanes(VectorOperators.ADD);
  }

  /** Rounds to integers, half to even; from 2^23 on a binary32 number is one already. */
  private static FloatVector integers(FloatVector v) {
    return v.add(INTEGERS).sub(INTEGERS).blend(v, v.compare(VectorOperators.GE, INTEGERS));
  }

  @Override
  public int scale(float[] e, int offset, float[] valueScales, int vector) {
    IntVector max = IntVector.zero(INTS);
    for (int i = 0; i < KeyValuePage.POSITIONS; i += LANES) {
      FloatVector u =
          FloatVector.fromArray(FLOATS, e, offset + i)
              .mul(FloatVector.fromArray(FLOATS, valueScales, vector + i));
      u.intoArray(e, offset + i);
      max = u.reinterpretAsInts().max(max);
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  @Override
  public void round(float[] u, int offset, int n, float factor) {
    for (int i = offset; i < offset + n; i += LANES) {
      integers(FloatVector.fromArray(FLOATS, u, i).mul(factor)).intoArray(u, i);
    }
  }

  @Override
  public void values(
      PackedPage page,
      int vector,
      int slot,
      int slots,
      int heads,
      float[] u,
      int offset,
      int stride,
      double[] sums) {
    int size = page.shape.headSize();
    int first = (vector + slot) * size;
    int step = DOUBLES.length();
    int d = 0;
    for (; d + 4 * step <= size; d += 4 * step) {
      if (heads == HEADS) {
        twelve(page.values, first + d, size, slots, u, offset, stride, sums, d);
      } else {
        four(page.values, first + d, size, slots, u, offset, sums, d);
      }
    }
    for (; d + step <= size; d += step) {
      for (int h = 0; h < heads; h++) {
        one(page.values, first + d, size, slots, u, offset + h * stride, sums, h * size + d);
      }
    }
    for (; d < size; d++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < slots; i++) {
          double weight = u[offset + h * stride + i];
          sums[h * size + d] += weight * page.values[first + i * size + d];
        }
      }
    }
  }

  private static void four(
      byte[] values, int first, int size, int slots, float[] u, int offset, double[] sums, int d) {
    int step = DOUBLES.length();
    DoubleVector s0 = DoubleVector.fromArray(DOUBLES, sums, d);
    DoubleVector s1 = DoubleVector.fromArray(DOUBLES, sums, d + step);
    DoubleVector s2 = DoubleVector.fromArray(DOUBLES, sums, d + 2 * step);
    DoubleVector s3 = DoubleVector.fromArray(DOUBLES, sums, d + 3 * step);
    for (int i = 0; i < slots; i++) {
      int at = first + i * size;
      DoubleVector w = DoubleVector.broadcast(DOUBLES, u[offset + i]);
      s0 =
          ((DoubleVector)
                  ByteVector.fromArray(EIGHT, values, at)
                      .convertShape(VectorOperators.B2D, DOUBLES, 0))
              .fma(w, s0);
      s1 =
          ((DoubleVector)
                  ByteVector.fromArray(EIGHT, values, at + step)
                      .convertShape(VectorOperators.B2D, DOUBLES, 0))
              .fma(w, s1);
      s2 =
          ((DoubleVector)
                  ByteVector.fromArray(EIGHT, values, at + 2 * step)
                      .convertShape(VectorOperators.B2D, DOUBLES, 0))
              .fma(w, s2);
      s3 =
          ((DoubleVector)
                  ByteVector.fromArray(EIGHT, values, at + 3 * step)
                      .convertShape(VectorOperators.B2D, DOUBLES, 0))
              .fma(w, s3);
    }
    s0.intoArray(sums, d);
    s1.intoArray(sums, d + step);
    s2.intoArray(sums, d + 2 * step);
    s3.intoArray(sums, d + 3 * step);
  }

  /** Four vectors of elements for each of three heads: every value is widened once. */
  private static void twelve(
      byte[] values,
      int first,
      int size,
      int slots,
      float[] u,
      int offset,
      int stride,
      double[] sums,
      int d) {
    int step = DOUBLES.length();
    DoubleVector a0 = DoubleVector.fromArray(DOUBLES, sums, d);
    DoubleVector a1 = DoubleVector.fromArray(DOUBLES, sums, d + step);
    DoubleVector a2 = DoubleVector.fromArray(DOUBLES, sums, d + 2 * step);
    DoubleVector a3 = DoubleVector.fromArray(DOUBLES, sums, d + 3 * step);
    DoubleVector b0 = DoubleVector.fromArray(DOUBLES, sums, d + size);
    DoubleVector b1 = DoubleVector.fromArray(DOUBLES, sums, d + size + step);
    DoubleVector b2 = DoubleVector.fromArray(DOUBLES, sums, d + size + 2 * step);
    DoubleVector b3 = DoubleVector.fromArray(DOUBLES, sums, d + size + 3 * step);
    DoubleVector c0 = DoubleVector.fromArray(DOUBLES, sums, d + 2 * size);
    DoubleVector c1 = DoubleVector.fromArray(DOUBLES, sums, d + 2 * size + step);
    DoubleVector c2 = DoubleVector.fromArray(DOUBLES, sums, d + 2 * size + 2 * step);
    DoubleVector c3 = DoubleVector.fromArray(DOUBLES, sums, d + 2 * size + 3 * step);
    for (int i = 0; i < slots; i++) {
      int at = first + i * size;
      DoubleVector wa = DoubleVector.broadcast(DOUBLES, u[offset + i]);
      DoubleVector wb = DoubleVector.broadcast(DOUBLES, u[offset + stride + i]);
      DoubleVector wc = DoubleVector.broadcast(DOUBLES, u[offset + 2 * stride + i]);
      DoubleVector v =
          (DoubleVector)
              ByteVector.fromArray(EIGHT, values, at).convertShape(VectorOperators.B2D, DOUBLES, 0);
      a0 = v.fma(wa, a0);
      b0 = v.fma(wb, b0);
      c0 = v.fma(wc, c0);
      v =
          (DoubleVector)
              ByteVector.fromArray(EIGHT, values, at + step)
                  .convertShape(VectorOperators.B2D, DOUBLES, 0);
      a1 = v.fma(wa, a1);
      b1 = v.fma(wb, b1);
      c1 = v.fma(wc, c1);
      v =
          (DoubleVector)
              ByteVector.fromArray(EIGHT, values, at + 2 * step)
                  .convertShape(VectorOperators.B2D, DOUBLES, 0);
      a2 = v.fma(wa, a2);
      b2 = v.fma(wb, b2);
      c2 = v.fma(wc, c2);
      v =
          (DoubleVector)
              ByteVector.fromArray(EIGHT, values, at + 3 * step)
                  .convertShape(VectorOperators.B2D, DOUBLES, 0);
      a3 = v.fma(wa, a3);
      b3 = v.fma(wb, b3);
      c3 = v.fma(wc, c3);
    }
    a0.intoArray(sums, d);
    a1.intoArray(sums, d + step);
    a2.intoArray(sums, d + 2 * step);
    a3.intoArray(sums, d + 3 * step);
    b0.intoArray(sums, d + size);
    b1.intoArray(sums, d + size + step);
    b2.intoArray(sums, d + size + 2 * step);
    b3.intoArray(sums, d + size + 3 * step);
    c0.intoArray(sums, d + 2 * size);
    c1.intoArray(sums, d + 2 * size + step);
    c2.intoArray(sums, d + 2 * size + 2 * step);
    c3.intoArray(sums, d + 2 * size + 3 * step);
  }

  private static void one(
      byte[] values, int first, int size, int slots, float[] u, int offset, double[] sums, int d) {
    DoubleVector s = DoubleVector.fromArray(DOUBLES, sums, d);
    for (int i = 0; i < slots; i++) {
      DoubleVector w = DoubleVector.broadcast(DOUBLES, u[offset + i]);
      s =
          ((DoubleVector)
                  ByteVector.fromArray(EIGHT, values, first + i * size)
                      .convertShape(VectorOperators.B2D, DOUBLES, 0))
              .fma(w, s);
    }
    s.intoArray(sums, d);
  }
}
