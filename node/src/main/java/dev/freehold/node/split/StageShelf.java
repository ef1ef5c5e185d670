// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.split;

import dev.freehold.catalogue.Machine;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.MemoryNeed;
import dev.freehold.engine.model.ModelException;
import dev.freehold.engine.model.Transformer;
import dev.freehold.fleet.split.Stage;
import dev.freehold.fleet.split.StageDoor;
import dev.freehold.fleet.split.StageOptions;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Layers that this node holds for coordinators: loaded when one asks, kept while one uses them and
 * a while longer. All state is owned by this object's monitor.
 */
final class StageShelf implements AutoCloseable {
  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final Duration FAREWELL = Duration.ofSeconds(5);
  private static final int ROWS = 256;

  /** Attention memory below which layers are of no use. */
  private static final int POSITIONS = 1024;

  private final SigningKey key;
  private final Supplier<Kernel> kernel;
  private final int threads;
  private final long memoryBytes;
  private final long reserveBytes;
  private final SecureRandom random;
  private final Map<Place, Held> held = new HashMap<>();
  private boolean closed;

  private record Place(Digest model, LayerRange layers) {}

  private static final class Held {
    private final Transformer transformer;
    private final Stage stage;
    private int users;
    private long idleSince;

    Held(Transformer transformer, Stage stage) {
      this.transformer = transformer;
      this.stage = stage;
    }

    void close() {
      stage.close();
      transformer.close();
    }
  }

  /** Where the bytes of a model's layers are. */
  interface Files {
    Path file(Digest model, LayerRange layers) throws IOException;
  }

  /**
   * An empty one.
   *
   * @param memoryBytes of attention memory at most
   * @param reserveBytes of this machine's memory that stays free
   */
  StageShelf(
      SigningKey key,
      Supplier<Kernel> kernel,
      int threads,
      long memoryBytes,
      long reserveBytes,
      SecureRandom random) {
    this.key = key;
    this.kernel = kernel;
    this.threads = threads;
    this.memoryBytes = memoryBytes;
    this.reserveBytes = reserveBytes;
    this.random = random;
  }

  /**
   * A stage of these layers.
   *
   * @throws IOException if memory lacks, or the layers can't be had
   */
  synchronized StageDoor.Lent lend(Digest model, LayerRange layers, Files files)
      throws IOException {
    if (closed) {
      throw new IOException("the node is stopping");
    }
    Place place = new Place(model, layers);
    Held one = held.get(place);
    if (one == null) {
      dropIdle(Duration.ZERO);
      one = load(files.file(model, layers), place);
      held.put(place, one);
    }
    Held lent = one;
    lent.users++;
    return new StageDoor.Lent(lent.stage, () -> back(lent));
  }

  private Held load(Path file, Place place) throws IOException {
    try (Gguf gguf = Gguf.open(file)) {
      MemoryNeed need = MemoryNeed.of(gguf, place.layers);
      long free = Machine.freeMemory() - reserveBytes;
      long least = need.total(POSITIONS);
      if (least > free) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s need %.2f GB of memory, %.2f GB are free",
                place.layers,
                least / 1e9,
                Math.max(0, free) / 1e9));
      }
      long attention = Math.min(memoryBytes, free - need.total(0));
      Transformer transformer = Transformer.load(gguf, place.layers, kernel.get(), threads);
      return new Held(
          transformer,
          new Stage(
              transformer,
              place.model,
              key,
              new StageOptions(Math.max(1, attention), ROWS),
              random));
    } catch (GgufException | ModelException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  private synchronized void back(Held lent) {
    lent.users--;
    lent.idleSince = System.nanoTime();
    notifyAll();
  }

  /** Lets go of what nobody has used for a while. */
  synchronized void dropIdle() {
    dropIdle(IDLE);
  }

  private void dropIdle(Duration atLeast) {
    Iterator<Held> all = held.values().iterator();
    while (all.hasNext()) {
      Held one = all.next();
      if (one.users == 0 && System.nanoTime() - one.idleSince >= atLeast.toNanos()) {
        all.remove();
        one.close();
      }
    }
  }

  /** Waits a moment for those who use layers; what is still used then ends with the process. */
  @Override
  public synchronized void close() {
    closed = true;
    long end = System.nanoTime() + FAREWELL.toNanos();
    try {
      while (held.values().stream().anyMatch(one -> one.users > 0)) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          break;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    dropIdle(Duration.ZERO);
  }
}
