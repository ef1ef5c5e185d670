// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What one thread needs for one operation at a time; off the heap where vectors are faster so. */
final class Scratch {
  /** Tokens whose sums are held at a time. */
  static final int TOKENS = 96;

  /** Addresses: expanded weights, dots, int64 sums of [token][row]. */
  final long tiles;

  final long dots;
  final long sums;

  /** Keeps the memory at the addresses alive. */
  final MemorySegment memory;

  /** Scores of attention, then weights. */
  float[] weights = new float[0];

  /** Weighed sums of values. */
  final double[] values = new double[512];

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
