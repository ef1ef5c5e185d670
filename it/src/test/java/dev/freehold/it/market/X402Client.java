// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * The npm packages of x402, as the lock file says and unchanged, with {@code src/test/x402/buy.mjs}
 * around them. They are installed once, into the cache.
 */
@NullMarked
final class X402Client {
  private static final String VERSION = "2.27.0";

  private final Path folder;

  private X402Client(Path folder) {
    this.folder = folder;
  }

  /** Skips the test, with the reason, where Node.js, npm or the registry is missing. */
  static X402Client install(Path cache) throws IOException, InterruptedException {
    Path folder = cache.resolve("npm").resolve("x402-" + VERSION);
    Files.createDirectories(folder);
    Path sources = Path.of("src", "test", "x402");
    Path lock = folder.resolve("package-lock.json");
    boolean same =
        Files.exists(folder.resolve("node_modules").resolve(".package-lock.json"))
            && Files.exists(lock)
            && Files.mismatch(lock, sources.resolve("package-lock.json")) < 0;
    for (String name : List.of("package.json", "package-lock.json", "buy.mjs")) {
      Files.copy(sources.resolve(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!same) {
      try {
        Process npm =
            new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("npm.log").toFile())
                .start();
        boolean done = npm.waitFor(120, TimeUnit.SECONDS);
        String words = Files.readString(folder.resolve("npm.log"));
        if (!done || npm.exitValue() != 0) {
          // What is half there is not taken for whole the next time.
          Files.deleteIfExists(lock);
        }
        assumeTrue(done && npm.exitValue() == 0, "skipped: npm can't install the client: " + words);
      } catch (IOException e) {
        assumeTrue(false, "skipped: there is no npm here: " + e.getMessage());
      }
    }
    return new X402Client(folder);
  }

  /**
   * Does what the words say, in their order.
   *
   * @return what each came to
   */
  List<Json.Obj> run(Map<String, String> environment, String words)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile(folder, "errors", ".log");
    ProcessBuilder builder =
        new ProcessBuilder("node", "buy.mjs")
            .directory(folder.toFile())
            .redirectError(errors.toFile());
    builder.environment().putAll(environment);
    builder.environment().put("DO", words);
    Process process = builder.start();
    List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
    int exit = process.waitFor();
    String said = Files.readString(errors);
    Files.delete(errors);
    if (exit != 0 || lines.size() != words.split(" ").length) {
      throw new AssertionError("exit " + exit + ": " + lines + said);
    }
    return lines.stream().map(line -> (Json.Obj) Json.parse(line)).toList();
  }
}
