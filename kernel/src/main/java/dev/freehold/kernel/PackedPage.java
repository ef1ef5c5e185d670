// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.util.Objects;

/**
 * A page as plain arrays: keys transposed, [layer][head][element][slot], so that a lane is a
 * position; values [layer][head][slot][element], so that a lane is an element. Every Java lane uses
 * it.
 */
final class PackedPage implements KeyValuePage {
  final KeyValueShape shape;
  short[] keys;
  byte[] values;

  /** Key scales of [layer][head][slot]. */
  float[] keyScales;

  /** Value scales of [layer][head][slot]. */
  float[] valueScales;

  PackedPage(KeyValueShape shape) {
    this.shape = shape;
    int vectors = Math.multiplyExact(Math.multiplyExact(shape.layers(), shape.heads()), POSITIONS);
    int elements = Math.multiplyExact(vectors, shape.headSize());
    keys = new short[elements];
    // A narrow vector reads eight bytes where it needs fewer.
    values = new byte[elements + 8];
    keyScales = new float[vectors];
    valueScales = new float[vectors];
  }

  /** Where the vectors of a layer's head begin, counted in vectors. */
  int vector(int layer, int head) {
    return (layer * shape.heads() + head) * POSITIONS;
  }

  @Override
  public long bytes() {
    return 3L * keys.length + 8L * keyScales.length;
  }

  @Override
  public void copyFrom(KeyValuePage source, int slots) {
    PackedPage from = (PackedPage) source;
    if (!from.shape.equals(shape)) {
      throw new IllegalArgumentException(
          "a page of " + from.shape + " cannot be copied into one of " + shape);
    }
    Objects.checkFromToIndex(0, slots, POSITIONS);
    int size = shape.headSize();
    for (int row = 0; row < keys.length; row += POSITIONS) {
      System.arraycopy(from.keys, row, keys, row, slots);
    }
    for (int first = 0; first < keyScales.length; first += POSITIONS) {
      System.arraycopy(from.values, first * size, values, first * size, slots * size);
      System.arraycopy(from.keyScales, first, keyScales, first, slots);
      System.arraycopy(from.valueScales, first, valueScales, first, slots);
    }
  }

  @Override
  public void free() {
    keys = new short[0];
    values = new byte[0];
    keyScales = new float[0];
    valueScales = new float[0];
  }
}
