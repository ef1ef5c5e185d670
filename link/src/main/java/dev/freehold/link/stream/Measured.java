// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;

/** Samples of one path. Owned by the session's lock. */
final class Measured {
  static final long SETTLES = 1_000_000_000L;
  private static final long STRETCH = 200_000_000L;
  private static final int ROUND_TRIPS = 16;
  private static final int STRETCHES = 8;

  private final long since;
  private final ArrayDeque<Long> roundTrips = new ArrayDeque<>();
  private final ArrayDeque<Long> rates = new ArrayDeque<>();
  private long busySince;
  private long busyBytes;

  Measured(long now) {
    this.since = now;
    this.busySince = now;
  }

  boolean settled(long now) {
    return now - since >= SETTLES;
  }

  void roundTrip(long nanos, long now) {
    if (settled(now)) {
      roundTrips.addLast(nanos);
      if (roundTrips.size() > ROUND_TRIPS) {
        roundTrips.removeFirst();
      }
    }
  }

  /** Nothing is under way any more: a stretch of steady sending ends. */
  void idle(long now) {
    busySince = now;
    busyBytes = 0;
  }

  void acknowledged(long bytes, long now) {
    busyBytes += bytes;
    long took = now - busySince;
    if (took >= STRETCH) {
      if (settled(now)) {
        rates.addLast(busyBytes * 1_000_000_000L / took);
        if (rates.size() > STRETCHES) {
          rates.removeFirst();
        }
      }
      idle(now);
    }
  }

  Optional<Quality> quality() {
    if (roundTrips.isEmpty()) {
      return Optional.empty();
    }
    long[] sorted = roundTrips.stream().mapToLong(Long::longValue).sorted().toArray();
    return Optional.of(
        new Quality(
            Duration.ofNanos(sorted[0]),
            Duration.ofNanos(sorted[sorted.length / 2]),
            sorted.length,
            rates.stream().mapToLong(Long::longValue).max().orElse(0)));
  }
}
