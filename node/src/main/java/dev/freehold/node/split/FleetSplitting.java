// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.split;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.Generator;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.fleet.plan.ModelShape;
import dev.freehold.fleet.split.Pipeline;
import dev.freehold.fleet.split.PipelineOptions;
import dev.freehold.kernel.Kernel;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.Planning;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Has models of this node run on machines of its fleet, and lends them this node's layers. */
public final class FleetSplitting implements Splitting, AutoCloseable {
  /** Where statements of machines are kept, in the home. */
  public static final String FOLDER = "stages";

  private static final long POSITIONS = 8192;
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** Layers may have to be fetched first. */
  private static final Duration OPENING = Duration.ofMinutes(30);

  private final Parts node;
  private final SplitSettings settings;
  private final int maxConcurrent;
  private final int queueLimit;
  private final StageHosting hosting;

  /**
   * What a node is made of.
   *
   * @param whole where the file of a digest is, all of it
   * @param home where {@link #FOLDER} is
   * @param cache where layers are kept that were fetched
   */
  public record Parts(
      SigningKey key,
      FleetNode fleet,
      Planning planning,
      Supplier<Kernel> kernel,
      Function<Digest, Optional<Path>> whole,
      Path home,
      Path cache,
      WorkGate gate,
      EventLog log,
      SecureRandom random) {}

  private FleetSplitting(
      Parts node, SplitSettings settings, int maxConcurrent, int queueLimit, StageHosting hosting) {
    this.node = node;
    this.settings = settings;
    this.maxConcurrent = maxConcurrent;
    this.queueLimit = queueLimit;
    this.hosting = hosting;
  }

  /**
   * Begins to serve the owner's other machines.
   *
   * @param threads of arithmetic
   * @param memoryBytes of attention memory, of each stage at most
   * @param reserveBytes of this machine's memory that stays free
   */
  public static FleetSplitting open(
      Parts node,
      SplitSettings settings,
      int threads,
      long memoryBytes,
      long reserveBytes,
      int maxConcurrent,
      int queueLimit) {
    StageShelf shelf =
        new StageShelf(node.key, node.kernel, threads, memoryBytes, reserveBytes, node.random);
    StageHosting hosting =
        StageHosting.open(
            node.fleet, shelf, node.gate, node.whole, node.cache.resolve(FOLDER), node.log);
    return new FleetSplitting(node, settings, maxConcurrent, queueLimit, hosting);
  }

  /** For models that begin to load before the fleet is there. */
  public static Splitting later(SplitSettings settings, CompletableFuture<Splitting> splitting) {
    return new Splitting() {
      @Override
      public boolean wanted(boolean lacksMemory) {
        return settings.possible(lacksMemory) && splitting.join().wanted(lacksMemory);
      }

      @Override
      public Generator open(ServedModel model, LoadedModel text, Consumer<String> waits)
          throws IOException, InterruptedException {
        return splitting.join().open(model, text, waits);
      }
    };
  }

  /** The file of a model that is here, all of it. */
  public static Optional<Path> whole(Models models, ModelStore stored, Digest digest) {
    return models
        .find(digest.toString())
        .map(ServedModel::file)
        .or(() -> stored.find(digest).map(StoredModel::file))
        .filter(Files::isRegularFile);
  }

  @Override
  public boolean wanted(boolean lacksMemory) {
    return settings.possible(lacksMemory)
        && (settings.machines() > 0 || !node.fleet.members().list().isEmpty());
  }

  @Override
  public Generator open(ServedModel model, LoadedModel text, Consumer<String> waits)
      throws IOException, InterruptedException {
    ModelShape shape;
    try (Gguf file = Gguf.open(model.file())) {
      shape = ModelShape.of(file);
    }
    long positions = Math.min(POSITIONS, text.configuration().contextLength());
    SplitModel.Opener opener = () -> opened(model, text, shape, positions, waits);
    return new SplitModel(
        model.name(), queueLimit, opener.open(), opener, this::name, this::keep, node.random);
  }

  private String name(NodeId id) {
    return id.equals(node.fleet.id())
        ? node.fleet.self().text()
        : node.fleet.members().find(id).map(one -> one.name().text()).orElse(id.toString());
  }

  private SplitModel.Opened opened(
      ServedModel model, LoadedModel text, ModelShape shape, long positions, Consumer<String> waits)
      throws InterruptedException {
    while (true) {
      switch (Places.plan(node.fleet, hosting, node.planning, shape, positions, settings)) {
        case Places.Outcome.Lacking(String why) -> waits.accept(why);
        case Places.Outcome.Found(Places places) -> {
          try {
            waits.accept("layers are being loaded on " + places.cut().size() + " machines");
            PipelineOptions options =
                PipelineOptions.of(places.cut().size())
                    .answers(maxConcurrent, queueLimit)
                    .opening(OPENING);
            return new SplitModel.Opened(
                Pipeline.open(text.text(), model.digest(), places.cut(), places, options), places);
          } catch (IOException e) {
            waits.accept(String.valueOf(e.getMessage()));
          }
        }
      }
      Thread.sleep(AGAIN);
    }
  }

  private void keep(StageFile statements) {
    try {
      Path folder = node.home.resolve(FOLDER);
      PrivateFolder.make(folder);
      PrivateFile.replace(file(node.home, statements.receipt()), statements.encode(), node.random);
    } catch (IOException e) {
      node.log.event(
          "statements-not-kept",
          Json.object()
              .put("receipt", statements.receipt().text())
              .put("why", String.valueOf(e.getMessage()))
              .build());
    }
  }

  /** Where what machines signed of an answer is kept. */
  public static Path file(Path home, ReceiptId receipt) {
    return home.resolve(FOLDER).resolve(receipt.text() + ".json");
  }

  @Override
  public void close() {
    hosting.close();
  }
}
