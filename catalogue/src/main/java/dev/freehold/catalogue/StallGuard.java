// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Closes a stream from which nothing has come for a while, so that its blocked reader wakes up. The
 * JDK's client has a time limit for the head of an answer only.
 */
final class StallGuard implements AutoCloseable {
  private final Thread watcher;
  private volatile long lastMove = System.nanoTime();
  private volatile boolean stalled;

  StallGuard(InputStream watched, Duration patience) {
    this.watcher = Thread.ofVirtual().start(() -> watch(watched, patience));
  }

  /** Bytes came. */
  void moved() {
    lastMove = System.nanoTime();
  }

  /** True once the stream was closed for standing still. */
  boolean stalled() {
    return stalled;
  }

  @Override
  public void close() {
    watcher.interrupt();
  }

  private void watch(InputStream watched, Duration patience) {
    try {
      while (System.nanoTime() - lastMove < patience.toNanos()) {
        Thread.sleep(patience.dividedBy(4));
      }
      stalled = true;
      watched.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
