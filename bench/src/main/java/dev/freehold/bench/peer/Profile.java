// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the time of a forward pass goes: {@code Profile KERNEL THREADS ROUNDS MODEL...}, with
 * models as {@link SideBySide} takes them. Prints for each model a row for each operation: its
 * share of all threads' time in a prefill of 512 tokens and in 128 steps of decode, the round that
 * was fastest of each. What no operation accounts for is waiting for other threads, and embedding.
 */
public final class Profile {
  private static final int PROMPT = 512;
  private static final int STEPS = 128;

  private Profile() {}

  /** The shares of one fastest round. */
  private static final class Best {
    private double seconds = Double.MAX_VALUE;
    private Map<String, Long> nanos = Map.of();

    void offer(double found, Map<String, Long> taken) {
      if (found < seconds) {
        seconds = found;
        nanos = taken;
      }
    }

    double share(String operation, int threads) {
      return 100.0 * nanos.getOrDefault(operation, 0L) / (seconds * 1e9 * threads);
    }
  }

  /** Runs the profile. */
  public static void main(String[] words) throws Exception {
    Kernel kernel = words[0].equals("best") ? Kernels.best() : Kernels.named(words[0]);
    int threads = Integer.parseInt(words[1]);
    int rounds = Integer.parseInt(words[2]);
    Path cache = SideBySide.cache();
    for (int i = 3; i < words.length; i++) {
      profile(words[i], SideBySide.file(cache, words[i]), kernel, threads, rounds);
    }
  }

  private static void profile(String name, Path model, Kernel kernel, int threads, int rounds) {
    TimedKernel timed = new TimedKernel(kernel);
    Best prefill = new Best();
    Best decode = new Best();
    StringBuilder speeds = new StringBuilder();
    try (Own own = new Own(model, timed, threads, PROMPT)) {
      for (int round = 0; round < rounds; round++) {
        timed.take();
        double a = own.prefill(PROMPT);
        prefill.offer(a, timed.take());
        double b = own.decode(STEPS);
        decode.offer(b, timed.take());
        speeds.append(String.format(Locale.ROOT, " %.0f/%.1f", PROMPT / a, STEPS / b));
      }
    }
    Map<String, Long> operations = new TreeMap<>(prefill.nanos);
    operations.putAll(decode.nanos);
    System.out.println("\n" + name + ", " + kernel.name() + ", tokens/s by round:" + speeds);
    System.out.println("| share | prefill | decode |");
    System.out.println("|---|---|---|");
    double restPrefill = 100;
    double restDecode = 100;
    for (String operation : operations.keySet()) {
      double a = prefill.share(operation, threads);
      double b = decode.share(operation, threads);
      restPrefill -= a;
      restDecode -= b;
      print(operation, a, b);
    }
    print("the rest", restPrefill, restDecode);
  }

  private static void print(String operation, double prefill, double decode) {
    System.out.printf(Locale.ROOT, "| %s | %.1f %% | %.1f %% |%n", operation, prefill, decode);
  }
}
