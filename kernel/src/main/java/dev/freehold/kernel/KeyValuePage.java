// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/**
 * Keys (int16) and values (int8) of {@value #POSITIONS} consecutive positions in all layers and
 * heads, with their scales: the unit in which attention memory is allocated, shared between
 * sequences with a common prefix, and copied before one of them writes. The layout is the kernel's
 * own. Not synchronised: one thread writes a (layer, head, slot), after a barrier all may read it.
 */
public interface KeyValuePage {
  /** Positions of a page. */
  int POSITIONS = 64;

  /** Bytes held in memory. */
  long bytes();

  /** Copies the first {@code slots} positions of all layers from a page of the same kernel. */
  void copyFrom(KeyValuePage source, int slots);

  /** Gives the memory back. The page is not used afterwards. */
  void free();
}
