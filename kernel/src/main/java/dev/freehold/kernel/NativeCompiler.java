// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A C compiler of this machine.
 *
 * @param command what its command line begins with
 * @param environment what its environment needs besides
 * @param version what it calls itself
 */
record NativeCompiler(List<String> command, Map<String, String> environment, String version) {
  /** The ziglang package on PyPI: a C compiler for every platform. */
  private static final String ZIGLANG = "0.17.1";

  private static final int PROBE_SECONDS = 20;
  private static final int INSTALL_SECONDS = 300;

  NativeCompiler {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /**
   * The first that answers: gcc, clang, or zig as a Python package. Where there is none, the
   * package is installed into {@code cache}; empty if that fails too.
   *
   * @param mayInstall false: nothing is fetched from the network
   */
  static Optional<NativeCompiler> find(Path cache, boolean mayInstall) {
    KnownCompilers known = new KnownCompilers(cache);
    for (String name : List.of("gcc", "clang", "cc")) {
      Optional<NativeCompiler> found =
          KnownCompilers.program(name).flatMap(program -> installed(name, program, known));
      if (found.isPresent()) {
        return found;
      }
    }
    List<String> zig = List.of("python3", "-m", "ziglang", "cc");
    List<String> zigVersion = List.of("python3", "-m", "ziglang", "version");
    Optional<NativeCompiler> installed = probe(zig, Map.of(), zigVersion);
    if (installed.isPresent()) {
      return installed;
    }
    Path target = cache.resolve("ziglang-" + ZIGLANG);
    Map<String, String> environment = Map.of("PYTHONPATH", target.toString());
    if (!Files.isDirectory(target)) {
      if (!mayInstall) {
        return Optional.empty();
      }
      try {
        install(target);
      } catch (IOException e) {
        return Optional.empty();
      }
    }
    return probe(zig, environment, zigVersion);
  }

  /** Fetches the package beside its place and moves it there, so that it is complete or absent. */
  private static void install(Path target) throws IOException {
    Path cache = Files.createDirectories(target.toAbsolutePath().getParent());
    Path fresh = Files.createTempDirectory(cache, "ziglang-");
    // Without a network this has to fail soon, since every start tries it.
    String line = "python3 -m pip install --quiet --no-input --no-deps --retries 0 --timeout 10";
    List<String> command = new ArrayList<>(List.of(line.split(" ", -1)));
    command.addAll(List.of("--target", fresh.toString(), "ziglang==" + ZIGLANG));
    try {
      run(command, Map.of(), cache, INSTALL_SECONDS);
      Files.move(fresh, target);
    } catch (IOException e) {
      NativeBuild.delete(fresh);
      if (!Files.isDirectory(target)) {
        throw e;
      }
      // Another process was first.
    }
  }

  private static Optional<NativeCompiler> installed(
      String name, Path program, KnownCompilers known) {
    Optional<String> version = known.version(program);
    if (version.isPresent()) {
      return Optional.of(new NativeCompiler(List.of(name), Map.of(), version.get()));
    }
    Optional<NativeCompiler> asked = probe(List.of(name), Map.of(), List.of(name, "--version"));
    asked.ifPresent(compiler -> known.remember(program, compiler.version));
    return asked;
  }

  private static Optional<NativeCompiler> probe(
      List<String> command, Map<String, String> environment, List<String> version) {
    try {
      String answer = run(version, environment, Path.of("."), PROBE_SECONDS);
      String first = answer.lines().findFirst().orElse("");
      return Optional.of(
          new NativeCompiler(command, environment, String.join(" ", command) + ": " + first));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Runs the compiler in a folder. */
  void compile(List<String> arguments, Path folder, int seconds) throws IOException {
    List<String> line = new ArrayList<>(command);
    line.addAll(arguments);
    run(line, environment, folder, seconds);
  }

  /**
   * Runs a command and gives what it printed.
   *
   * @throws IOException if it can't be started, fails, or takes too long; with what it printed
   */
  private static String run(
      List<String> command, Map<String, String> environment, Path folder, int seconds)
      throws IOException {
    Path output = Files.createTempFile("freehold-", ".log");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true).redirectOutput(output.toFile());
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = false;
      try {
        ended = process.waitFor(seconds, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while " + command.getFirst() + " ran", e);
      } finally {
        if (!ended) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        }
      }
      String printed = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
      if (!ended) {
        throw new IOException(command.getFirst() + " did not end within " + seconds + " s");
      }
      if (process.exitValue() != 0) {
        String tail = printed.substring(Math.max(0, printed.length() - 500));
        throw new IOException(
            String.join(" ", command) + " failed with status " + process.exitValue() + ": " + tail);
      }
      return printed;
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
