// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.split;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.pieces.PieceFile;
import dev.freehold.fleet.pieces.PieceList;
import dev.freehold.fleet.pieces.PieceServer;
import dev.freehold.fleet.pieces.PieceSource;
import dev.freehold.fleet.pieces.RemotePieces;
import dev.freehold.fleet.pieces.StoredPieces;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.fleet.split.InnerStage;
import dev.freehold.fleet.split.StageDoor;
import dev.freehold.link.LinkState;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Protocol;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.work.NotWorking;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What this node does for models that run on several machines: it lends layers to the owner's other
 * machines, and to itself, and gives them pieces of the models that it has.
 */
public final class StageHosting implements AutoCloseable {
  /** Of the streams on which layers work for a coordinator (docs/formats/stage.md). */
  static final Protocol STAGE = new Protocol("freehold/stage/1");

  /** Of the streams on which pieces of models are given (docs/formats/pieces.md). */
  static final Protocol PIECES = new Protocol("freehold/pieces/1");

  private static final Duration LOOK = Duration.ofSeconds(30);

  /** Machines that are asked for pieces at once, beside the coordinator. */
  private static final int SOURCES = 3;

  private final FleetNode fleet;
  private final StageShelf shelf;
  private final WorkGate gate;
  private final Function<Digest, Optional<Path>> whole;
  private final Path cache;
  private final EventLog log;

  /** What ends those who are served. */
  private final Set<Runnable> open = ConcurrentHashMap.newKeySet();

  private final Thread watch;

  private StageHosting(
      FleetNode fleet,
      StageShelf shelf,
      WorkGate gate,
      Function<Digest, Optional<Path>> whole,
      Path cache,
      EventLog log) {
    this.fleet = fleet;
    this.shelf = shelf;
    this.gate = gate;
    this.whole = whole;
    this.cache = cache;
    this.log = log;
    this.watch = Thread.ofVirtual().name("stage-shelf").start(this::look);
  }

  /**
   * Begins to serve the owner's other machines.
   *
   * @param whole where the file of a digest is, all of it
   * @param cache where layers are kept that were fetched
   */
  static StageHosting open(
      FleetNode fleet,
      StageShelf shelf,
      WorkGate gate,
      Function<Digest, Optional<Path>> whole,
      Path cache,
      EventLog log) {
    StageHosting hosting = new StageHosting(fleet, shelf, gate, whole, cache, log);
    PieceServer pieces = new PieceServer(new StoredPieces(whole));
    fleet.serve(
        PIECES,
        (member, stream) -> {
          if (member.tier() == Tier.OWN) {
            pieces.serve(new LinkBytes(stream));
          }
        });
    fleet.serve(STAGE, hosting::serve);
    return hosting;
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        shelf.dropIdle();
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  private void serve(Member member, LinkStream stream) throws IOException, InterruptedException {
    // Closing it would leave its reader waiting for the other end.
    Runnable end = stream::cancel;
    open.add(end);
    try {
      StageDoor.serve(LinkBytes.received(stream), (model, layers) -> lend(member, model, layers));
    } finally {
      open.remove(end);
    }
  }

  private StageDoor.Lent lend(Member member, Digest model, LayerRange layers) throws IOException {
    if (member.tier() != Tier.OWN) {
      throw new IOException("layers are lent to machines of the same owner only");
    }
    try {
      gate.admit(false);
    } catch (NotWorking e) {
      throw new IOException(e.hindrance().why(), e);
    }
    StageDoor.Lent lent = shelf.lend(model, layers, (_, _) -> file(member.node(), model, layers));
    log.event(
        "layers-lent",
        Json.object()
            .put("to", member.node().toString())
            .put("model", model.toString())
            .put("layers", layers.toString())
            .build());
    return lent;
  }

  /** Layers on this very machine, for a model that is here. */
  InnerStage here() {
    InnerStage inner = new InnerStage();
    Runnable end = inner::close;
    open.add(end);
    Thread.ofVirtual()
        .name("own-stage")
        .start(
            () -> {
              try {
                inner.serve(
                    (model, layers) ->
                        shelf.lend(
                            model,
                            layers,
                            (_, _) ->
                                whole
                                    .apply(model)
                                    .orElseThrow(() -> new IOException("the model is not here"))));
              } catch (IOException e) {
                // The coordinator is this node: it has seen the same.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                open.remove(end);
              }
            });
    return inner;
  }

  private Path file(NodeId coordinator, Digest model, LayerRange layers) throws IOException {
    Optional<Path> here = whole.apply(model);
    return here.isPresent() ? here.get() : fetched(coordinator, model, layers);
  }

  /**
   * Fetches layers from the coordinator, who has the model, and from whoever else has it. Which
   * pieces they are is the coordinator's word: it is the same owner's machine.
   */
  private Path fetched(NodeId coordinator, Digest model, LayerRange layers) throws IOException {
    List<RemotePieces> remotes = new ArrayList<>();
    try {
      RemotePieces first = new RemotePieces(new LinkBytes(fleet.stream(coordinator, PIECES)));
      remotes.add(first);
      PieceList claimed =
          first
              .list(model)
              .orElseThrow(() -> new IOException(coordinator + " does not have " + model));
      for (Sight sight : fleet.sights()) {
        NodeId node = sight.member().node();
        if (remotes.size() <= SOURCES
            && sight.link() instanceof LinkState.Up
            && sight.member().tier() == Tier.OWN
            && !node.equals(coordinator)) {
          remotes.add(new RemotePieces(new LinkBytes(fleet.stream(node, PIECES))));
        }
      }
      List<PieceSource> sources = new ArrayList<>(remotes);
      PieceList list = PieceFile.list(model, claimed.root(), sources);
      Files.createDirectories(cache);
      Path path = cache.resolve(model.hex() + ".part");
      try (PieceFile part = PieceFile.open(path, list)) {
        part.fetchStage(layers, sources);
      }
      return path;
    } finally {
      remotes.forEach(RemotePieces::close);
    }
  }

  @Override
  public void close() {
    watch.interrupt();
    open.forEach(Runnable::run);
    shelf.close();
  }
}
