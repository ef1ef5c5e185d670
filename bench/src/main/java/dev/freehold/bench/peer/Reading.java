// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine's cores can read: {@code Reading THREADS PASSES MEGABYTES...}. So many bytes
 * (10^6) are read from beginning to end, each thread its part, over and over, as decoding reads a
 * model's weights once for each token. Prints GB/s: the median pass and the best. Start it with
 * {@code FREEHOLD_JVM=-XX:+UseTransparentHugePages}, since the weights lie in huge pages.
 */
public final class Reading {
  private static final VectorSpecies<Long> LANES = LongVector.SPECIES_PREFERRED;
  private static final int STEP = 8 * LANES.vectorByteSize();
  private static final int WARM = 5;

  private Reading() {}

  /** Runs the measurement. */
  public static void main(String[] words) throws InterruptedException {
    int threads = Integer.parseInt(words[0]);
    int passes = Integer.parseInt(words[1]);
    for (int i = 2; i < words.length; i++) {
      long bytes = Long.parseLong(words[i]) * 1_000_000 / threads / STEP * STEP * threads;
      long[] heap = new long[Math.toIntExact(bytes / Long.BYTES)];
      Arrays.setAll(heap, at -> at);
      double[] speeds = speeds(MemorySegment.ofArray(heap), threads, passes);
      Arrays.sort(speeds);
      System.out.printf(
          Locale.ROOT,
          "%s MB, %d threads: median %.1f GB/s, best %.1f%n",
          words[i],
          threads,
          speeds[passes / 2],
          speeds[passes - 1]);
    }
  }

  private static double[] speeds(MemorySegment all, int threads, int passes)
      throws InterruptedException {
    double[] speeds = new double[passes];
    try (Arena arena = Arena.ofShared()) {
      // Sums that somebody reads, so that nothing may be left out.
      MemorySegment sums = arena.allocate(ValueLayout.JAVA_LONG, 8L * threads);
      long[] begun = new long[1];
      int[] pass = {-WARM};
      CyclicBarrier start = new CyclicBarrier(threads, () -> begun[0] = System.nanoTime());
      CyclicBarrier end =
          new CyclicBarrier(
              threads,
              () -> {
                if (pass[0] >= 0) {
                  speeds[pass[0]] = (double) all.byteSize() / (System.nanoTime() - begun[0]);
                }
                pass[0]++;
              });
      Thread[] readers = new Thread[threads];
      long part = all.byteSize() / threads;
      for (int t = 0; t < threads; t++) {
        MemorySegment own = all.asSlice(t * part, part);
        long slot = 8L * t;
        readers[t] =
            new Thread(
                () -> {
                  try {
                    for (int i = -WARM; i < passes; i++) {
                      start.await();
                      sums.setAtIndex(ValueLayout.JAVA_LONG, slot, sum(own));
                      end.await();
                    }
                  } catch (InterruptedException | BrokenBarrierException e) {
                    throw new IllegalStateException(e);
                  }
                });
        readers[t].start();
      }
      for (Thread reader : readers) {
        reader.join();
      }
    }
    return speeds;
  }

  private static long sum(MemorySegment part) {
    LongVector a = LongVector.zero(LANES);
    LongVector b = a;
    LongVector c = a;
    LongVector d = a;
    int wide = LANES.vectorByteSize();
    ByteOrder order = ByteOrder.nativeOrder();
    for (long i = 0; i < part.byteSize(); i += STEP) {
      a = a.add(LongVector.fromMemorySegment(LANES, part, i, order));
      b = b.add(LongVector.fromMemorySegment(LANES, part, i + wide, order));
      c = c.add(LongVector.fromMemorySegment(LANES, part, i + 2L * wide, order));
      d = d.add(LongVector.fromMemorySegment(LANES, part, i + 3L * wide, order));
      a = a.add(LongVector.fromMemorySegment(LANES, part, i + 4L * wide, order));
      b = b.add(LongVector.fromMemorySegment(LANES, part, i + 5L * wide, order));
      c = c.add(LongVector.fromMemorySegment(LANES, part, i + 6L * wide, order));
      d = d.add(LongVector.fromMemorySegment(LANES, part, i + 7L * wide, order));
    }
    return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
  }
}
