// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What one thread needs for one operation at a time; off the heap where vectors are faster so. */
final class Scratch {
  /** Tokens whose sums are held at a time; a multiple of those that lie together. */
  static final int TOKENS = 43 * PackedActivations.TOGETHER;

  /** Addresses: expanded weights, dots, int64 sums of [token][row]. */
  final long tiles;

  final long dots;
  final long sums;

  /** Keeps the memory at the addresses alive. */
  final MemorySegment memory;

  /** Scores of attention, then weights. */
  float[] weights = new float[0];

  /** Weighed sums of values, of several heads. */
  final double[] values = new double[512 * Attention.HEADS];

  /** Integers of the queries, and each head's factor of scores. */
  final int[] query = new int[512 * Attention.HEADS];

  final float[] factors = new float[Attention.HEADS];

  /** Each head's sum of weights, and the power of two its integer weights were made with. */
  final float[] denominators = new float[Attention.HEADS];

  final int[] exponents = new int[Attention.HEADS];

  Scratch(Products products) {
    long tileBytes = products.tileBytes();
    long dotBytes = products.dotBytes();
    memory = Arena.ofAuto().allocate(tileBytes + dotBytes + 8L * TOKENS * products.rows(), 64);
    tiles = memory.address();
    dots = tiles + tileBytes;
    sums = dots + dotBytes;
  }

  /** Room for the weights of {@code n} positions. */
  float[] weights(int n) {
    if (weights.length < n) {
      weights = new float[n + n / 2];
    }
    return weights;
  }
}
