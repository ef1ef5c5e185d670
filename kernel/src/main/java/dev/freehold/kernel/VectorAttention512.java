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
  public void scores(PackedPage page, int vector, int[] q, float c, float[] out, int outOffset) {
    for (int slot = 0; slot < KeyValuePage.POSITIONS; slot += 4 * LANES) {
      int first = vector * q.length + slot;
      scores(page.keys, first, page.keyScales, vector + slot, q, c, out, outOffset + slot);
    }
  }

  private static void scores(
      short[] keys,
      int first,
      float[] scales,
      int scale,
      int[] q,
      float c,
      float[] out,
      int offset) {
    IntVector s0 = IntVector.zero(INTS);
    IntVector s1 = IntVector.zero(INTS);
    IntVector s2 = IntVector.zero(INTS);
    IntVector s3 = IntVector.zero(INTS);
    for (int i = 0; i < q.length; i++) {
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

  @Override
  public float largest(float[] scores, int n) {
    FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    IntVector magnitude = IntVector.zero(INTS);
    for (int i = 0; i < n; i += LANES) {
      FloatVector t = FloatVector.fromArray(FLOATS, scores, i);
      max = t.max(max);
      magnitude = t.reinterpretAsInts().and(0x7fffffff).max(magnitude);
    }
    ScalarKernel.finite(magnitude.reduceLanes(VectorOperators.MAX));
    return max.reduceLanes(VectorOperators.MAX);
  }

  @Override
  public long total(float[] e, int n) {
    LongVector even = LongVector.zero(LONGS);
    LongVector odd = LongVector.zero(LONGS);
    for (int i = 0; i < n; i += LANES) {
      LongVector w =
          ((IntVector)
                  integers(FloatVector.fromArray(FLOATS, e, i).mul(0x1p30f))
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
  public void round(float[] u, int n, float factor) {
    for (int i = 0; i < n; i += LANES) {
      integers(FloatVector.fromArray(FLOATS, u, i).mul(factor)).intoArray(u, i);
    }
  }

  @Override
  public void values(
      PackedPage page, int vector, int slot, int slots, float[] u, int offset, double[] sums) {
    int size = page.shape.headSize();
    int step = DOUBLES.length();
    int d = 0;
    for (; d + 4 * step <= size; d += 4 * step) {
      four(page.values, (vector + slot) * size + d, size, slots, u, offset, sums, d);
    }
    for (; d + step <= size; d += step) {
      one(page.values, (vector + slot) * size + d, size, slots, u, offset, sums, d);
    }
    for (; d < size; d++) {
      for (int i = 0; i < slots; i++) {
        sums[d] += (double) u[offset + i] * page.values[(vector + slot + i) * size + d];
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
