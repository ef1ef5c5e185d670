// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Whether every start is a lucky one: {@code Starts KERNEL THREADS STARTS ROUNDS MODEL...}. Each
 * start is a fresh JVM with this one's options, which gives the median of its rounds after one that
 * warms up; llama.cpp stays loaded and has a turn before the first and after each. A start is
 * compared with the mean of the turns before and after it: the machine's own speed changes by half
 * from minute to minute. Prints the starts, then a row of a Markdown table: our median and worst
 * start, the peer's median turn, and the median and the worst of the ratios.
 */
public final class Starts {
  private static final int PROMPT = 512;
  private static final int STEPS = 128;
  private static final int CONTEXT = 1024;
  private static final String ONE = "one";
  private static final String ANSWER = "start ";

  private Starts() {}

  /** Tokens a second. */
  private record Speed(double prefill, double decode) {}

  /** Runs the comparison, or one start of it. */
  public static void main(String[] words) throws Exception {
    if (words[0].equals(ONE)) {
      one(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]), words[4]);
      return;
    }
    List<String> rows = new ArrayList<>();
    for (int i = 4; i < words.length; i++) {
      rows.add(compare(words[0], words[1], Integer.parseInt(words[2]), words[3], words[i]));
    }
    System.out.println(
        "| model | lane | starts | prefill median | worst | peer | ratio | worst ratio"
            + " | decode median | worst | peer | ratio | worst ratio |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    rows.forEach(System.out::println);
  }

  /** What a fresh JVM does. */
  private static void one(String lane, int threads, int rounds, String name) throws Exception {
    Kernel kernel = lane.equals("best") ? Kernels.best() : Kernels.named(lane);
    List<Double> prefill = new ArrayList<>();
    List<Double> decode = new ArrayList<>();
    try (Own own = new Own(SideBySide.file(SideBySide.cache(), name), kernel, threads, CONTEXT)) {
      for (int round = 0; round <= rounds; round++) {
        double a = own.prefill(PROMPT);
        double b = own.decode(STEPS);
        if (round > 0) {
          prefill.add(PROMPT / a);
          decode.add(STEPS / b);
        }
      }
    }
    System.out.println(
        ANSWER
            + SideBySide.median(prefill)
            + " "
            + SideBySide.median(decode)
            + " "
            + kernel.name());
  }

  private static String compare(String lane, String threads, int starts, String rounds, String name)
      throws Exception {
    Path cache = SideBySide.cache();
    Path model = SideBySide.file(cache, name);
    List<Speed> ours = new ArrayList<>();
    List<Speed> peers = new ArrayList<>();
    String kernel = lane;
    try (Peer peer = Peer.start(cache, model, Integer.parseInt(threads), CONTEXT)) {
      peer.prefill(PROMPT);
      peer.decode(STEPS);
      peers.add(turn(peer));
      for (int start = 1; start <= starts; start++) {
        List<String> answer = fresh(lane, threads, rounds, name);
        ours.add(new Speed(Double.parseDouble(answer.get(0)), Double.parseDouble(answer.get(1))));
        kernel = answer.get(2);
        peers.add(turn(peer));
        System.out.printf(
            Locale.ROOT,
            "%s start %d: prefill %.0f, peer %.0f; decode %.1f, peer %.1f%n",
            name,
            start,
            ours.getLast().prefill,
            peers.getLast().prefill,
            ours.getLast().decode,
            peers.getLast().decode);
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d %s %s |",
        SideBySide.label(name),
        kernel,
        starts,
        columns(
            ours.stream().map(Speed::prefill).toList(),
            peers.stream().map(Speed::prefill).toList()),
        columns(
            ours.stream().map(Speed::decode).toList(), peers.stream().map(Speed::decode).toList()));
  }

  private static Speed turn(Peer peer) throws IOException {
    return new Speed(PROMPT / peer.prefill(PROMPT), STEPS / peer.decode(STEPS));
  }

  /** Of starts, and of the peer's turns around them: one more. */
  private static String columns(List<Double> ours, List<Double> peers) {
    List<Double> ratios = new ArrayList<>();
    for (int start = 0; start < ours.size(); start++) {
      ratios.add(ours.get(start) / ((peers.get(start) + peers.get(start + 1)) / 2));
    }
    return String.format(
        Locale.ROOT,
        "| %.0f | %.0f | %.0f | **%.2f** | **%.2f**",
        SideBySide.median(ours),
        Collections.min(ours),
        SideBySide.median(peers),
        SideBySide.median(ratios),
        Collections.min(ratios));
  }

  /** Runs one start in a JVM of its own: prefill, decode and the lane's name. */
  private static List<String> fresh(String lane, String threads, String rounds, String name)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Starts.class.getName()));
    command.addAll(List.of(ONE, lane, threads, rounds, name));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer = "";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answer = line.startsWith(ANSWER) ? line.substring(ANSWER.length()) : answer;
      }
    } finally {
      if (process.waitFor() != 0) {
        answer = "";
      }
    }
    if (answer.isEmpty()) {
      throw new IllegalStateException("a start failed; what it said is above");
    }
    return List.of(answer.split(" ", -1));
  }
}
