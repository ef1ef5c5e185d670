// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.route.Delivery;
import dev.freehold.fleet.route.Paces;
import dev.freehold.node.serve.Answer;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Passes an answer on and looks at the clock. One thread at a time. */
final class Timed implements Delivery {
  private final Delivery to;
  private final long started = System.nanoTime();
  private long first;
  private @Nullable NodeId taker;

  Timed(Delivery to) {
    this.to = to;
  }

  @Override
  public void accepted(NodeId machine) throws IOException {
    taker = machine;
    to.accepted(machine);
  }

  @Override
  public void chunk(Json.Obj choice) throws IOException {
    // A chat's first chunk says who speaks, before anything is computed.
    if (first == 0 && !announces(choice)) {
      first = System.nanoTime();
    }
    to.chunk(choice);
  }

  @Override
  public boolean seen() {
    return to.seen();
  }

  private static boolean announces(Json.Obj choice) {
    return choice.get("delta").orElse(Json.Null.VALUE) instanceof Json.Obj delta
        && delta.get("role").isPresent();
  }

  /** Who took the request on first. */
  Optional<NodeId> taker() {
    return Optional.ofNullable(taker);
  }

  /** How long the first token took; until now where there was none. */
  Duration toFirst() {
    return Duration.ofNanos((first == 0 ? System.nanoTime() : first) - started);
  }

  /** The answer is there, and whoever began it has finished it. */
  void measured(Paces paces, Answer answer) {
    long end = System.nanoTime();
    long begun = first == 0 ? end : first;
    paces.answered(
        answer.machine(),
        answer.transcript().receipt().statement().model().digest(),
        Duration.ofNanos(begun - started),
        Duration.ofNanos(end - begun),
        answer.outputTokens());
  }
}
