// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.catalogue.Machine;
import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.Generator;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.MemoryNeed;
import dev.freehold.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The models of a node. They load one after the other, the first one first, while it serves. */
public final class Models implements AutoCloseable {
  /**
   * How long what is only prepared for later waits after a model has been loaded: whoever asked at
   * the start is answered first.
   */
  private static final Duration SETTLING = Duration.ofMillis(300);

  private final Map<ServedModel, CompletableFuture<Serving>> loading = new LinkedHashMap<>();
  private final Supplier<Kernel> kernel;
  private final int threads;
  private final EngineOptions options;
  private final Splitting splitting;
  private final Map<ServedModel, String> waiting = new ConcurrentHashMap<>();
  private final Set<Thread> splitters = ConcurrentHashMap.newKeySet();
  private final Thread loader;
  private volatile boolean closed;

  /**
   * Begins to load.
   *
   * @param kernel makes the arithmetic lane when the first model needs it
   * @param options of each model's engine
   * @param splitting has models run on several machines
   * @param told of each model that is loaded, or could not be
   */
  public Models(
      List<ServedModel> models,
      Supplier<Kernel> kernel,
      int threads,
      EngineOptions options,
      Splitting splitting,
      Consumer<Loaded> told) {
    models.forEach(model -> loading.put(model, new CompletableFuture<>()));
    this.kernel = kernel;
    this.threads = threads;
    this.options = options;
    this.splitting = splitting;
    loader = Thread.ofPlatform().name("model-loader").daemon().start(() -> load(told));
  }

  /** How loading a model went: {@code problem} is empty where it went well. */
  public record Loaded(ServedModel model, Duration took, Optional<String> problem) {}

  private void load(Consumer<Loaded> told) {
    Optional<Kernel> lane = Optional.empty();
    for (Map.Entry<ServedModel, CompletableFuture<Serving>> entry : loading.entrySet()) {
      ServedModel model = entry.getKey();
      long start = System.nanoTime();
      Optional<String> problem = Optional.empty();
      try {
        if (closed) {
          throw new IllegalStateException("the node is stopping");
        }
        lane = Optional.of(lane.orElseGet(kernel));
        requireFile(model);
        Optional<String> lacks = lacksMemory(model);
        if (splitting.wanted(lacks.isPresent())) {
          Kernel chosen = lane.get();
          waiting.put(model, "machines are being looked for");
          splitters.add(
              Thread.ofVirtual()
                  .name("splitter")
                  .start(() -> split(model, chosen, entry.getValue(), told)));
          continue;
        }
        if (lacks.isPresent()) {
          throw new IOException(lacks.get());
        }
        entry.getValue().complete(open(model, lane.get()));
      } catch (RuntimeException | IOException | OutOfMemoryError e) {
        problem = Optional.of(String.valueOf(e.getMessage()));
        entry.getValue().completeExceptionally(unusable(model, e));
      }
      told.accept(new Loaded(model, Duration.ofNanos(System.nanoTime() - start), problem));
    }
  }

  private static ModelUnready unusable(ServedModel model, Throwable why) {
    return new ModelUnready(
        "the model " + model.name() + " can't be used: " + why.getMessage(), false);
  }

  /** Waits for machines; others load meanwhile. */
  private void split(
      ServedModel model, Kernel lane, CompletableFuture<Serving> to, Consumer<Loaded> told) {
    long start = System.nanoTime();
    Optional<String> problem = Optional.empty();
    try {
      LoadedModel text = LoadedModel.withoutWeights(model.file(), model.digest());
      Generator machines = splitting.open(model, text, why -> waiting.put(model, why));
      to.complete(
          new Serving(
              model, text, machines, lane, DigestCheck.begin(model, text.tokenizer(), SETTLING)));
      if (closed) {
        machines.close();
      }
    } catch (RuntimeException | IOException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
      to.completeExceptionally(unusable(model, e));
    } catch (InterruptedException e) {
      problem = Optional.of("the node is stopping");
      to.completeExceptionally(unusable(model, new IOException("the node is stopping")));
    }
    waiting.remove(model);
    told.accept(new Loaded(model, Duration.ofNanos(System.nanoTime() - start), problem));
  }

  private static void requireFile(ServedModel model) throws IOException {
    if (!Files.isRegularFile(model.file())) {
      throw new IOException("there is no file " + model.file() + "; pull the model again");
    }
  }

  private Serving open(ServedModel model, Kernel lane) {
    LoadedModel loaded = LoadedModel.open(model.file(), model.digest(), lane, threads);
    return new Serving(
        model,
        loaded,
        new Engine(loaded, options),
        lane,
        DigestCheck.begin(model, loaded.tokenizer(), SETTLING));
  }

  /** Says, before any of it is read, that this machine's memory can't hold a model. */
  private static Optional<String> lacksMemory(ServedModel model) throws IOException {
    long free = Machine.freeMemory();
    if (Files.size(model.file()) < free / 4) {
      return Optional.empty();
    }
    try (Gguf file = Gguf.open(model.file())) {
      long need = MemoryNeed.of(file).total(1024);
      if (need > free) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "it needs %.1f GB of memory and %.1f GB are free: end other programs, or serve a"
                    + " smaller model",
                need / 1e9,
                free / 1e9));
      }
    }
    return Optional.empty();
  }

  /** All models, the default one first. */
  public List<ServedModel> list() {
    return List.copyOf(loading.keySet());
  }

  /** The model of that name or digest. */
  public Optional<ServedModel> find(String nameOrDigest) {
    return list().stream().filter(model -> model.answersTo(nameOrDigest)).findFirst();
  }

  /**
   * Waits until no model is being loaded on this machine, and the first request has had time to be
   * answered.
   *
   * @param atMost how long to wait for one model
   */
  public void settle(Duration atMost) throws InterruptedException {
    for (ServedModel model : list()) {
      try {
        await(model, atMost);
      } catch (ModelUnready e) {
        // It can't be used, or waits for machines, as others tell.
      }
    }
    if (!loading.isEmpty()) {
      Thread.sleep(SETTLING);
    }
  }

  /** What a model's state is called: {@code ready}, {@code loading} or {@code failed}. */
  public String state(ServedModel model) {
    CompletableFuture<Serving> future = future(model);
    if (!future.isDone()) {
      return "loading";
    }
    return future.isCompletedExceptionally() ? "failed" : "ready";
  }

  /** What a model waits for that is to run on several machines; empty where it doesn't. */
  public Optional<String> waiting(ServedModel model) {
    return Optional.ofNullable(waiting.get(model));
  }

  /** Why a model can't be used, or what it waits for; empty where it can, or may yet. */
  public Optional<String> problem(ServedModel model) {
    CompletableFuture<Serving> future = future(model);
    return future.state() == Future.State.FAILED
        ? Optional.of(String.valueOf(future.exceptionNow().getMessage()))
        : waiting(model);
  }

  private CompletableFuture<Serving> future(ServedModel model) {
    CompletableFuture<Serving> future = loading.get(model);
    if (future == null) {
      throw new IllegalArgumentException("not a model of this node: " + model);
    }
    return future;
  }

  /**
   * The model, as soon as it is loaded.
   *
   * @throws ModelUnready if it isn't within that time, or can't be
   */
  public Serving await(ServedModel model, Duration atMost) throws InterruptedException {
    try {
      // Other machines may come in a minute or tomorrow: nobody is kept waiting for them.
      Duration patience = waiting(model).isPresent() ? Duration.ZERO : atMost;
      return future(model).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ModelUnready(
          waiting(model)
              .map(why -> "the model " + model.name() + " waits for machines: " + why)
              .orElse("the model " + model.name() + " is still being loaded"),
          true);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ModelUnready unready
          ? unready
          : new IllegalStateException("loading " + model.name() + " failed", e);
    }
  }

  /** Those that are loaded now. */
  public List<Serving> ready() {
    List<Serving> ready = new ArrayList<>();
    for (CompletableFuture<Serving> future : loading.values()) {
      if (future.isDone() && !future.isCompletedExceptionally()) {
        ready.add(future.join());
      }
    }
    return ready;
  }

  /** Cancels what is being generated and closes every model; a second time does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = false;
    while (loader.isAlive()) {
      try {
        loader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    splitters.forEach(Thread::interrupt);
    ready().forEach(Serving::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
