// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.memory.PagePool;
import dev.freehold.engine.memory.PagePool.Page;
import dev.freehold.engine.model.Transformer;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.fleet.ByteStream;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Some layers of a model, at the service of coordinators. It signs what it does:
 * docs/formats/stage.md. Any number of connections may be served at once; they share layers and
 * attention memory.
 */
public final class Stage implements AutoCloseable {
  private final Transformer transformer;
  private final Digest model;
  private final SigningKey key;
  private final StageOptions options;
  private final RandomGenerator random;
  private final int positions;
  private final ReentrantLock memory = new ReentrantLock();

  /** Guarded by the lock. */
  private final PagePool pool;

  /**
   * A stage.
   *
   * @param transformer its layers; stays open when the stage is closed
   * @param model the SHA-256 of the whole file they came from
   * @param random for the names of sessions; safe for many threads
   */
  public Stage(
      Transformer transformer,
      Digest model,
      SigningKey key,
      StageOptions options,
      RandomGenerator random) {
    this.transformer = transformer;
    this.model = model;
    this.key = key;
    this.options = options;
    this.random = random;
    KeyValuePage first = transformer.kernel().page(transformer.keyValueShape());
    long pageBytes = Math.max(1, first.bytes());
    first.free();
    long pages =
        Math.clamp(
            options.memoryBytes() / pageBytes, 1, Integer.MAX_VALUE / KeyValuePage.POSITIONS);
    pool = new PagePool(() -> transformer.kernel().page(transformer.keyValueShape()), (int) pages);
    positions = (int) pages * KeyValuePage.POSITIONS;
  }

  /**
   * Serves one coordinator until it leaves or breaks the protocol. Call it from a thread of its
   * own.
   *
   * @throws IOException if the stream broke, or the coordinator broke the protocol
   */
  public void serve(ByteStream stream) throws IOException {
    try (FrameStream frames = new FrameStream(stream)) {
      serve(frames, StageDoor.ask(frames));
    }
  }

  /** Serves a coordinator who has said what it asks for. */
  void serve(Frames frames, Frame.Ask ask) throws IOException {
    Optional<String> refusal = refusal(ask);
    if (refusal.isPresent()) {
      frames.write(new Frame.Refused(refusal.get()));
      return;
    }
    frames.write(
        new Frame.Ready(
            key.nodeId(),
            transformer.configuration().width(),
            transformer.configuration().vocabulary(),
            positions,
            options.rows()));
    new StageConnection(this, frames, ask.depth()).run();
  }

  private Optional<String> refusal(Frame.Ask ask) {
    if (!ask.model().equals(model)) {
      return Optional.of("this stage is of the model " + model + ", not of " + ask.model());
    }
    if (ask.arithmetic() != Kernel.ARITHMETIC_VERSION) {
      return Optional.of(
          "this stage computes with arithmetic version " + Kernel.ARITHMETIC_VERSION);
    }
    if (!ask.layers().equals(layers())) {
      return Optional.of("this stage has " + layers() + ", not " + ask.layers());
    }
    return Optional.empty();
  }

  StageLayers layers() {
    return layers(transformer);
  }

  private static StageLayers layers(Transformer transformer) {
    return new StageLayers(
        transformer.layers().first(), transformer.layers().end(), transformer.layers().total());
  }

  Transformer transformer() {
    return transformer;
  }

  Digest model() {
    return model;
  }

  SigningKey key() {
    return key;
  }

  StageOptions options() {
    return options;
  }

  RandomGenerator random() {
    return random;
  }

  Optional<Page> takePage() {
    memory.lock();
    try {
      return pool.take();
    } finally {
      memory.unlock();
    }
  }

  void release(List<Page> pages) {
    memory.lock();
    try {
      pages.forEach(pool::release);
    } finally {
      memory.unlock();
    }
  }

  /** Gives attention memory back that no connection holds. */
  @Override
  public void close() {
    memory.lock();
    try {
      pool.close();
    } finally {
      memory.unlock();
    }
  }
}
