// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

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
  public static final double DECODE_SHARE = 0.7;

  /** What a loaded model needs beside its weights and its attention memory. */
  private static final long OVERHEAD_BYTES = 200_000_000;

  /** More than a cache holds. */
  private static final int PROBE_LONGS = 8 << 20;

  private static final int ROUNDS = 4;

  /** What is timed: some 30 microseconds. */
  private static final int PART_LONGS = 1 << 16;

  /** Small enough for the first cache. */
  private static final int PLACE_LONGS = 1 << 10;

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

  /**
   * What threads read together. It is asked when a node begins, and others with it: so each thread
   * reads in small parts of which the fastest tenth counts, and that others had the processor for a
   * while isn't seen. Copying to a place in the first cache is the JVM's own machine code from the
   * first call on; a loop would be timed while it waits for its compiler.
   */
  private static double bandwidth(int threads) {
    long[] data = new long[Math.max(PROBE_LONGS, threads * PART_LONGS)];
    List<CompletableFuture<Double>> readers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int from = (int) ((long) data.length * i / threads);
      int to = (int) ((long) data.length * (i + 1) / threads);
      readers.add(
          CompletableFuture.supplyAsync(() -> read(data, from, to), Thread.ofPlatform()::start));
    }
    return readers.stream().mapToDouble(CompletableFuture::join).sum();
  }

  /** Reads longs of an array again and again; bytes a second of the fastest tenth of its parts. */
  private static double read(long[] data, int from, int to) {
    long[] place = new long[PLACE_LONGS];
    int parts = (to - from) / PART_LONGS;
    long[] nanos = new long[ROUNDS * parts];
    for (int part = 0; part < nanos.length; part++) {
      int first = from + part % parts * PART_LONGS;
      long start = System.nanoTime();
      for (int at = first; at < first + PART_LONGS; at += PLACE_LONGS) {
        System.arraycopy(data, at, place, 0, PLACE_LONGS);
      }
      nanos[part] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return 8e9 * PART_LONGS / Math.max(1, nanos[nanos.length / 10]);
  }
}
