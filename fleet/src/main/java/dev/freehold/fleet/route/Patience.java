// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import java.time.Duration;

/**
 * How long an asker waits for a machine.
 *
 * @param cut without any word, where its link is down and another machine could take over
 * @param silence without any word, where another machine could take over
 * @param stall without any word, where none could
 * @param token without a new chunk, however often it says that it is alive
 */
public record Patience(Duration cut, Duration silence, Duration stall, Duration token) {
  /** A machine says something every 200 ms. */
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofMillis(250),
          Duration.ofMillis(800),
          Duration.ofSeconds(20),
          Duration.ofMinutes(2));

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException if one is not positive
   */
  public Patience {
    if (!cut.isPositive() || !silence.isPositive() || !stall.isPositive() || !token.isPositive()) {
      throw new IllegalArgumentException("patience is a positive time");
    }
  }
}
