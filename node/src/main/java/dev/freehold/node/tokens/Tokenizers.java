// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.tokens;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.ModelUnavailable;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The tokenizers of the models that are on this machine, loaded or not, or were. The last few are
 * kept. Any thread may call.
 */
public final class Tokenizers {
  /** Tokenizers that are kept of models that aren't loaded: some tens of megabytes each. */
  private static final int KEPT = 4;

  /** Models whose heads were looked for, that are remembered. */
  private static final int SOUGHT = 64;

  /** How long after heads that could not be had are looked for again. */
  private static final Duration AGAIN = Duration.ofHours(1);

  private final Models models;
  private final ModelStore stored;
  private final Heads heads;
  private final Semaphore seeking = new Semaphore(1);
  private final ReentrantLock reading = new ReentrantLock();

  /** Guarded by {@code reading}; the one that was asked for longest ago comes first. */
  private final Map<Digest, Known> kept = new LinkedHashMap<>(16, 0.75f, true);

  /** Guarded by {@code reading}: when the head of a model was last looked for. */
  private final Map<Digest, Long> sought = new LinkedHashMap<>();

  /** Brings heads of models that aren't here. */
  public interface Heads {
    /** Brings one into the store, if it can be had and is proven to be the model's. */
    boolean fetch(Digest model) throws InterruptedException;

    /** Where none is brought. */
    static Heads none() {
      return _ -> false;
    }
  }

  /** Tokenizers of the models of a node. */
  public Tokenizers(Models models, ModelStore stored, Heads heads) {
    this.models = models;
    this.stored = stored;
    this.heads = heads;
  }

  /**
   * Has the head of a model looked for, on another thread, for the answers to come. One is looked
   * for at a time, each at most once an hour.
   */
  void seek(Digest model) {
    long now = System.nanoTime();
    reading.lock();
    try {
      Long last = sought.get(model);
      if ((last != null && now - last < AGAIN.toNanos()) || !seeking.tryAcquire()) {
        return;
      }
      sought.put(model, now);
      if (sought.size() > SOUGHT) {
        sought.remove(sought.keySet().iterator().next());
      }
    } finally {
      reading.unlock();
    }
    Thread.ofVirtual()
        .name("head")
        .start(
            () -> {
              try {
                boolean _ = heads.fetch(model);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                seeking.release();
              }
            });
  }

  /** Counts answers to an order. */
  public TokenCheck of(JobOrder order, Request request) {
    return new OrderTokens(this, order, request);
  }

  /** Says whether the file that a model was read from has the digest that names it. */
  interface Genuine {
    boolean isGenuine();
  }

  /**
   * What is here of a model.
   *
   * @param model its weights aren't needed
   * @param genuine asked before anything is held against anybody; it may read the whole file
   */
  record Known(LoadedModel model, Genuine genuine) {}

  /**
   * The model of that digest, read if need be; empty where it isn't here.
   *
   * @throws IOException if it is here and can't be read
   */
  Optional<Known> find(Digest digest) throws IOException {
    for (Serving serving : models.ready()) {
      if (serving.model().digest().equals(digest)) {
        return Optional.of(new Known(serving.loaded(), () -> checked(serving)));
      }
    }
    reading.lock();
    try {
      Known known = kept.get(digest);
      if (known != null) {
        return Optional.of(known);
      }
      Optional<Known> read = read(digest);
      read.ifPresent(it -> keep(digest, it));
      return read;
    } catch (RuntimeException e) {
      throw new IOException("the model " + digest + " can't be read: " + e.getMessage(), e);
    } finally {
      reading.unlock();
    }
  }

  private void keep(Digest digest, Known known) {
    kept.put(digest, known);
    if (kept.size() > KEPT) {
      kept.remove(kept.keySet().iterator().next());
    }
  }

  private Optional<Known> read(Digest digest) {
    Optional<StoredModel> here = stored.find(digest);
    if (here.isPresent()) {
      LoadedModel model = LoadedModel.withoutWeights(here.get().file(), digest);
      return Optional.of(new Known(model, () -> checked(here.get())));
    }
    Optional<ServedModel> served = models.find(digest.toString());
    if (served.isPresent()) {
      return served.map(
          one ->
              new Known(
                  LoadedModel.withoutWeights(one.file(), digest), () -> checked(one, digest)));
    }
    // Its bytes were hashed when it was found.
    return stored
        .head(digest)
        .map(head -> new Known(LoadedModel.withoutWeights(head, digest), () -> true));
  }

  private static boolean checked(Serving serving) {
    try {
      return serving.digest().isRight();
    } catch (CompletionException | CancellationException e) {
      return false;
    }
  }

  private boolean checked(StoredModel model) {
    try {
      stored.check(model, false);
      return true;
    } catch (IOException | ModelUnavailable e) {
      return false;
    }
  }

  private static boolean checked(ServedModel model, Digest digest) {
    try {
      return ModelStore.digest(model.file(), _ -> {}).equals(digest);
    } catch (IOException e) {
      return false;
    }
  }
}
