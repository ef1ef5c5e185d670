// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import java.time.Duration;

/**
 * How long a server may take.
 *
 * @param connect until it takes the connection
 * @param first until it begins to answer: it may have to load the model, or to write all of it
 * @param next between two parts of a stream
 * @param look how often it is asked whether it is there
 */
public record LanePatience(Duration connect, Duration first, Duration next, Duration look) {
  /** For models of any size. */
  public static final LanePatience DEFAULT =
      new LanePatience(
          Duration.ofSeconds(5),
          Duration.ofMinutes(10),
          Duration.ofMinutes(1),
          Duration.ofSeconds(15));
}
