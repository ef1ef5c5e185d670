// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring layers of a model. The first range of a model also has its embedding, the last one
 * its final norm and output matrix.
 *
 * @param first counted from 0
 * @param end the layer after the last one of the range
 * @param total layers of the model
 */
public record LayerRange(int first, int end, int total) {
  /** Refuses empty ranges, and those that the model doesn't have. */
  public LayerRange {
    if (first < 0 || end <= first || end > total) {
      throw new IllegalArgumentException(
          "layers " + first + " to " + end + " are no range of a model of " + total);
    }
  }

  /** All layers. */
  public static LayerRange all(int total) {
    return new LayerRange(0, total, total);
  }

  /** As many ranges as asked for, as even as can be, the longer ones first. */
  public static List<LayerRange> split(int total, int parts) {
    if (parts < 1 || parts > total) {
      throw new IllegalArgumentException(total + " layers cannot be split into " + parts);
    }
    List<LayerRange> ranges = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < parts; i++) {
      int end = first + total / parts + (i < total % parts ? 1 : 0);
      ranges.add(new LayerRange(first, end, total));
      first = end;
    }
    return List.copyOf(ranges);
  }

  /** Layers of the range. */
  public int count() {
    return end - first;
  }

  /** Whether the model begins with it. */
  public boolean isFirst() {
    return first == 0;
  }

  /** Whether the model ends with it. */
  public boolean isLast() {
    return end == total;
  }

  boolean contains(int layer) {
    return layer >= first && layer < end;
  }

  /** {@code 0-9 of 30}: the layers as a person counts them from 0, both ends included. */
  @Override
  public String toString() {
    return first + "-" + (end - 1) + " of " + total;
  }
}
