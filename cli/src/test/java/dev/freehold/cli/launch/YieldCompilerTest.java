// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the launcher does to a JVM's second compiler, with a JVM of its own. */
class YieldCompilerTest {
  private static final String COMPILER = "C2 CompilerThre";

  /** What it is done to. */
  static final class Sleeper {
    private Sleeper() {}

    /** Lives until its input ends. */
    public static void main(String[] arguments) throws IOException {
      int read = System.in.read();
      System.exit(read < 0 ? 0 : 1);
    }
  }

  @Test
  void onlyTheSecondCompilerYields() throws Exception {
    assumeThat(Path.of("/proc/self/task")).as("a /proc is needed").isDirectory();
    assumeThat(
            Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "renice")))
        .as("renice is needed")
        .anyMatch(Files::isExecutable);
    String script =
        "eval \"$(sed -n '/^yield_compiler() {/,/^}/p' ../freehold)\"; yield_compiler;"
            + " exec \"$0\" -XX:+UseSerialGC -cp \"$1\" \"$2\"";
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                script,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of("target", "test-classes").toString(),
                Sleeper.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      Map<String, Integer> nice = Map.of();
      for (int i = 0; i < 500 && nice.getOrDefault(COMPILER, 0) != 10; i++) {
        TimeUnit.MILLISECONDS.sleep(10);
        nice = nice(process.pid());
      }
      assertThat(nice).containsEntry(COMPILER, 10);
      int own = nice(ProcessHandle.current().pid()).getOrDefault("java", 0);
      assertThat(nice.get("C1 CompilerThre")).isEqualTo(own);
      assertThat(nice.get("java")).isEqualTo(own);
      assertThat(process.descendants()).isEmpty();
    } finally {
      process.outputWriter().close();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.inputReader().lines().toList()).isEqualTo(List.of());
    assertThat(process.exitValue()).isZero();
  }

  /** The nice value of each thread by its name, as proc(5) has them. */
  private static Map<String, Integer> nice(long pid) throws IOException {
    Map<String, Integer> found = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
      for (Path task : tasks.toList()) {
        try {
          String stat = Files.readString(task.resolve("stat"));
          int named = stat.lastIndexOf(')');
          String[] fields = stat.substring(named + 2).split(" ", -1);
          found.put(stat.substring(stat.indexOf('(') + 1, named), Integer.parseInt(fields[16]));
        } catch (IOException e) {
          // A thread that has ended meanwhile.
        }
      }
    }
    return found;
  }
}
