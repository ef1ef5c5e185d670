// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.kernel.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Speed against llama.cpp: {@code SideBySide KERNEL THREADS ROUNDS MODEL...}. A model is a file, or
 * {@code synthetic:SHAPE:TYPE} with SHAPE 135m or 1b. Prints a row of a Markdown table for each:
 * medians of interleaved rounds, and the ratio of the medians.
 */
public final class SideBySide {
  private static final int PROMPT = 512;
  private static final int STEPS = 128;
  private static final int CONTEXT = 1024;

  private SideBySide() {}

  /** Runs the comparison. */
  public static void main(String[] words) throws Exception {
    Path cache = cache();
    Kernel kernel = words[0].equals("best") ? Kernels.best() : Kernels.named(words[0]);
    int threads = Integer.parseInt(words[1]);
    int rounds = Integer.parseInt(words[2]);
    System.out.println(
        "| model | lane | threads | prefill ours | peer | ratio | decode ours | peer | ratio |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (int i = 3; i < words.length; i++) {
      Path model = file(cache, words[i]);
      System.out.println(compare(cache, words[i], model, kernel, threads, rounds));
    }
  }

  private static String compare(
      Path cache, String name, Path model, Kernel kernel, int threads, int rounds)
      throws Exception {
    List<Double> ourPrefill = new ArrayList<>();
    List<Double> ourDecode = new ArrayList<>();
    List<Double> peerPrefill = new ArrayList<>();
    List<Double> peerDecode = new ArrayList<>();
    try (Peer peer = Peer.start(cache, model, threads, CONTEXT);
        Own own = new Own(model, kernel, threads, CONTEXT)) {
      for (int round = 0; round <= rounds; round++) {
        double a = own.prefill(PROMPT);
        double b = peer.prefill(PROMPT);
        double c = own.decode(STEPS);
        double d = peer.decode(STEPS);
        if (round > 0) {
          // The first round warms both up.
          ourPrefill.add(PROMPT / a);
          peerPrefill.add(PROMPT / b);
          ourDecode.add(STEPS / c);
          peerDecode.add(STEPS / d);
        }
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.0f | %.0f | **%.2f** | %.1f | %.1f | **%.2f** |",
        label(name),
        kernel.name(),
        threads,
        median(ourPrefill),
        median(peerPrefill),
        median(ourPrefill) / median(peerPrefill),
        median(ourDecode),
        median(peerDecode),
        median(ourDecode) / median(peerDecode));
  }

  /** Where models lie. */
  public static Path cache() {
    return Path.of(
        System.getenv()
            .getOrDefault("FREEHOLD_CACHE", System.getProperty("user.home") + "/.cache/freehold"));
  }

  /** The file of a digest, a path or {@code synthetic:SHAPE:TYPE}, which is made if need be. */
  public static Path file(Path cache, String name) throws Exception {
    if (!name.startsWith("synthetic:")) {
      Path stored = cache.resolve("models").resolve(name + ".gguf");
      return Files.exists(stored) ? stored : Path.of(name);
    }
    List<String> parts = List.of(name.split(":", -1));
    Path file = cache.resolve("synthetic").resolve(parts.get(1) + "-" + parts.get(2) + ".gguf");
    if (!Files.exists(file)) {
      Files.createDirectories(cache.resolve("synthetic"));
      SyntheticModel.Shape shape =
          parts.get(1).equals("1b")
              ? SyntheticModel.Shape.LLAMA_3_2_1B
              : SyntheticModel.Shape.SMOLLM2_135M;
      SyntheticModel.of("llama", shape, TensorType.valueOf(parts.get(2)), 1).writer().write(file);
    }
    return file;
  }

  /** A model's name in a table. */
  static String label(String name) {
    return name.startsWith("synthetic:")
        ? name
        : "file " + name.substring(0, Math.min(8, name.length()));
  }

  static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
