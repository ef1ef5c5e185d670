// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.link;

import dev.freehold.crypto.SigningKey;
import dev.freehold.link.sealed.Acceptance;
import dev.freehold.link.sealed.AskerEnd;
import dev.freehold.link.sealed.JobId;
import dev.freehold.link.sealed.RunnerKeys;
import dev.freehold.link.sealed.Senders;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;

/**
 * How fast one thread seals and opens a job's large body: {@code bench/run link.Sealing ROUNDS}. A
 * round is 64 MiB in frames of the largest bucket; what counts is the thread's own processor time.
 */
public final class Sealing {
  private static final int FRAME = 65_532;
  private static final int FRAMES = 1024;

  private Sealing() {}

  /** Prints medians. */
  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    SecureRandom random = new SecureRandom();
    RunnerKeys runner =
        new RunnerKeys(SigningKey.generate(random), random, 10_000, System::nanoTime);
    AskerEnd asker = AskerEnd.anonymous(runner.current(), JobId.random(random), random);
    if (!(runner.accept(asker.opening(), Senders.anyone(), Long.MAX_VALUE)
        instanceof Acceptance.Accepted(var end))) {
      throw new IllegalStateException("refused");
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    byte[] content = new byte[FRAME];
    byte[][] sealed = new byte[FRAMES][];
    double[] sealing = new double[rounds];
    double[] opening = new double[rounds];
    for (int round = -2; round < rounds; round++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < FRAMES; i++) {
        sealed[i] = asker.request().seal(content);
      }
      long middle = threads.getCurrentThreadCpuTime();
      for (byte[] frame : sealed) {
        if (end.request().receive(frame).size() != 1) {
          throw new IllegalStateException("a frame did not open");
        }
      }
      long stop = threads.getCurrentThreadCpuTime();
      if (round >= 0) {
        sealing[round] = (double) FRAME * FRAMES / (middle - start);
        opening[round] = (double) FRAME * FRAMES / (stop - middle);
      }
    }
    Arrays.sort(sealing);
    Arrays.sort(opening);
    System.out.printf(
        Locale.ROOT,
        "sealing %.2f GB/s, opening %.2f GB/s%n",
        sealing[rounds / 2],
        opening[rounds / 2]);
  }
}
