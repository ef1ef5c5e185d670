// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * Half of what a node's start takes is loading its classes. The tests start hundreds of processes,
 * so they do as the launcher does (docs/decisions/0004): one run, once a build, writes down what
 * was loaded, and all others begin with it. Where that can't be, because there is no C compiler, no
 * model or no packaged jar, they start without.
 */
@NullMarked
public final class StartCache {
  private static final Path FOLDER = Path.of("target", "start-cache").toAbsolutePath();
  private static final String MODEL =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53.gguf";

  /** The program's jars alone: the virtual machine takes no cache beside folders. */
  private static final List<String> JARS =
      Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
          .filter(part -> part.endsWith(".jar"))
          .toList();

  private static final String LEAN = "-Dfreehold.lean=" + FOLDER.resolve("lean");
  private static final boolean READY = made();

  private StartCache() {}

  /**
   * The command of a process of the program or of the tests.
   *
   * @return may be added to
   */
  public static List<String> command(String main, String... said) {
    List<String> words = List.of(said);
    List<String> command = java();
    if (READY && isLean(main, words)) {
      command.addAll(List.of(LEAN, "-XX:AOTCache=" + FOLDER.resolve("aot"), "-Xlog:disable"));
      command.addAll(List.of("-Xlog:all=error:stderr", "-cp", path(), main));
    } else {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    }
    command.addAll(words);
    return command;
  }

  /** True for the programs themselves, where they can do without the lanes written in Java. */
  private static boolean isLean(String main, List<String> words) {
    return main.equals(Processes.VERIFY)
        || (main.equals(Processes.CLI)
            && words.stream().noneMatch(List.of("bench", "doctor", "--kernel")::contains));
  }

  private static List<String> java() {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:-UsePerfData",
            // They live some seconds: a second compiler's work would not pay.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1"));
  }

  private static String path() {
    return String.join(File.pathSeparator, JARS);
  }

  /** Two of Maven's processes ask for it: the second waits for the first. */
  private static boolean made() {
    try {
      Files.createDirectories(FOLDER);
      try (FileChannel lock =
              FileChannel.open(
                  FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var held = lock.lock()) {
        Path tried = FOLDER.resolve("tried");
        if (!Files.exists(tried) || Files.getLastModifiedTime(tried).compareTo(newest()) < 0) {
          Files.deleteIfExists(FOLDER.resolve("aot"));
          train();
          Files.writeString(tried, "");
        }
        return held.isValid() && Files.exists(FOLDER.resolve("aot"));
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static FileTime newest() throws IOException {
    FileTime newest = FileTime.fromMillis(0);
    for (String jar : JARS) {
      FileTime time = Files.getLastModifiedTime(Path.of(jar));
      newest = time.compareTo(newest) > 0 ? time : newest;
    }
    return newest;
  }

  private static void train() throws IOException, InterruptedException {
    Path cache = Processes.cache();
    if (!Files.exists(cache.resolve("models").resolve(MODEL))) {
      return;
    }
    List<String> command = java();
    command.addAll(List.of(LEAN, "-XX:AOTCacheOutput=" + FOLDER.resolve("new"), "-cp", path()));
    command.addAll(List.of(Processes.CLI, "ask", "--temperature", "0", "--max-tokens", "8", "Hi."));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FREEHOLD_HOME", FOLDER.resolve("home").toString());
    builder.environment().put("FREEHOLD_CACHE", cache.toString());
    builder.redirectErrorStream(true).redirectOutput(FOLDER.resolve("log").toFile());
    Process process = builder.start();
    if (process.waitFor(120, TimeUnit.SECONDS) && process.exitValue() == 0) {
      Files.move(FOLDER.resolve("new"), FOLDER.resolve("aot"));
    } else {
      process.destroyForcibly();
    }
  }
}
