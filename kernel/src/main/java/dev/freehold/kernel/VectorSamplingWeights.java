// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link SamplingWeights} through the Vector API; the same bits at every width. */
final class VectorSamplingWeights {
  private static final VectorSpecies<Float> FLOAT =
      VectorSpecies.of(float.class, VectorShape.preferredShape());
  private static final VectorSpecies<Integer> INT =
      VectorSpecies.of(int.class, VectorShape.preferredShape());

  private VectorSamplingWeights() {}

  static long block(
      float[] x,
      int offset,
      int from,
      int to,
      float factor,
      float shift,
      int[] weight,
      int[] heaviest,
      int block) {
    int i = from;
    // Two halves of 15 bits: a block's sums of each stay within int.
    IntVector upper = IntVector.zero(INT);
    IntVector lower = upper;
    IntVector most = upper;
    for (; i <= to - INT.length(); i += INT.length()) {
      FloatVector c =
          FloatVector.fromArray(FLOAT, x, offset + i).mul(factor).sub(shift).max(-21.5f);
      FloatVector z = c.mul(0x1.715476p0f).add(12582912f).sub(12582912f);
      FloatVector r = c.sub(z.mul(0x1.63p-1f));
      r = r.add(z.mul(2.12194440e-4f));
      FloatVector p = FloatVector.broadcast(FLOAT, 0x1.6a242cp-10f);
      p = p.mul(r).add(0x1.1239e8p-7f);
      p = p.mul(r).add(0x1.5558f2p-5f);
      p = p.mul(r).add(0x1.555492p-3f);
      p = p.mul(r).add(0x1.fffffcp-2f);
      p = p.mul(r.mul(r)).add(r).add(1f);
      IntVector halvings = (IntVector) z.neg().convertShape(VectorOperators.F2I, INT, 0);
      IntVector whole = (IntVector) p.mul(0x1p30f).convertShape(VectorOperators.F2I, INT, 0);
      IntVector half =
          IntVector.broadcast(INT, 1)
              .lanewise(VectorOperators.LSHL, halvings)
              .sub(1)
              .lanewise(VectorOperators.LSHR, 1);
      IntVector odd = whole.lanewise(VectorOperators.LSHR, halvings).and(1);
      IntVector w = whole.add(half).add(odd).lanewise(VectorOperators.LSHR, halvings);
      w.intoArray(weight, i);
      upper = upper.add(w.lanewise(VectorOperators.LSHR, 15));
      lower = lower.add(w.and(0x7fff));
      most = most.max(w);
    }
    // Sums and maxima of integers: the order of the lanes is without effect.
    long sum =
        ((long) upper.reduceLanes(VectorOperators.ADD) << 15)
            + lower.reduceLanes(VectorOperators.ADD);
    int heaviestHere = most.reduceLanes(VectorOperators.MAX);
    for (; i < to; i++) {
      int w = SamplingWeights.weight(x[offset + i], factor, shift);
      weight[i] = w;
      sum += w;
      heaviestHere = Math.max(heaviestHere, w);
    }
    heaviest[block] = heaviestHere;
    return sum;
  }
}
