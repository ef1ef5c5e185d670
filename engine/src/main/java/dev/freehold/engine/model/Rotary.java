// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import java.util.Arrays;

/**
 * Cosines and sines of rotary position embedding: computed in binary64 by {@code StrictMath},
 * rounded once. Blocks of positions are computed when they are first needed, by the caller of the
 * forward pass, before its workers read them.
 */
final class Rotary {
  private static final int BLOCK = 64;

  private final double[] frequencies;
  private final double magnitude;
  private float[][] cosines = new float[0][];
  private float[][] sines = new float[0][];

  /**
   * A table.
   *
   * @param factors what each pair's frequency is divided by; empty for all 1
   */
  Rotary(Configuration.Rope rope, float[] factors) {
    int pairs = rope.dimensions() / 2;
    frequencies = new double[pairs];
    double low = 0;
    double high = 0;
    if (rope.yarn().isPresent()) {
      Configuration.Yarn yarn = rope.yarn().get();
      low = Math.max(0, Math.floor(turns(rope, yarn.originalContext(), yarn.betaFast())));
      high =
          Math.min(
              rope.dimensions() - 1.0,
              Math.ceil(turns(rope, yarn.originalContext(), yarn.betaSlow())));
      magnitude = rope.magnitude() * (1 + 0.1 * StrictMath.log(1 / rope.scale()));
    } else {
      magnitude = rope.magnitude();
    }
    for (int i = 0; i < pairs; i++) {
      double plain = StrictMath.pow(rope.base(), -2.0 * i / rope.dimensions());
      if (factors.length > 0) {
        plain /= factors[i];
      }
      double kept = 0;
      if (rope.yarn().isPresent()) {
        kept = 1 - Math.min(1, Math.max(0, (i - low) / Math.max(0.001, high - low)));
      }
      frequencies[i] = plain * rope.scale() * (1 - kept) + plain * kept;
    }
  }

  /** The pair that turns so many times over the original context. */
  private static double turns(Configuration.Rope rope, double context, double times) {
    return rope.dimensions()
        * StrictMath.log(context / (times * 2 * Math.PI))
        / (2 * StrictMath.log(rope.base()));
  }

  int pairs() {
    return frequencies.length;
  }

  /** Sees to it that the table reaches a position. */
  void prepare(int position) {
    int block = position / BLOCK;
    if (block >= cosines.length) {
      cosines = Arrays.copyOf(cosines, block + 1);
      sines = Arrays.copyOf(sines, block + 1);
    }
    if (cosines[block] == null) {
      float[] cosine = new float[BLOCK * pairs()];
      float[] sine = new float[BLOCK * pairs()];
      for (int slot = 0; slot < BLOCK; slot++) {
        for (int i = 0; i < pairs(); i++) {
          double angle = (double) (block * BLOCK + slot) * frequencies[i];
          cosine[slot * pairs() + i] = (float) (StrictMath.cos(angle) * magnitude);
          sine[slot * pairs() + i] = (float) (StrictMath.sin(angle) * magnitude);
        }
      }
      cosines[block] = cosine;
      sines[block] = sine;
    }
  }

  float[] cosine(int position) {
    return cosines[position / BLOCK];
  }

  float[] sine(int position) {
    return sines[position / BLOCK];
  }

  /** Where a position's entries begin in its arrays. */
  int offset(int position) {
    return position % BLOCK * pairs();
  }
}
