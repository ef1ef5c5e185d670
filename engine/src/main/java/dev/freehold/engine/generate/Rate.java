// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

/** How fast work gets done, by its recent past: the last few seconds of it count most. */
final class Rate {
  private static final double MEMORY_SECONDS = 3;

  private double tokens;
  private double sequences;
  private double seconds;
  private double sequenceSeconds;

  void add(long newTokens, int ended, double tookSeconds) {
    double keep = Math.exp(-tookSeconds / MEMORY_SECONDS);
    tokens = tokens * keep + newTokens;
    seconds = seconds * keep + tookSeconds;
    // Sequences end rarely, so they are remembered longer.
    double keepLonger = Math.exp(-tookSeconds / (20 * MEMORY_SECONDS));
    sequences = sequences * keepLonger + ended;
    sequenceSeconds = sequenceSeconds * keepLonger + tookSeconds;
  }

  double tokensPerSecond() {
    return seconds == 0 ? 0 : tokens / seconds;
  }

  /** The time in which so many sequences end; 0 as long as none has. */
  double secondsUntil(int ended) {
    return sequences == 0 ? 0 : ended * sequenceSeconds / sequences;
  }
}
