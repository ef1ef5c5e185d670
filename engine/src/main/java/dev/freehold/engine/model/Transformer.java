// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.kernel.Kernel;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A decoder model: immutable weights and the threads that compute with them. What it computes for a
 * row depends on nothing but the row's token and position and the attention memory it is given: not
 * on threads, on the other rows of a batch, or on how a prompt is cut into batches.
 */
public final class Transformer implements AutoCloseable {
  private final Configuration configuration;
  private final Kernel kernel;
  private final Arena arena;
  private final Workers workers;
  private final Weights weights;
  private final Rotary rotary;
  private final Rotary slidingRotary;

  /** Fair, so that a replay beside an engine takes turns with it. */
  private final ReentrantLock running = new ReentrantLock(true);

  private Transformer(
      Configuration configuration, Kernel kernel, Arena arena, Workers workers, Weights weights) {
    this.configuration = configuration;
    this.kernel = kernel;
    this.arena = arena;
    this.workers = workers;
    this.weights = weights;
    this.rotary = new Rotary(configuration.rotary(), weights.rotaryFactors());
    this.slidingRotary = new Rotary(configuration.slidingRotary(), new float[0]);
  }

  /**
   * Packs the weights of a file. The file may be closed afterwards.
   *
   * @param threads that compute together, the caller of {@link #forward} included
   * @throws ModelException if the architecture, a tensor or a number is unsupported or missing
   */
  @SuppressWarnings("MustBeClosedChecker") // the transformer owns the arena, and closes it
  public static Transformer load(Gguf file, Kernel kernel, int threads) {
    Configuration configuration = Configuration.of(file.metadata());
    Arena arena = Arena.ofShared();
    Workers workers = new Workers(threads);
    try {
      Weights weights = new WeightsLoader(file, configuration, kernel, arena).load(workers);
      return new Transformer(configuration, kernel, arena, workers, weights);
    } catch (RuntimeException | Error e) {
      workers.close();
      arena.close();
      throw e;
    }
  }

  /** The model's numbers. */
  public Configuration configuration() {
    return configuration;
  }

  /** What it computes with. */
  public Kernel kernel() {
    return kernel;
  }

  /** Threads that compute together. */
  public int threads() {
    return workers.threads();
  }

  /** Bytes of the packed weights. */
  public long weightBytes() {
    return weights.bytes();
  }

  /**
   * Computes a batch: stores keys and values of every row in its pages, and fills the batch's
   * hidden states and logits. One call at a time; another waits.
   *
   * @throws NumberException if a NaN or an infinity comes up, naming the layer
   */
  public void forward(Batch batch) {
    running.lock();
    try {
      batch.prepare();
      if (batch.size() == 0) {
        return;
      }
      for (int row = 0; row < batch.size(); row++) {
        rotary.prepare(batch.position(row));
        if (configuration.window() > 0) {
          slidingRotary.prepare(batch.position(row));
        }
      }
      int rows = batch.size();
      int wanted = batch.wanted();
      workers.run(member -> new Pass(this, batch, rows, wanted, member).run());
    } finally {
      running.unlock();
    }
  }

  Weights weights() {
    return weights;
  }

  Rotary rotary(int layer) {
    return configuration.isSliding(layer) ? slidingRotary : rotary;
  }

  /** Frees weights and threads. Not called during {@link #forward}. */
  @Override
  public void close() {
    workers.close();
    arena.close();
  }
}
