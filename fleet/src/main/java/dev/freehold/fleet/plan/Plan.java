// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.plan;

import java.time.Duration;
import java.util.List;

/** Where a model would run. */
public sealed interface Plan {
  /**
   * Layers on a machine.
   *
   * @param first layer, from 0
   * @param end the layer after the last one
   * @param needBytes memory it takes there
   * @param compute for each token
   * @param travel for each token: to this machine and back
   */
  record Place(
      PlannedMachine machine,
      int first,
      int end,
      long needBytes,
      Duration compute,
      Duration travel) {}

  /**
   * It fits.
   *
   * @param places in the order of the layers
   * @param tokensPerSecond expected of one answer alone: 1 / (compute + travel) of all places
   * @param tokensPerSecondTogether expected of many answers: what the slowest place lets through
   */
  record Fits(List<Place> places, double tokensPerSecond, double tokensPerSecondTogether)
      implements Plan {
    /** Copies the list. */
    public Fits {
      places = List.copyOf(places);
    }
  }

  /**
   * It doesn't fit.
   *
   * @param needBytes memory for all of it on one machine
   * @param freeBytes memory of all machines together
   * @param fittingPositions positions of attention memory with which it would fit; 0 if with none
   */
  record DoesNotFit(long needBytes, long freeBytes, long fittingPositions) implements Plan {}
}
