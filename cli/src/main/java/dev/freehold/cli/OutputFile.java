// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** What a verb exports: to a file, whole or not at all, or to standard output. */
final class OutputFile {
  private OutputFile() {}

  static void write(@Nullable Path file, byte[] bytes, Screen screen, boolean json)
      throws IOException {
    if (file == null) {
      System.out.write(bytes);
      System.out.flush();
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(folder, ".freehold", ".tmp");
    try {
      Files.write(temporary, bytes);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    if (json) {
      screen.json(Json.object().put("file", file.toString()).put("bytes", bytes.length).build());
    } else {
      screen.line("Wrote " + file + " (" + bytes.length + " bytes)");
    }
  }
}
