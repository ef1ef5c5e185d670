// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.time.Duration;

/** Time that only passes: never set, never compared with another machine's. */
public interface MonotonicClock {
  /** Nanoseconds since some moment. */
  long nanos();

  /** Waits. */
  void sleep(Duration time) throws InterruptedException;

  /** The machine's. */
  static MonotonicClock system() {
    return new MonotonicClock() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void sleep(Duration time) throws InterruptedException {
        Thread.sleep(time);
      }
    };
  }
}
