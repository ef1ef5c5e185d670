// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.kernel.Activations;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValueShape;
import dev.freehold.kernel.Matrix;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * A decoder model, or a stage of one, which has some neighbouring layers of it: immutable weights
 * and the threads that compute with them. What it computes for a row depends on nothing but the
 * row's token (or the hidden state that the layers before gave), its position and the attention
 * memory it is given: not on threads, on the other rows of a batch, or on how a prompt is cut into
 * batches.
 */
public final class Transformer implements AutoCloseable {
  private final Configuration configuration;
  private final LayerRange layers;
  private final Kernel kernel;
  private final Arena arena;
  private final Workers workers;
  private final Weights weights;
  private final Rotary rotary;
  private final Rotary slidingRotary;

  /** Fair, so that a replay beside an engine takes turns with it. */
  private final ReentrantLock running = new ReentrantLock(true);

  private Transformer(
      Configuration configuration,
      LayerRange layers,
      Kernel kernel,
      Arena arena,
      Workers workers,
      Weights weights) {
    this.configuration = configuration;
    this.layers = layers;
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
  public static Transformer load(Gguf file, Kernel kernel, int threads) {
    Configuration configuration = Configuration.of(file.metadata());
    return load(file, configuration, LayerRange.all(configuration.layers()), kernel, threads);
  }

  /**
   * Packs the weights of some layers. Of the file's tensors it reads those that {@link
   * StageTensors} names, and no others: the rest of the file may be missing.
   *
   * @throws ModelException if the architecture, a tensor or a number is unsupported or missing
   */
  public static Transformer load(Gguf file, LayerRange layers, Kernel kernel, int threads) {
    return load(file, Configuration.of(file.metadata()), layers, kernel, threads);
  }

  @SuppressWarnings("MustBeClosedChecker") // the transformer owns the arena, and closes it
  private static Transformer load(
      Gguf file, Configuration configuration, LayerRange layers, Kernel kernel, int threads) {
    if (layers.total() != configuration.layers()) {
      throw new ModelException(
          "layers "
              + layers
              + " are no part of the model "
              + file.name()
              + ", which has "
              + configuration.layers());
    }
    Arena arena = Arena.ofShared();
    Workers workers = new Workers(threads);
    try {
      Weights weights = new WeightsLoader(file, configuration, layers, kernel, arena).load(workers);
      return new Transformer(configuration, layers, kernel, arena, workers, weights);
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

  /** The layers it has. */
  public LayerRange layers() {
    return layers;
  }

  /** The shape of the attention memory of its layers. */
  public KeyValueShape keyValueShape() {
    return new KeyValueShape(
        layers.count(), configuration.keyValueHeads(), configuration.headSize());
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
   * hidden states and logits; without the last layer, what {@link Batch#takeOut} gives. One call at
   * a time; another waits.
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

  /**
   * Computes the logits of the rows {@code from} (inclusive) to {@code to} (exclusive) of the last
   * {@link #forward}, in which no row wanted any: {@link Batch#logits} has these, and none that it
   * had before. So an answer that is computed at once needs room for the logits of a few rows only.
   * The bits are those that the rows would have got by wanting them. One call at a time; another
   * waits.
   */
  public void logits(Batch batch, int from, int to) {
    Matrix output = weights.output();
    running.lock();
    try {
      Activations input = batch.prepareLogits(kernel, from, to);
      if (output != null && from < to) {
        workers.run(
            member ->
                new Pass(this, batch, to - from, to - from, member).output(output, input, from));
      }
    } finally {
      running.unlock();
    }
  }

  /**
   * Runs pieces of other work on the threads that compute, the caller's among them, and returns
   * when all are done; what a piece throws ends it for all, and is thrown here. It takes turns with
   * {@link #forward}, so a piece never calls either.
   *
   * @param pieces at least one; each is run once, with its number from 0
   */
  public void share(int pieces, IntConsumer piece) {
    running.lock();
    try {
      workers.run(
          member ->
              member.step(
                  pieces,
                  1,
                  (from, to) -> {
                    for (int i = from; i < to; i++) {
                      piece.accept(i);
                    }
                  },
                  null));
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
