// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.split;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.plan.ModelShape;
import dev.freehold.fleet.plan.Plan;
import dev.freehold.fleet.plan.PlannedMachine;
import dev.freehold.fleet.plan.Planner;
import dev.freehold.fleet.split.StageFinder;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.Planning;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Finds machines for a model's layers: those of the plan, and others where one was lost. */
final class Places implements StageFinder {
  private final FleetNode fleet;
  private final StageHosting hosting;
  private final Planning planning;
  private final ModelShape shape;
  private final long positions;
  private final Map<LayerRange, NodeId> planned;

  /** Who works now. */
  private final Map<LayerRange, NodeId> now = new ConcurrentHashMap<>();

  private Places(
      FleetNode fleet,
      StageHosting hosting,
      Planning planning,
      ModelShape shape,
      long positions,
      Map<LayerRange, NodeId> planned) {
    this.fleet = fleet;
    this.hosting = hosting;
    this.planning = planning;
    this.shape = shape;
    this.positions = positions;
    this.planned = planned;
  }

  /** What came of planning: places, or what lacks. */
  sealed interface Outcome {
    /** There are machines. */
    record Found(Places places) implements Outcome {}

    /** There are not, and why. */
    record Lacking(String why) implements Outcome {}
  }

  /** Plans with the machines that there are. */
  static Outcome plan(
      FleetNode fleet,
      StageHosting hosting,
      Planning planning,
      ModelShape shape,
      long positions,
      SplitSettings settings) {
    Map<NodeId, PlannedMachine> machines = planning.machines();
    List<PlannedMachine> list = List.copyOf(machines.values());
    Optional<Plan.Fits> fits;
    String lacks;
    if (settings.machines() > 0) {
      fits = Planner.spread(shape, list, positions, settings.machines());
      lacks =
          "%d machines with room for it are wanted, %d can be asked now"
              .formatted(settings.machines(), list.size());
    } else {
      Plan plan = Planner.plan(shape, list, positions);
      fits = plan instanceof Plan.Fits found ? Optional.of(found) : Optional.empty();
      lacks =
          plan instanceof Plan.DoesNotFit(long need, long free, long _)
              ? String.format(
                  Locale.ROOT,
                  "it needs %.2f GB of memory, the machines that can be asked now have %.2f GB free",
                  need / 1e9,
                  free / 1e9)
              : "";
    }
    if (fits.isEmpty()) {
      List<String> left = planning.left();
      return new Outcome.Lacking(
          left.isEmpty() ? lacks : lacks + "; left out are " + String.join("; ", left));
    }
    Map<LayerRange, NodeId> planned = new LinkedHashMap<>();
    int total = shape.layers().size();
    for (Plan.Place place : fits.get().places()) {
      NodeId node =
          machines.entrySet().stream()
              .filter(one -> one.getValue().equals(place.machine()))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow();
      planned.put(new LayerRange(place.first(), place.end(), total), node);
    }
    return new Outcome.Found(new Places(fleet, hosting, planning, shape, positions, planned));
  }

  /** The layers of each place, in order. */
  List<LayerRange> cut() {
    return List.copyOf(planned.keySet());
  }

  /** Who works now, in the order of the layers. */
  List<NodeId> working() {
    return cut().stream().filter(now::containsKey).map(now::get).toList();
  }

  @Override
  public Found find(LayerRange layers, List<Lost> lost) throws IOException {
    NodeId node =
        lost.isEmpty()
            ? first(layers)
            : another(layers, lost)
                .orElseThrow(() -> new IOException("no other machine has room for " + layers));
    now.put(layers, node);
    return node.equals(fleet.id())
        ? new Found(hosting.here(), node)
        : new Found(LinkBytes.received(fleet.stream(node, StageHosting.STAGE)), node);
  }

  @Override
  public boolean hasOther(LayerRange layers, List<Lost> lost) {
    return another(layers, lost).isPresent();
  }

  private NodeId first(LayerRange layers) throws IOException {
    NodeId node = planned.get(layers);
    if (node == null) {
      throw new IOException("no machine was planned for " + layers);
    }
    return node;
  }

  /**
   * One with room that was not lost, the fastest first; none that works on other layers if can be.
   */
  private Optional<NodeId> another(LayerRange layers, List<Lost> lost) {
    Set<NodeId> out = lost.stream().map(Lost::node).collect(Collectors.toSet());
    List<NodeId> busy = new ArrayList<>(now.values());
    long need = need(layers);
    return planning.machines().entrySet().stream()
        .filter(one -> !out.contains(one.getKey()) && one.getValue().freeBytes() >= need)
        .sorted(
            Comparator.comparing(
                    (Map.Entry<NodeId, PlannedMachine> one) -> busy.contains(one.getKey()))
                .thenComparing(
                    one -> one.getValue().weightBytesPerSecond(), Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private long need(LayerRange layers) {
    long weights =
        shape.layers().subList(layers.first(), layers.end()).stream()
            .mapToLong(ModelShape.Layer::needBytes)
            .sum();
    return weights
        + shape.besides()
        + shape.perPosition() * positions * (layers.end() - layers.first());
  }
}
