// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.crypto.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** A table in a file of its owner's alone. Its folder has to be there. */
public final class TableFile implements TableStorage {
  private final Path file;
  private final SecureRandom random;

  /** Nothing is read yet. */
  public TableFile(Path file, SecureRandom random) {
    this.file = file;
    this.random = random;
  }

  @Override
  public Optional<byte[]> read() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(in.readNBytes(TableContent.LIMIT + 1));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void replace(byte[] bytes) throws IOException {
    PrivateFile.replace(file, bytes, random);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
