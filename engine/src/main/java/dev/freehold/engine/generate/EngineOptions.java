// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

/**
 * How much an engine takes on at once. None of it changes an answer.
 *
 * @param maxConcurrent answers that are generated at the same time
 * @param queueLimit answers that may wait behind them
 * @param memoryBytes attention memory for running answers and cached prompts together
 * @param cacheBytes how much of it cached prompts may keep; 0: nothing is cached
 * @param prefillChunk prompt tokens that are read between two steps of running answers; four times
 *     as many while none is running
 */
public record EngineOptions(
    int maxConcurrent, int queueLimit, long memoryBytes, long cacheBytes, int prefillChunk) {
  /** Refuses values without meaning. */
  public EngineOptions {
    if (maxConcurrent < 1
        || maxConcurrent > 1024
        || queueLimit < 0
        || memoryBytes < 1
        || cacheBytes < 0
        || prefillChunk < 1
        || prefillChunk > 4096) {
      throw new IllegalArgumentException(
          "no engine runs with "
              + maxConcurrent
              + " answers at once, "
              + queueLimit
              + " waiting, "
              + memoryBytes
              + " bytes of memory, "
              + cacheBytes
              + " of them for the cache, and chunks of "
              + prefillChunk
              + " tokens");
    }
  }

  /** Sixteen answers at once, 64 waiting, 2 GiB of attention memory, half of it for the cache. */
  public static EngineOptions defaults() {
    return new EngineOptions(16, 64, 2L << 30, 1L << 30, 64);
  }
}
