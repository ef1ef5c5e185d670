// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

/**
 * The layers that a stage says it has.
 *
 * @param first counted from 0
 * @param end the one after the last
 * @param total of the model
 */
public record StageLayers(int first, int end, int total) {
  /** Refuses empty ranges, and those that no model has. */
  public StageLayers {
    if (first < 0 || end <= first || total < end || total > 0xffff) {
      throw new IllegalArgumentException(
          "layers " + first + " to " + end + " are no range of a model of " + total);
    }
  }

  /** Whether the output matrix is there too. */
  public boolean isLast() {
    return end == total;
  }

  @Override
  public String toString() {
    return "layers " + first + "-" + (end - 1) + " of " + total;
  }
}
