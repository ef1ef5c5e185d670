// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

/** One answer on its way. One thread reads it; any thread may cancel it. */
public interface Generation {
  /**
   * Waits for the next event. The last one is {@link GenerationEvent.Finished} or {@link
   * GenerationEvent.Failed}, which is given again if asked for more.
   */
  GenerationEvent next() throws InterruptedException;

  /**
   * Lets it choose so many tokens in all, and rest then until it may choose more; without this it
   * never rests. What rests keeps its memory and its place. One that is computed on several
   * machines goes on.
   *
   * @param tokens at least 1
   */
  default void allow(int tokens) {}

  /** Ends it at once; its memory is free shortly after. Without effect once it has ended. */
  void cancel();
}
