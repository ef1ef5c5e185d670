// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.split.StageFinder.Lost;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The coordinator's end of a connection to a stage. */
final class StageLine {
  /** Machines that are tried for one place before it is given up. */
  private static final int TRIES = 8;

  private final int stage;
  private final NodeId node;
  private final StageLayers layers;
  private final Frames frames;
  private final Frame.Ready ready;
  private final LongSupplier clock;

  /** Those that were tried for this place before. */
  private final List<Lost> before;

  /** Work that it has. */
  private final AtomicInteger has = new AtomicInteger();

  private volatile long since;
  private volatile long heard;
  private volatile @Nullable String late;

  // Guarded by the pipeline's lock.
  private final List<Frame> unsent = new ArrayList<>();
  private boolean dead;

  private StageLine(
      int stage,
      NodeId node,
      StageLayers layers,
      Frames frames,
      Frame.Ready ready,
      LongSupplier clock,
      List<Lost> before) {
    this.stage = stage;
    this.node = node;
    this.layers = layers;
    this.frames = frames;
    this.ready = ready;
    this.clock = clock;
    this.before = before;
    this.heard = clock.getAsLong();
  }

  /**
   * Asks the finder until one of those it finds is ready.
   *
   * @throws IOException if the finder has none any more, or too many were not
   */
  static StageLine find(
      StageFinder finder,
      int stage,
      LayerRange layers,
      List<Lost> before,
      Configuration shape,
      Digest model,
      PipelineOptions options,
      LongSupplier clock)
      throws IOException, InterruptedException {
    List<Lost> tried = new ArrayList<>(before);
    while (true) {
      StageFinder.Found found = finder.find(layers, List.copyOf(tried));
      try {
        StageLine line = open(stage, found, model, layers, options, clock, List.copyOf(tried));
        if (line.ready().width() == shape.width()
            && line.ready().vocabulary() == shape.vocabulary()) {
          return line;
        }
        line.close();
        throw new IOException(found.node() + " has a model of another shape");
      } catch (IOException e) {
        if (tried.size() >= before.size() + TRIES) {
          throw e;
        }
        tried.add(new Lost(found.node(), String.valueOf(e.getMessage())));
      }
    }
  }

  /**
   * Says what is asked for, and waits for the stage to be ready.
   *
   * @throws IOException if it refuses, is another node than the one found, or takes too long
   */
  private static StageLine open(
      int stage,
      StageFinder.Found found,
      Digest model,
      LayerRange range,
      PipelineOptions options,
      LongSupplier clock,
      List<Lost> before)
      throws IOException {
    StageLayers layers = new StageLayers(range.first(), range.end(), range.total());
    Frames frames =
        switch (found.way()) {
          case StageWay.Over(ByteStream stream) -> new FrameStream(stream);
          case InnerStage inner -> inner.frames();
        };
    Thread guard =
        Thread.ofVirtual()
            .name("stage-guard")
            .start(
                () -> {
                  try {
                    Thread.sleep(options.opening());
                    frames.close();
                  } catch (InterruptedException e) {
                    // It was ready in time.
                  }
                });
    try {
      frames.write(new Frame.Ask(model, Kernel.ARITHMETIC_VERSION, layers, options.depth()));
      Frame answer = frames.read();
      guard.interrupt();
      if (answer instanceof Frame.Ready ready && ready.node().equals(found.node())) {
        return new StageLine(stage, found.node(), layers, frames, ready, clock, before);
      }
      throw new ProtocolException(
          switch (answer) {
            case Frame.Refused(String why) -> why;
            case Frame.Ready other -> "it is " + other.node() + ", not " + found.node();
            case Frame.Ask _,
                Frame.Open _,
                Frame.Work _,
                Frame.Close _,
                Frame.Done _,
                Frame.Statement _,
                Frame.Failed _,
                Frame.Alive _ ->
                "it answered with a frame that is none of these";
          });
    } catch (IOException e) {
      guard.interrupt();
      frames.close();
      throw new IOException(layers + " at " + found.node() + ": " + e.getMessage(), e);
    }
  }

  int stage() {
    return stage;
  }

  NodeId node() {
    return node;
  }

  StageLayers layers() {
    return layers;
  }

  Frames frames() {
    return frames;
  }

  Frame.Ready ready() {
    return ready;
  }

  /** Notes a frame that {@link #flush} writes. */
  void send(Frame frame) {
    unsent.add(frame);
  }

  /** Writes what is to be sent, if anything; where that fails, the reader learns of it. */
  boolean flush() {
    if (unsent.isEmpty()) {
      return false;
    }
    List<Frame> together = List.copyOf(unsent);
    unsent.clear();
    try {
      frames.write(together);
    } catch (IOException e) {
      frames.close();
    }
    return true;
  }

  /** It was given work. */
  void took() {
    if (has.getAndIncrement() == 0) {
      since = clock.getAsLong();
    }
  }

  /** It gave work out. */
  void gave() {
    since = clock.getAsLong();
    has.decrementAndGet();
  }

  /** So many pieces of its work are of no more interest. */
  void forget(int pieces) {
    has.addAndGet(-pieces);
  }

  /** It said something. */
  void heard() {
    heard = clock.getAsLong();
  }

  /** Why it was given up, if it was. */
  Optional<String> late() {
    return Optional.ofNullable(late);
  }

  /**
   * Ends the connection if it has kept work for too long, or says nothing while another could take
   * its place. A path that comes back within the link's patience loses nothing: where nobody else
   * could, it is waited for.
   */
  void closeIfLate(StageFinder finder, LayerRange range, PipelineOptions options) {
    if (has.get() <= 0) {
      return;
    }
    long now = clock.getAsLong();
    if (now - since > options.patience().toNanos()) {
      end("it kept work longer than " + options.patience());
      return;
    }
    String silent = "it said nothing for " + options.silence();
    if (now - Math.max(since, heard) > options.silence().toNanos()) {
      List<Lost> lost = new ArrayList<>(before);
      lost.add(new Lost(node, silent));
      if (finder.hasOther(range, lost)) {
        end(silent);
      }
    }
  }

  private void end(String why) {
    late = why;
    frames.close();
  }

  boolean dead() {
    return dead;
  }

  void close() {
    dead = true;
    frames.close();
  }
}
