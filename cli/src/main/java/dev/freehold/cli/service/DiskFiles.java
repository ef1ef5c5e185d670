// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import dev.freehold.crypto.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** Files of this machine, their owner's alone. */
public final class DiskFiles implements ServiceFiles {
  private final SecureRandom random;

  /**
   * @param random for the names of files that aren't whole yet
   */
  public DiskFiles(SecureRandom random) {
    this.random = random;
  }

  @Override
  public void replace(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is no file's name");
    }
    Files.createDirectories(folder);
    PrivateFile.replace(file, text.getBytes(StandardCharsets.UTF_8), random);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }
}
