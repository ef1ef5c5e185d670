// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.plan;

import java.time.Duration;

/**
 * A machine that could run a part of a model.
 *
 * @param name for a person
 * @param freeBytes memory that may be taken
 * @param weightBytesPerSecond how many bytes of weights it goes through a second when it decodes:
 *     measured
 * @param roundTrip from the coordinator to it and back; zero for the coordinator's own machine
 * @param linkBytesPerSecond what the link carries
 */
public record PlannedMachine(
    String name,
    long freeBytes,
    double weightBytesPerSecond,
    Duration roundTrip,
    double linkBytesPerSecond) {
  /** Refuses numbers that no machine has. */
  public PlannedMachine {
    if (freeBytes < 0
        || !(weightBytesPerSecond > 0)
        || roundTrip.isNegative()
        || !(linkBytesPerSecond > 0)) {
      throw new IllegalArgumentException("no machine is like " + name + " is said to be");
    }
  }

  /** The machine that coordinates: nothing has to travel. */
  public static PlannedMachine here(String name, long freeBytes, double weightBytesPerSecond) {
    return new PlannedMachine(
        name, freeBytes, weightBytesPerSecond, Duration.ZERO, Double.POSITIVE_INFINITY);
  }
}
