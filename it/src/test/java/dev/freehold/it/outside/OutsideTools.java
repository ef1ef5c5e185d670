// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.outside;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The tools of others, as their lock files pin them, fetched by the ordinary clients and kept in
 * the user's cache. Where one can't be had, the test is skipped and says why.
 */
final class OutsideTools {
  private static final Path SOURCES = Path.of("src", "test", "outside").toAbsolutePath();
  private static final int PATIENCE_SECONDS = 240;

  private OutsideTools() {}

  /** What a program printed, and how it ended. */
  record Ended(int exit, List<String> lines) {}

  static Ended run(Path folder, List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Ended(-1, List.of("it did not end"));
      }
      return new Ended(process.exitValue(), lines);
    } catch (IOException e) {
      return new Ended(-1, List.of(String.valueOf(e.getMessage())));
    }
  }

  /** Runs a program without which there is nothing to test. */
  private static void need(String what, Path folder, List<String> command)
      throws InterruptedException {
    Ended ended = run(folder, command);
    assumeTrue(
        ended.exit() == 0,
        () -> "skipped: " + what + " can't be had here: " + String.join("\n", ended.lines()));
  }

  static void needOpenssl() throws InterruptedException {
    need("openssl", SOURCES, List.of("openssl", "version"));
  }

  /** Builds the checker in Go; its modules come from the module proxy or the cache. */
  static List<String> go(Path folder) throws InterruptedException {
    Path sources = SOURCES.resolve("go");
    Path program = folder.resolve("go-check");
    need(
        "Go, or a module of go.sum,",
        sources,
        List.of("go", "build", "-mod=readonly", "-o", program.toString(), "."));
    return List.of(program.toString(), folder.toString());
  }

  /** Installs what the Python checker needs. */
  static List<String> python(Path folder) throws IOException, InterruptedException {
    return List.of(
        python("python").toString(),
        SOURCES.resolve("python").resolve("check.py").toString(),
        folder.toString());
  }

  /** Installs llama.cpp with its own server. */
  static List<String> llama(Path model) throws IOException, InterruptedException {
    return List.of(
        python("llama").toString(),
        SOURCES.resolve("llama").resolve("serve.py").toString(),
        model.toString());
  }

  /** A Python that has what a folder's lock file names, installed once for each lock file. */
  private static Path python(String name) throws IOException, InterruptedException {
    Path sources = SOURCES.resolve(name);
    Path lock = sources.resolve("requirements.txt");
    Path venv =
        cache()
            .resolve("outside-tools")
            .resolve(name + "-" + Digest.sha256(Files.readAllBytes(lock)).hex().substring(0, 16));
    Path python = venv.resolve("bin").resolve("python");
    Path whole = venv.resolve("whole");
    if (!Files.exists(whole)) {
      Files.createDirectories(venv);
      need("Python", sources, List.of("python3", "-m", "venv", "--clear", venv.toString()));
      need(
          "a package of " + name + "/requirements.txt",
          sources,
          List.of(
              python.toString(),
              "-m",
              "pip",
              "install",
              "--quiet",
              "--disable-pip-version-check",
              "--require-hashes",
              "--only-binary=:all:",
              "-r",
              lock.toString()));
      Files.createFile(whole);
    }
    return python;
  }

  private static Path cache() {
    return Optional.ofNullable(System.getenv("FREEHOLD_CACHE"))
        .map(Path::of)
        .orElse(Path.of(System.getProperty("user.home"), ".cache", "freehold"));
  }
}
