// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import java.time.Duration;

/**
 * How a pipeline is driven. None of it changes an answer.
 *
 * @param maxConcurrent answers that are on their way at the same time
 * @param queueLimit answers that may wait behind them
 * @param chunk prompt tokens of one step
 * @param window steps of one answer's prompt that are under way at the same time
 * @param depth stages that work at the same time: each computes at most this part of the answers
 *     together, so that the others have something to do. 1 where all of them share one machine
 * @param patience how long a stage may keep work without giving anything out before it counts as
 *     lost
 * @param silence how long it may say nothing at all while it has work and another could take its
 *     place: a stage speaks every 200 ms
 * @param opening how long a stage may take until it is ready: it may have to fetch its layers first
 */
public record PipelineOptions(
    int maxConcurrent,
    int queueLimit,
    int chunk,
    int window,
    int depth,
    Duration patience,
    Duration silence,
    Duration opening) {
  private static final Duration SILENCE = Duration.ofMillis(1500);

  /** Refuses values without meaning. */
  public PipelineOptions {
    if (maxConcurrent < 1
        || maxConcurrent > 1024
        || queueLimit < 0
        || chunk < 1
        || chunk > 4096
        || window < 1
        || depth < 1
        || depth > 0xffff
        || !patience.isPositive()
        || !silence.isPositive()
        || !opening.isPositive()) {
      throw new IllegalArgumentException(
          "no pipeline runs with %d answers at once, %d waiting, %d steps of %d tokens, depth %d and a patience of %s and %s"
              .formatted(maxConcurrent, queueLimit, window, chunk, depth, patience, silence));
    }
  }

  /**
   * Sixteen answers at once, 64 waiting, steps of 64 tokens, half a minute of patience, also until
   * a stage is ready; 1.5 s of silence.
   */
  public static PipelineOptions of(int stages) {
    return new PipelineOptions(
        16, 64, 64, 2 * stages, stages, Duration.ofSeconds(30), SILENCE, Duration.ofSeconds(30));
  }

  /** The same, for stages that may take so long until they are ready. */
  public PipelineOptions opening(Duration atMost) {
    return new PipelineOptions(
        maxConcurrent, queueLimit, chunk, window, depth, patience, silence, atMost);
  }

  /** The same, with other numbers of answers. */
  public PipelineOptions answers(int atOnce, int waiting) {
    return new PipelineOptions(atOnce, waiting, chunk, window, depth, patience, silence, opening);
  }

  /** The same, for stages that share a machine so that this many work at the same time. */
  public PipelineOptions depth(int atOnce) {
    return new PipelineOptions(
        maxConcurrent, queueLimit, chunk, window, atOnce, patience, silence, opening);
  }

  /** How often stages are looked at. */
  Duration look() {
    return (patience.compareTo(silence) < 0 ? patience : silence).dividedBy(4);
  }
}
