// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Flushes many files. Several threads do it at once: a file system writes what they wait for
 * together, where one after the other would wait for a write each.
 */
final class Flushing {
  private static final int THREADS = 8;

  /** So few files are worth no further thread. */
  private static final int FEW = 4;

  private final List<Path> files;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  private Flushing(List<Path> files) {
    this.files = files;
  }

  /**
   * Flushes them all, on this thread and on some of its own. An interrupt stops nothing, and is the
   * caller's.
   *
   * @throws IOException if that failed for one of them; others may not have been tried then
   */
  static void flush(List<Path> files) throws IOException {
    Flushing flushing = new Flushing(List.copyOf(files));
    List<Thread> threads = new ArrayList<>();
    int further = Math.clamp(files.size() / FEW - 1, 0, THREADS - 1);
    for (int i = 0; i < further; i++) {
      threads.add(Thread.ofPlatform().daemon().name("log-flush").start(flushing::run));
    }
    flushing.run();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (flushing.failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case Exception e -> throw new IOException(e);
    }
  }

  private void run() {
    try {
      for (int at = next.getAndIncrement(); at < files.size(); at = next.getAndIncrement()) {
        Path file = files.get(at);
        Interrupts.defer(() -> flush(file));
      }
    } catch (IOException | RuntimeException e) {
      failure.compareAndSet(null, e);
      next.set(files.size());
    }
  }

  private static void flush(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
