// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How fast machines have answered: the tokens of receipts that were checked, over times that this
 * machine's clock measured. What a machine says of itself is not in it. Safe for use by many
 * threads.
 */
public final class Paces {
  /** A machine that was asked and did not finish comes last for so long. */
  static final Duration AVOIDED = Duration.ofSeconds(60);

  /** What is older is measured anew. */
  static final Duration KEPT = Duration.ofHours(1);

  private static final int LIMIT = 1024;
  private static final double NEWEST = 0.3;

  /** Of the time to the first token, what a prompt takes that was computed before. */
  private static final double WARM = 0.25;

  private final LongSupplier nanos;

  // Owned by this object's monitor.
  private final Map<Key, Pace> paces = new LinkedHashMap<>();
  private final Map<NodeId, Long> failures = new HashMap<>();

  private record Key(NodeId machine, Digest model) {}

  /** Seconds to the first token, and for each one after it. */
  private record Pace(double first, double each, long at) {}

  /**
   * A machine that has the model.
   *
   * @param machine which
   * @param waves how often as many answers as it makes at once have to end before this one begins
   */
  public record Candidate(NodeId machine, double waves) {}

  /**
   * Where a beginning of the prompt was computed before.
   *
   * @param machine which machine did
   * @param share how much of the prompt that is, 0 to 1
   */
  public record Warm(NodeId machine, double share) {}

  /** Nothing is known yet. */
  public Paces(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * A machine has answered, and its receipt holds.
   *
   * @param first until the first chunk
   * @param rest from there to the end
   * @param tokens that the receipt counts
   */
  public synchronized void answered(
      NodeId machine, Digest model, Duration first, Duration rest, int tokens) {
    failures.remove(machine);
    Key key = new Key(machine, model);
    double toFirst = first.toNanos() / 1e9;
    double each = rest.toNanos() / 1e9 / Math.max(1, tokens - 1);
    Pace before = paces.remove(key);
    paces.put(
        key,
        before == null
            ? new Pace(toFirst, each, nanos.getAsLong())
            : new Pace(
                before.first + NEWEST * (toFirst - before.first),
                before.each + NEWEST * (each - before.each),
                nanos.getAsLong()));
    if (paces.size() > LIMIT) {
      paces.remove(paces.keySet().iterator().next());
    }
  }

  /**
   * What was measured of a machine.
   *
   * @param first to the first token
   * @param tokensPerSecond after it; 0 where only one token ever came
   */
  public record Measured(Digest model, Duration first, double tokensPerSecond) {}

  /** What was measured of a machine, model by model. */
  public synchronized List<Measured> of(NodeId machine) {
    List<Measured> all = new ArrayList<>();
    paces.forEach(
        (key, pace) -> {
          if (key.machine.equals(machine)) {
            all.add(
                new Measured(
                    key.model,
                    Duration.ofNanos((long) (pace.first * 1e9)),
                    pace.each == 0 ? 0 : 1 / pace.each));
          }
        });
    return all;
  }

  /** A machine was asked and did not finish. */
  public synchronized void failed(NodeId machine) {
    failures.put(machine, nanos.getAsLong());
    failures.values().removeIf(at -> nanos.getAsLong() - at > AVOIDED.toNanos());
  }

  /**
   * The candidates, the one that should finish first foremost. A machine that was not measured yet
   * comes next once a nearer one is: so each is measured once.
   *
   * @param nearest those that may be asked, in the order for where nothing is known
   * @param tokens how long the answer may become
   */
  public synchronized List<NodeId> order(
      Digest model, List<Candidate> nearest, int tokens, Optional<Warm> warm) {
    long now = nanos.getAsLong();
    Map<NodeId, Double> seconds = new HashMap<>();
    double best = Double.MAX_VALUE;
    for (Candidate each : nearest) {
      Pace pace = paces.get(new Key(each.machine, model));
      if (pace != null && now - pace.at <= KEPT.toNanos()) {
        double share =
            warm.filter(it -> it.machine.equals(each.machine)).map(Warm::share).orElse(0.0);
        double first = pace.first * (1 - share * (1 - WARM));
        double whole = pace.each * tokens;
        double due = first + whole + each.waves * (pace.first + whole);
        seconds.put(each.machine, due);
        best = Math.min(best, due);
      }
    }
    double unknown = best;
    List<Candidate> ordered = new ArrayList<>(nearest);
    ordered.sort(
        Comparator.<Candidate>comparingInt(it -> avoided(it.machine, now) ? 1 : 0)
            .thenComparingDouble(
                it ->
                    seconds.getOrDefault(
                        it.machine, unknown == Double.MAX_VALUE ? 0 : 0.9 * unknown)));
    return ordered.stream().map(Candidate::machine).toList();
  }

  private boolean avoided(NodeId machine, long now) {
    Long at = failures.get(machine);
    return at != null && now - at <= AVOIDED.toNanos();
  }
}
