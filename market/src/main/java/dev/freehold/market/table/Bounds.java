// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

/**
 * How much a table holds.
 *
 * @param all listings in all
 * @param perSource of them, those that one source brought first
 * @param perSeller of them, those of one seller
 * @param contradictions sellers that are set aside
 */
public record Bounds(int all, int perSource, int perSeller, int contradictions) {
  /** 2,000 listings, 500 of a source, 16 of a seller; 100 sellers set aside. */
  public static final Bounds DEFAULT = new Bounds(2_000, 500, 16, 100);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is not positive, or more than the file holds
   */
  public Bounds {
    if (all < 1 || perSource < 1 || perSeller < 1 || contradictions < 1) {
      throw new IllegalArgumentException("a table's bounds are positive");
    }
    if (all > 4_000 || contradictions > 400) {
      throw new IllegalArgumentException(
          "a table holds at most 4,000 listings and 400 contradictions");
    }
  }
}
