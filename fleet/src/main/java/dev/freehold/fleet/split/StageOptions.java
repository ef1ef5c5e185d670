// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

/**
 * How much a stage takes on. None of it changes a result.
 *
 * @param memoryBytes attention memory of all sequences
 * @param rows that one batch may have
 */
public record StageOptions(long memoryBytes, int rows) {
  /** Refuses values without meaning. */
  public StageOptions {
    if (memoryBytes < 1 || rows < 1 || rows > 4096) {
      throw new IllegalArgumentException(
          "no stage runs with " + memoryBytes + " bytes of memory and " + rows + " rows");
    }
  }
}
