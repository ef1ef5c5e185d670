// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time, and a random part of it, so
 * that those who lost one relay at once don't come back at once. Owned by one thread at a time.
 */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;
  private Duration next;

  /** Starts with {@code first}. */
  public Backoff(Duration first, Duration longest, RandomGenerator random) {
    this.first = first;
    this.longest = longest;
    this.random = random;
    this.next = first;
  }

  /** Between half of the present step and all of it; the step doubles. */
  public Duration next() {
    Duration step = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) > 0 ? longest : doubled;
    return jittered(step, random);
  }

  /** Between half of it and all of it. */
  public static Duration jittered(Duration step, RandomGenerator random) {
    long nanos = step.toNanos();
    return Duration.ofNanos(random.nextLong(nanos / 2, nanos + 1));
  }

  /** The last attempt was a success. */
  public void reset() {
    next = first;
  }
}
