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
 * Quantisation, norm and activation functions in 512-bit vectors, of which the build derives 256
 * and 128 bits. Lanes are elements, each computed as {@link ScalarKernel} does; only maxima and
 * integer sums are reduced across lanes, where order cannot matter.
 */
final class VectorElements512 implements Elements {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(1L << 48);
  private static final long MASK = (1L << 47) - 1;
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int MULTIPLE = PackedActivations.MULTIPLE_BYTES;

  /** 1.5·2^23: what is added to it is rounded to an integer, half to even. */
  private static final float MAGIC = 12582912f;

  private static final int MAGIC_BITS = 0x4B400000;

  /** Tokens that are quantised block by block: theirs lie side by side in memory. */
  private static final int TOGETHER = PackedActivations.TOGETHER;

  @Override
  public void quantize(float[] x, int offset, int stride, int from, int to, PackedActivations out) {
    int last = from;
    for (int first = from; first < to; first = last) {
      last = Math.min(to, first - first % TOGETHER + TOGETHER);
      for (int token = first; token < last; token++) {
        float max = ScalarKernel.finite(largest(x, offset + token * stride, out.width()));
        out.exponent[token] = ScalarKernel.exponent(max);
      }
      for (int block = 0; block < out.blocks; block++) {
        int at = block * Activations.BLOCK;
        for (int token = first; token < last; token++) {
          int start = offset + token * stride + at;
          float scale = ScalarKernel.power(-out.exponent[token]);
          float blockMax = Float.intBitsToFloat(largest(x, start, Activations.BLOCK));
          int n = Math.max(1, (int) Math.ceil(blockMax * scale / 127f));
          out.factor[token * out.blocks + block] = n;
          round(x, start, scale, 1f / n, out, token, at);
        }
      }
      for (int token = first; token < last; token++) {
        out.derive(token);
      }
    }
  }

  /** Bits of the largest magnitude; those of NaN and infinity are larger than a finite number's. */
  private static int largest(float[] x, int start, int n) {
    IntVector max = IntVector.zero(INTS);
    for (int i = 0; i < n; i += FLOATS.length()) {
      max =
          FloatVector.fromArray(FLOATS, x, start + i).reinterpretAsInts().and(0x7fffffff).max(max);
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  private static void round(
      float[] x,
      int start,
      float scale,
      float inverse,
      PackedActivations out,
      int token,
      int element) {
    long pairs = out.pairs(token, element / Activations.BLOCK) & MASK;
    long floats = out.floats(token, element / Activations.BLOCK) & MASK;
    long multiples = out.multiples(token, element / Activations.BLOCK) & MASK;
    LongVector products = LongVector.zero(LONGS);
    for (int i = 0; i < Activations.BLOCK; i += FLOATS.length()) {
      FloatVector v =
          FloatVector.fromArray(FLOATS, x, start + i).mul(scale).mul(inverse).add(MAGIC);
      IntVector a = v.reinterpretAsInts().sub(MAGIC_BITS);
      a.and(0xffff)
          .or(a.lanewise(VectorOperators.LSHL, 16))
          .intoMemorySegment(ALL, pairs + 4L * i, LE);
      v.sub(MAGIC).intoMemorySegment(ALL, floats + 4L * i, LE);
      LongVector odd = a.reinterpretAsLongs();
      LongVector even = odd.lanewise(VectorOperators.LSHL, 32).lanewise(VectorOperators.ASHR, 32);
      products = even.mul(odd.lanewise(VectorOperators.ASHR, 32)).add(products);
    }
    ALL.set(FLOAT, multiples + 2L * MULTIPLE, (float) products.reduceLanes(VectorOperators.ADD));
    for (int i = 0; i < Activations.BLOCK; i += SHORTS.length()) {
      // The low halves of the pairs, then their low bytes.
      ShortVector low = narrow(pairs + 4L * i, 0).or(narrow(pairs + 4L * i, 1));
      ((ByteVector) low.convertShape(VectorOperators.S2B, BYTES, 0))
          .intoArray(out.element, token * out.width() + element + i);
    }
  }

  private static ShortVector narrow(long pairs, int part) {
    return (ShortVector)
        IntVector.fromMemorySegment(INTS, ALL, pairs + (long) part * INTS.vectorByteSize(), LE)
            .convertShape(VectorOperators.I2S, SHORTS, -part);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
    float max = ScalarKernel.finite(largest(x, xOffset, n));
    int k = ScalarKernel.normExponent(max);
    float g = ScalarKernel.normFactor(squares(x, xOffset, n, ScalarKernel.power(k)), k, n, epsilon);
    for (int i = 0; i < n; i += FLOATS.length()) {
      FloatVector.fromArray(FLOATS, x, xOffset + i)
          .mul(g)
          .mul(FloatVector.fromArray(FLOATS, weight, i))
          .intoArray(out, outOffset + i);
    }
  }

  private static long squares(float[] x, int start, int n, float scale) {
    LongVector even = LongVector.zero(LONGS);
    LongVector odd = LongVector.zero(LONGS);
    for (int i = 0; i < n; i += FLOATS.length()) {
      LongVector s =
          FloatVector.fromArray(FLOATS, x, start + i)
              .mul(scale)
              .add(MAGIC)
              .reinterpretAsInts()
              .sub(MAGIC_BITS)
              .reinterpretAsLongs();
      LongVector e = s.lanewise(VectorOperators.LSHL, 32).lanewise(VectorOperators.ASHR, 32);
      LongVector o = s.lanewise(VectorOperators.ASHR, 32);
      even = e.mul(e).add(even);
      odd = o.mul(o).add(odd);
    }
    return even.add(odd).reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void silu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    for (int i = 0; i < n; i += FLOATS.length()) {
      FloatVector v = FloatVector.fromArray(FLOATS, gate, gateOffset + i);
      v.div(exp(v.neg()).add(1f))
          .mul(FloatVector.fromArray(FLOATS, up, upOffset + i))
          .intoArray(gate, gateOffset + i);
    }
  }

  @Override
  public void gelu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    for (int i = 0; i < n; i += FLOATS.length()) {
      FloatVector v = FloatVector.fromArray(FLOATS, gate, gateOffset + i);
      FloatVector h = v.mul(1.5957692f).mul(v.mul(0.044715f).mul(v).add(1f));
      v.div(exp(h.neg()).add(1f))
          .mul(FloatVector.fromArray(FLOATS, up, upOffset + i))
          .intoArray(gate, gateOffset + i);
    }
  }

  @Override
  public void exp(float[] x, int offset, int n, float minus) {
    for (int i = offset; i < offset + n; i += FLOATS.length()) {
      exp(FloatVector.fromArray(FLOATS, x, i).sub(minus)).intoArray(x, i);
    }
  }

  private static FloatVector exp(FloatVector v) {
    FloatVector x = v.max(-87f).min(88f);
    FloatVector y = x.mul(0x1.715476p0f).add(MAGIC);
    FloatVector z = y.sub(MAGIC);
    FloatVector r = x.sub(z.mul(0x1.63p-1f)).add(z.mul(2.12194440e-4f));
    FloatVector p = r.mul(0x1.6a242cp-10f).add(0x1.1239e8p-7f);
    p = p.mul(r).add(0x1.5558f2p-5f);
    p = p.mul(r).add(0x1.555492p-3f);
    p = p.mul(r).add(0x1.fffffcp-2f);
    p = p.mul(r.mul(r)).add(r).add(1f);
    // The low bits of y are the integer; those of the constant are shifted out.
    return p.reinterpretAsInts()
        .add(y.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
        .reinterpretAsFloats();
  }

  @Override
  public int step() {
    return FLOATS.length();
  }
}
