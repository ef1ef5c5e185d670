// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import java.time.Duration;

/** The engine has as much waiting work as it takes; nothing was queued. Try again later. */
public final class QueueFull extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  /** So many of the places are taken. */
  public QueueFull(int waiting, int limit, Duration retryAfter) {
    super(
        waiting
            + " of "
            + limit
            + " places in the queue are taken; try again in about "
            + retryAfter.toSeconds()
            + " s");
    this.retryAfter = retryAfter;
  }

  /** When a place is likely to be free: whole seconds, at least one. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
