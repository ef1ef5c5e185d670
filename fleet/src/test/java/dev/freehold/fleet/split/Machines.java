// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.Transformer;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.SocketStream;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stages of one model in this process, each behind a loopback socket; what they send may be changed
 * on its way.
 */
final class Machines implements StageFinder, AutoCloseable {
  /** What becomes of a frame: what is passed on, or null for nothing. */
  interface Tampering {
    @Nullable Frame pass(Frame frame);
  }

  final List<Lost> lost = new CopyOnWriteArrayList<>();
  private final Path file;
  private final Digest model;
  private final StageOptions options;
  private final Map<LayerRange, Transformer> transformers = new HashMap<>();
  private final List<Stage> stages = new ArrayList<>();
  private final List<ByteStream> streams = new CopyOnWriteArrayList<>();
  final List<InnerStage> inners = new CopyOnWriteArrayList<>();

  /** Connections to stages in this process that are over, and hold nothing any more. */
  private final AtomicInteger served = new AtomicInteger();

  private final Map<Integer, Function<Integer, Tampering>> tampering = new HashMap<>();
  private final Map<LayerRange, Integer> found = new HashMap<>();
  private final Map<Integer, Path> otherFiles = new HashMap<>();
  int replacements = 3;

  /** Stages whose layers begin here are called by their coordinator. */
  final Set<Integer> inner = new HashSet<>();

  boolean spare = true;

  Machines(Path file, StageOptions options) {
    this.file = file;
    this.model = SplitModels.digest(file);
    this.options = options;
  }

  Machines(Path file) {
    this(file, new StageOptions(1 << 24, 64));
  }

  /** The name of a sequence. */
  static Nonce run(int number) {
    return new Nonce("%032x".formatted(number));
  }

  Digest model() {
    return model;
  }

  /** Returns when every connection to a called stage is over, and its memory given back. */
  void awaitServed() throws InterruptedException {
    while (served.get() < inners.size()) {
      Thread.sleep(5);
    }
  }

  /** Changes what stages whose layers begin here send; told how many were found before. */
  void tamper(int firstLayer, Function<Integer, Tampering> how) {
    tampering.put(firstLayer, how);
  }

  /** Gives stages whose layers begin here weights of another file, under the model's name. */
  void deceive(int firstLayer, Path other) {
    otherFiles.put(firstLayer, other);
  }

  @Override
  public synchronized Found find(LayerRange layers, List<Lost> before) throws IOException {
    lost.addAll(before);
    int nth = found.merge(layers, 1, Integer::sum) - 1;
    if (nth > replacements) {
      throw new IOException("no machine is left");
    }
    Transformer transformer = transformers.computeIfAbsent(layers, this::load);
    byte[] seed = new byte[32];
    seed[0] = (byte) layers.first();
    seed[1] = (byte) nth;
    SigningKey key = SigningKey.ofSeed(seed);
    Stage stage = new Stage(transformer, model, key, options, new SecureRandom());
    stages.add(stage);
    if (inner.contains(layers.first())) {
      return new Found(inner(stage), key.nodeId());
    }
    ByteStream[] ends = pair();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                stage.serve(ends[1]);
              } catch (IOException e) {
                // The test ended it, or the coordinator complains.
              }
            });
    Function<Integer, Tampering> how = tampering.get(layers.first());
    return new Found(how == null ? ends[0] : between(ends[0], how.apply(nth)), key.nodeId());
  }

  private InnerStage inner(Stage stage) {
    InnerStage way = new InnerStage();
    inners.add(way);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                way.serve((_, _) -> new StageDoor.Lent(stage, served::incrementAndGet));
              } catch (IOException e) {
                // The coordinator complains.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    return way;
  }

  @Override
  public boolean hasOther(LayerRange layers, List<Lost> before) {
    return spare;
  }

  private Transformer load(LayerRange layers) {
    try (Gguf gguf = Gguf.open(otherFiles.getOrDefault(layers.first(), file))) {
      return Transformer.load(gguf, layers, new ScalarKernel(), 1);
    }
  }

  /** Two ends of a connection. */
  ByteStream[] pair() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ByteStream one = new SocketStream(new Socket(server.getInetAddress(), server.getLocalPort()));
      ByteStream two = new SocketStream(server.accept());
      streams.add(one);
      streams.add(two);
      return new ByteStream[] {one, two};
    }
  }

  /** Bytes to the stage of some layers. */
  ByteStream stream(LayerRange layers) throws IOException {
    if (find(layers, List.of()).way() instanceof StageWay.Over(ByteStream stream)) {
      return stream;
    }
    throw new IOException(layers + " are called");
  }

  /** A carrier that changes what comes from the stage. */
  private ByteStream between(ByteStream stage, Tampering how) throws IOException {
    ByteStream[] ends = pair();
    FrameStream inner = new FrameStream(stage);
    FrameStream outer = new FrameStream(ends[1]);
    carry(outer, inner, frame -> frame);
    carry(inner, outer, how);
    return ends[0];
  }

  private static void carry(FrameStream from, FrameStream to, Tampering how) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  Frame frame = how.pass(from.read());
                  if (frame != null) {
                    to.write(frame);
                  }
                }
              } catch (IOException e) {
                from.close();
                to.close();
              }
            });
  }

  @Override
  public void close() {
    streams.forEach(ByteStream::close);
    inners.forEach(InnerStage::close);
    // Threads of connections may still be computing.
    stages.forEach(Stage::close);
  }
}
