// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.development;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The program anvil, of a fixed version, fetched once by npm into a cache folder. npm's own wrapper
 * around it is left out: it hides the exit status.
 */
public final class AnvilProgram {
  /** The version that is fetched. */
  public static final String VERSION = "1.7.1";

  private static final String SCOPE = "node_modules/@foundry-rs";

  private AnvilProgram() {}

  /**
   * The program in the cache, which is asked first, or else from npm.
   *
   * @throws IOException if npm is missing or can't fetch it; the message says which
   * @throws InterruptedException if the thread is interrupted while npm runs
   */
  public static Path find(Path cache) throws IOException, InterruptedException {
    Path folder = cache.resolve("anvil-" + VERSION);
    Optional<Path> here = in(folder);
    if (here.isPresent()) {
      return here.get();
    }
    Files.createDirectories(folder);
    Path log = folder.resolve("npm.log");
    Process npm;
    try {
      npm =
          new ProcessBuilder(
                  "npm",
                  "install",
                  "--prefix",
                  folder.toString(),
                  "--ignore-scripts",
                  "--no-audit",
                  "--no-fund",
                  "@foundry-rs/anvil@" + VERSION)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new IOException("the development chain needs npm to fetch anvil: install Node.js", e);
    }
    if (!npm.waitFor(5, TimeUnit.MINUTES)) {
      npm.destroyForcibly();
      throw new IOException("npm did not fetch anvil within five minutes; its words are in " + log);
    }
    return in(folder)
        .orElseThrow(() -> new IOException("npm could not fetch anvil; its words are in " + log));
  }

  private static Optional<Path> in(Path folder) throws IOException {
    Path scope = folder.resolve(SCOPE);
    if (!Files.isDirectory(scope)) {
      return Optional.empty();
    }
    try (Stream<Path> packages = Files.list(scope)) {
      return packages
          .filter(each -> each.getFileName().toString().startsWith("anvil-"))
          .flatMap(each -> Stream.of("anvil", "anvil.exe").map(each.resolve("bin")::resolve))
          .filter(Files::isRegularFile)
          .findFirst();
    }
  }
}
