// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.plan.PlannedMachine;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.link.LinkState;
import dev.freehold.link.stream.Quality;
import dev.freehold.record.Tier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Plans with this machine and with those of the fleet, by what each says of its memory and speed. A
 * plan says what could be; nothing that a machine says of itself makes a request go there sooner.
 */
public final class Planning {
  /** What a link is thought to carry, where only its round trip is measured: 100 Mbit/s. */
  private static final double LINK_BYTES_PER_SECOND = 12.5e6;

  /** A round trip that was not measured yet. */
  private static final Duration UNMEASURED = Duration.ofMillis(20);

  private final FleetNode fleet;
  private final Predicate<NodeId> shunned;
  private final Tier widest;
  private final ModelStore store;
  private final Supplier<Machine> machine;
  private final long reserveBytes;

  /** The speed of its memory doesn't change; looking costs all cores a moment. */
  private volatile @Nullable Machine looked;

  /**
   * For this node.
   *
   * @param shunned of whom nothing is wanted
   * @param widest whose machines are planned with
   * @param machine a look at this one
   * @param reserveBytes memory of this one that its owner keeps free
   */
  public Planning(
      FleetNode fleet,
      Predicate<NodeId> shunned,
      Tier widest,
      ModelStore store,
      Supplier<Machine> machine,
      long reserveBytes) {
    this.fleet = fleet;
    this.shunned = shunned;
    this.widest = widest;
    this.store = store;
    this.machine = machine;
    this.reserveBytes = reserveBytes;
  }

  /** This machine alone, where no node runs. */
  public static PlannedMachine alone(Machine machine, long reserveBytes) {
    return PlannedMachine.here(
        Placement.HERE,
        Math.max(0, machine.freeBytes() - reserveBytes),
        Machine.DECODE_SHARE * machine.bytesPerSecond());
  }

  /**
   * Plans.
   *
   * @param model a name or a digest
   * @param positions of attention memory, or 0 for the model's context, at most 8192
   */
  public Placement.Outcome plan(String model, long positions) throws IOException {
    return Placement.of(store, List.copyOf(machines().values()), model, positions);
  }

  /** The machines there are now: this node's own first, and each under the name that plans show. */
  public Map<NodeId, PlannedMachine> machines() {
    Map<NodeId, PlannedMachine> machines = new LinkedHashMap<>();
    machines.put(fleet.id(), here());
    for (Sight sight : fleet.sights()) {
      if (sight.link() instanceof LinkState.Up
          && sight.presence().isPresent()
          && sight.member().tier().within(widest)
          && !shunned.test(sight.member().node())) {
        Presence says = sight.presence().get();
        if (says.work().equals(Presence.WORKS) && says.bytesPerSecond() > 0) {
          machines.put(
              sight.member().node(),
              new PlannedMachine(
                  sight.member().name().text(),
                  says.freeBytes(),
                  Machine.DECODE_SHARE * says.bytesPerSecond(),
                  sight.quality().map(Quality::median).orElse(UNMEASURED),
                  LINK_BYTES_PER_SECOND));
        }
      }
    }
    return machines;
  }

  private PlannedMachine here() {
    Machine before = looked;
    if (before == null) {
      before = machine.get();
      looked = before;
    }
    return alone(
        new Machine(
            before.memoryBytes(), Machine.freeMemory(), before.cores(), before.bytesPerSecond()),
        reserveBytes);
  }

  /** Members that are not planned with, each with the reason, for a person. */
  public List<String> left() {
    List<String> left = new ArrayList<>();
    for (Sight sight : fleet.sights()) {
      String name = sight.member().name().text();
      if (!(sight.link() instanceof LinkState.Up) || sight.presence().isEmpty()) {
        left.add(name + ": not reached");
      } else if (!sight.member().tier().within(widest)) {
        left.add(name + ": of the tier '" + sight.member().tier().text() + "' ('tier' in config)");
      } else if (shunned.test(sight.member().node())) {
        left.add(name + ": set aside");
      } else if (!sight.presence().get().work().equals(Presence.WORKS)) {
        left.add(name + ": takes no work of others now (" + sight.presence().get().work() + ")");
      } else if (sight.presence().get().bytesPerSecond() == 0) {
        left.add(name + ": has not measured its memory yet");
      }
    }
    return left;
  }
}
