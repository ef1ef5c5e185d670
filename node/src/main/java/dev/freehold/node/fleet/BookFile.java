// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.fleet.pair.BookStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** The fleet's book in {@code FREEHOLD_HOME/fleet}, its owner's alone. */
final class BookFile implements BookStorage {
  private static final int LIMIT = 1 << 20;

  private final Path file;
  private final SecureRandom random;

  BookFile(Path home, SecureRandom random) throws IOException {
    Path folder = home.resolve(FleetNode.FOLDER);
    PrivateFolder.make(folder);
    this.file = folder.resolve("book.json");
    this.random = random;
  }

  @Override
  public Optional<byte[]> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(PrivateFile.read(file, LIMIT));
    } catch (KeyFileException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void replace(byte[] bytes) throws IOException {
    PrivateFile.replace(file, bytes, random);
  }
}
