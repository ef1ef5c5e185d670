// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Chooses machines and cuts a model's layers so that one answer comes as fast as can be: every set
 * of machines is tried, and for each the best cut is found by dynamic programming over layers.
 */
public final class Planner {
  /** Machines that are considered: those with the most memory. */
  private static final int MACHINES = 10;

  /** By how much another order must be better: a machine's speed is not measured more closely. */
  private static final double CLEARLY = 1.05;

  private final ModelShape model;
  private final List<PlannedMachine> machines;

  /** Sums over the layers before each. */
  private final long[] needs;

  private final long[] reads;

  /** Whether the slowest machine's time counts, and not the sum. */
  private final boolean even;

  private Planner(ModelShape model, List<PlannedMachine> machines, boolean even) {
    this.model = model;
    this.machines = machines;
    this.even = even;
    int layers = model.layers().size();
    needs = new long[layers + 1];
    reads = new long[layers + 1];
    for (int i = 0; i < layers; i++) {
      needs[i + 1] = needs[i] + model.layers().get(i).needBytes();
      reads[i + 1] = reads[i] + model.layers().get(i).readBytes();
    }
  }

  /** Memory for neighbouring layers and so many positions of all answers together. */
  private long need(int first, int end, long positions) {
    long shared = first == 0 && end == model.layers().size() ? model.shared() : 0;
    return model.besides()
        + model.perPosition() * positions * (end - first)
        + needs[end]
        - needs[first]
        - shared;
  }

  /**
   * Plans.
   *
   * @param positions attention memory, of all answers together
   */
  public static Plan plan(ModelShape model, List<PlannedMachine> machines, long positions) {
    if (positions < 1) {
      throw new IllegalArgumentException("a plan is for at least one position, not " + positions);
    }
    List<PlannedMachine> largest = new ArrayList<>(machines);
    largest.sort(Comparator.comparingLong(PlannedMachine::freeBytes).reversed());
    List<PlannedMachine> considered =
        new ArrayList<>(largest.subList(0, Math.min(MACHINES, largest.size())));
    considered.sort(Comparator.comparingDouble(PlannedMachine::weightBytesPerSecond).reversed());
    Planner planner = new Planner(model, considered, false);
    Optional<Plan.Fits> best = planner.best(positions);
    if (best.isPresent()) {
      return best.get();
    }
    long low = 0;
    long high = positions;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (planner.best(middle).isPresent()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return new Plan.DoesNotFit(
        planner.need(0, model.layers().size(), positions),
        machines.stream().mapToLong(PlannedMachine::freeBytes).sum(),
        low);
  }

  /**
   * Spreads a model over exactly so many machines, so that the slowest of them has as little to do
   * as can be: for whoever wants it so. The coordinator's own machine has the first layers, unless
   * another order is clearly better: nobody else computes then while a client is told of a token.
   *
   * @param positions attention memory, of all answers together
   * @return empty where there are fewer machines or layers, or they don't hold it
   */
  public static Optional<Plan.Fits> spread(
      ModelShape model, List<PlannedMachine> machines, long positions, int count) {
    List<PlannedMachine> largest = new ArrayList<>(machines);
    largest.sort(Comparator.comparingLong(PlannedMachine::freeBytes).reversed());
    Planner planner =
        new Planner(
            model, List.copyOf(largest.subList(0, Math.min(MACHINES, largest.size()))), true);
    Plan.Fits best = null;
    for (int set = 1; set < 1 << planner.machines.size(); set++) {
      List<PlannedMachine> chosen = planner.chosen(set);
      if (chosen.size() == count && count <= model.layers().size()) {
        Optional<Plan.Fits> found = planner.cutOwnFirst(chosen, positions);
        if (found.isPresent()
            && (best == null
                || found.get().tokensPerSecondTogether() > best.tokensPerSecondTogether())) {
          best = found.get();
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private List<PlannedMachine> chosen(int set) {
    List<PlannedMachine> chosen = new ArrayList<>();
    for (int i = 0; i < machines.size(); i++) {
      if ((set & (1 << i)) != 0) {
        chosen.add(machines.get(i));
      }
    }
    return chosen;
  }

  private Optional<Plan.Fits> best(long positions) {
    Plan.Fits best = null;
    for (int set = 1; set < 1 << machines.size(); set++) {
      List<PlannedMachine> chosen = chosen(set);
      if (chosen.size() > model.layers().size()) {
        continue;
      }
      // The output matrix makes the last place differ: the fastest machine is tried at both ends.
      for (List<PlannedMachine> order : List.of(chosen, chosen.reversed())) {
        Optional<Plan.Fits> found = cut(order, positions);
        if (found.isPresent()
            && (best == null
                || found.get().tokensPerSecond() > best.tokensPerSecond() * 1.000001)) {
          best = found.get();
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private Optional<Plan.Fits> cutOwnFirst(List<PlannedMachine> chosen, long positions) {
    List<PlannedMachine> order = new ArrayList<>(chosen);
    order.sort(Comparator.comparing(machine -> !machine.roundTrip().isZero()));
    Optional<Plan.Fits> own = cut(order, positions);
    Optional<Plan.Fits> other = cut(chosen, positions);
    boolean better =
        own.isPresent()
            && other.isPresent()
            && other.get().tokensPerSecondTogether()
                > CLEARLY * own.get().tokensPerSecondTogether();
    return better ? other : own.or(() -> other);
  }

  /** The best cut over these machines in this order, each with at least one layer. */
  private Optional<Plan.Fits> cut(List<PlannedMachine> order, long positions) {
    int layers = model.layers().size();
    // Of the first machines and layers: the least time, and the cut before the last machine.
    double[][] time = new double[order.size() + 1][layers + 1];
    int[][] from = new int[order.size() + 1][layers + 1];
    for (double[] row : time) {
      Arrays.fill(row, Double.POSITIVE_INFINITY);
    }
    time[0][0] = 0;
    for (int m = 1; m <= order.size(); m++) {
      PlannedMachine machine = order.get(m - 1);
      for (int end = m; end <= layers; end++) {
        for (int first = m - 1; first < end; first++) {
          if (Double.isInfinite(time[m - 1][first])
              || need(first, end, positions) > machine.freeBytes()) {
            continue;
          }
          double own = compute(machine, first, end);
          double sum =
              even ? Math.max(time[m - 1][first], own) : time[m - 1][first] + own + travel(machine);
          if (sum < time[m][end]) {
            time[m][end] = sum;
            from[m][end] = first;
          }
        }
      }
    }
    if (Double.isInfinite(time[order.size()][layers])) {
      return Optional.empty();
    }
    List<Plan.Place> places = new ArrayList<>();
    double slowest = 0;
    double all = 0;
    int end = layers;
    for (int m = order.size(); m > 0; m--) {
      PlannedMachine machine = order.get(m - 1);
      int first = from[m][end];
      double compute = compute(machine, first, end);
      slowest = Math.max(slowest, compute);
      all += compute + travel(machine);
      places.add(
          new Plan.Place(
              machine,
              first,
              end,
              need(first, end, positions),
              duration(compute),
              duration(travel(machine))));
      end = first;
    }
    return Optional.of(new Plan.Fits(places.reversed(), 1 / all, 1 / slowest));
  }

  private double compute(PlannedMachine machine, int first, int end) {
    return (reads[end] - reads[first]) / machine.weightBytesPerSecond();
  }

  private double travel(PlannedMachine machine) {
    return machine.roundTrip().toNanos() * 1e-9
        + 2 * model.rowBytes() / machine.linkBytesPerSecond();
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
