// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this machine can hold and stream, measured in a moment: decoding reads every weight once a
 * token, so memory bandwidth decides its speed.
 *
 * @param memoryBytes physical memory
 * @param freeBytes memory that a new process may take now
 * @param cores processors
 * @param bytesPerSecond what its threads read from memory together
 */
public record Machine(long memoryBytes, long freeBytes, int cores, double bytesPerSecond) {
  /** Share of the plain reading speed that decoding reaches (docs/performance.md). */
  private static final double DECODE_SHARE = 0.8;

  /** What a loaded model needs beside its weights and its attention memory. */
  private static final long OVERHEAD_BYTES = 200_000_000;

  private static final int PROBE_LONGS = 8 << 20;

  /** Memory in bytes that a new process may take now. */
  public static long freeMemory() {
    return LinuxMemory.available(Machine::system);
  }

  private static com.sun.management.OperatingSystemMXBean system() {
    return (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  }

  /** Looks at this machine; takes about a tenth of a second. */
  public static Machine look() {
    return look(Runtime.getRuntime().availableProcessors());
  }

  /** Looks at this machine as so many threads find it. */
  public static Machine look(int threads) {
    var system = system();
    int cores = Runtime.getRuntime().availableProcessors();
    return new Machine(
        system.getTotalMemorySize(),
        LinuxMemory.available(() -> system),
        cores,
        bandwidth(Math.min(threads, cores)));
  }

  /**
   * Whether a model fits, and how fast it will be.
   *
   * @param needBytes weights, attention memory of the context, and the program
   * @param tokensPerSecond expected when decoding one answer
   */
  public record Fit(boolean fits, long needBytes, double tokensPerSecond) {}

  /** Judges a model of {@code bytes} whose attention memory for the context takes {@code cache}. */
  public Fit judge(long bytes, long cache) {
    long need = bytes + bytes / 20 + cache + OVERHEAD_BYTES;
    return new Fit(need <= freeBytes, need, DECODE_SHARE * bytesPerSecond / bytes);
  }

  /** A sentence on whether it fits. */
  public String sentence(Fit fit) {
    String memory =
        String.format(
            Locale.ROOT,
            "needs %.1f GB of memory, %.1f GB are free",
            fit.needBytes() / 1e9,
            freeBytes / 1e9);
    return fit.fits()
        ? String.format(
            Locale.ROOT, "fits: %s; about %.0f tokens a second", memory, fit.tokensPerSecond())
        : "does not fit: " + memory;
  }

  private static double bandwidth(int cores) {
    long[] data = new long[PROBE_LONGS];
    // Adding up the sums keeps the reading from being optimised away.
    LongAdder total = new LongAdder();
    total.add(sum(data, 0, data.length));
    double best = 0;
    for (int round = 0; round < 4; round++) {
      long start = System.nanoTime();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < cores; i++) {
        int from = (int) ((long) data.length * i / cores);
        int to = (int) ((long) data.length * (i + 1) / cores);
        threads.add(Thread.ofPlatform().start(() -> total.add(sum(data, from, to))));
      }
      for (Thread thread : threads) {
        join(thread);
      }
      best = Math.max(best, 8e9 * data.length / (System.nanoTime() - start));
    }
    return total.sum() == 0 ? best : 0;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long sum(long[] data, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += data[i];
    }
    return sum;
  }
}
