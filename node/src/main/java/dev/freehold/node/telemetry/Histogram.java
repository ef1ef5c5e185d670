// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.telemetry;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations in buckets. Any thread may add. */
final class Histogram {
  /** Upper bounds in seconds; above the last lies one more bucket. */
  private final double[] bounds;

  private final AtomicLongArray counts;
  private final LongAdder nanos = new LongAdder();

  Histogram(double... bounds) {
    this.bounds = bounds.clone();
    this.counts = new AtomicLongArray(bounds.length + 1);
  }

  void add(Duration duration) {
    add(duration, 1);
  }

  /** Adds {@code times} events of that length. */
  void add(Duration duration, long times) {
    double seconds = duration.toNanos() / 1e9;
    int bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]) {
      bucket++;
    }
    counts.addAndGet(bucket, times);
    nanos.add(duration.toNanos() * times);
  }

  void write(StringBuilder out, String name, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(" histogram\n");
    long below = 0;
    for (int i = 0; i <= bounds.length; i++) {
      below += counts.get(i);
      out.append(name).append("_bucket{le=\"");
      out.append(i < bounds.length ? Double.toString(bounds[i]) : "+Inf");
      out.append("\"} ").append(below).append('\n');
    }
    out.append(name).append("_sum ").append(nanos.sum() / 1e9).append('\n');
    out.append(name).append("_count ").append(below).append('\n');
  }
}
