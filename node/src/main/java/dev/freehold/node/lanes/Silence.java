// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import java.time.Duration;

/** Ends something from which nothing has come for a while, so that its blocked reader wakes up. */
public final class Silence implements AutoCloseable {
  private final Thread watch;
  private volatile Duration patience;
  private volatile long heard = System.nanoTime();
  private volatile boolean passed;

  /** Calls {@code end} once nothing was heard for so long. */
  public Silence(Duration patience, Runnable end) {
    this.patience = patience;
    this.watch =
        Thread.ofVirtual()
            .name("lane-silence")
            .start(
                () -> {
                  try {
                    long left = this.patience.toNanos();
                    while (left > 0) {
                      Thread.sleep(Duration.ofNanos(Math.min(left, 1_000_000_000L)));
                      left = this.patience.toNanos() - (System.nanoTime() - heard);
                    }
                    passed = true;
                    end.run();
                  } catch (InterruptedException e) {
                    // All of it came.
                  }
                });
  }

  /** Something came; the next may take so long. */
  public void heard(Duration next) {
    heard = System.nanoTime();
    patience = next;
  }

  /** True once it was ended for saying nothing. */
  public boolean tooLong() {
    return passed;
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
