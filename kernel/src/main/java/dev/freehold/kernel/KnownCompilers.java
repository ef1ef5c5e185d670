// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What compilers called themselves when they last ran, so that not every start runs one: a line
 * each in {@code compilers} of the cache, the file's path, size and time, a tab and the version. A
 * compiler that was replaced has another size or time and is asked again; one behind an unchanged
 * wrapper may not be, and then a library of the older one goes on serving.
 */
final class KnownCompilers {
  private static final int MOST = 16;

  private final Path file;

  KnownCompilers(Path cache) {
    this.file = cache.resolve("compilers");
  }

  /** The program that a command's name stands for, as PATH has it. */
  static Optional<Path> program(String name) {
    String path = System.getenv("PATH");
    for (String folder :
        path == null ? List.<String>of() : List.of(path.split(File.pathSeparator))) {
      try {
        Path program = Path.of(folder, name);
        if (Files.isExecutable(program) && Files.isRegularFile(program)) {
          return Optional.of(program);
        }
      } catch (InvalidPathException e) {
        // Such a folder holds no compiler.
      }
    }
    return Optional.empty();
  }

  /** What a program called itself; empty where it was not asked yet. */
  Optional<String> version(Path program) {
    try {
      String wanted = stamp(program) + "\t";
      return lines().stream()
          .filter(line -> line.startsWith(wanted))
          .map(line -> line.substring(wanted.length()))
          .filter(version -> !version.isBlank())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Remembers what a program called itself; a cache that can't be written is no failure. */
  void remember(Path program, String version) {
    @Nullable Path fresh = null;
    try {
      List<String> lines = new ArrayList<>(List.of(stamp(program) + "\t" + version));
      lines().stream().limit(MOST - 1).forEach(lines::add);
      Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
      fresh = Files.createTempFile(folder, "compilers", ".tmp");
      Files.write(fresh, lines);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      delete(fresh);
    }
  }

  private static void delete(@Nullable Path fresh) {
    try {
      if (fresh != null) {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      // The cache can't be written.
    }
  }

  private List<String> lines() throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private static String stamp(Path program) throws IOException {
    Path real = program.toRealPath();
    return real + "\t" + Files.size(real) + "\t" + Files.getLastModifiedTime(real).toMillis();
  }
}
