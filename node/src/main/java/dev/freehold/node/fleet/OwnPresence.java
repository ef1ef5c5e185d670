// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.catalogue.Machine;
import dev.freehold.engine.generate.EngineLoad;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.node.lanes.Lanes;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.Serving;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Program;
import dev.freehold.record.Timestamp;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What this node says of itself to the members of its fleet. */
public final class OwnPresence {
  private final Models models;
  private final Lanes lanes;
  private final int threads;
  private final long memoryBytes;
  private final long reserveBytes;
  private final WorkGate gate;
  private final InstantSource clock;
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile long measured;

  /**
   * @param threads of its arithmetic
   * @param memoryBytes what its owner lets attention take
   * @param reserveBytes memory that its owner keeps free
   * @param gate whether it takes work of others now
   */
  public OwnPresence(
      Models models,
      Lanes lanes,
      int threads,
      long memoryBytes,
      long reserveBytes,
      WorkGate gate,
      InstantSource clock) {
    this.models = models;
    this.lanes = lanes;
    this.threads = threads;
    this.memoryBytes = memoryBytes;
    this.reserveBytes = reserveBytes;
    this.gate = gate;
    this.clock = clock;
  }

  /** Measured once, when somebody asks first; nobody waits for it. */
  private long speed() {
    if (asked.compareAndSet(false, true)) {
      Thread.ofPlatform()
          .name("memory-speed")
          .daemon()
          .start(() -> measured = Math.round(Machine.look(threads).bytesPerSecond()));
    }
    return measured;
  }

  /** As of now. */
  public Presence now() {
    List<Serving> ready = models.ready();
    List<EngineLoad> loads = ready.stream().map(serving -> serving.engine().load()).toList();
    return new Presence(
        new Timestamp(clock.instant()),
        Program.VERSION,
        memoryBytes,
        Math.max(0, Machine.freeMemory() - reserveBytes),
        threads,
        speed(),
        (int) loads.stream().mapToLong(EngineLoad::active).sum(),
        (int) loads.stream().mapToLong(EngineLoad::queued).sum(),
        gate.hindrances().stream()
            .findFirst()
            .map(hindrance -> hindrance.kind().code())
            .orElse(Presence.WORKS),
        models.list().stream()
            .limit(64)
            .map(
                model ->
                    new Presence.Offered(
                        visible(model.name()),
                        model.digest(),
                        visible(models.state(model)),
                        ready.stream()
                            .filter(serving -> serving.model().equals(model))
                            .mapToInt(serving -> serving.loaded().configuration().contextLength())
                            .findFirst()
                            .orElse(0)))
            .toList(),
        lanes.list().stream()
            .limit(64)
            .map(lane -> new Presence.OfferedLane(lane.name(), lanes.state(lane.name())))
            .toList());
  }

  private static String visible(String text) {
    String shown = text.replaceAll("[^!-~]", "_");
    return shown.substring(0, Math.min(shown.length(), 128));
  }
}
