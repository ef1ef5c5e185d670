// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder of the home, its owner's alone. Whoever uses it holds the home's lock. */
final class ConversationFolder implements ConversationStorage {
  private static final String END = ".json";

  private final Path folder;
  private final SecureRandom random;

  /** Makes the folder, and deletes what a crash left half written. */
  ConversationFolder(Path folder, SecureRandom random) throws IOException {
    this.folder = folder;
    this.random = random;
    PrivateFolder.make(folder);
    for (Path file : files()) {
      if (name(file).matches("[0-9a-f]{32}\\.json\\.[0-9a-f]{16}")) {
        PrivateFile.erase(file);
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  @Override
  public List<ConversationId> list() throws IOException {
    return files().stream()
        .map(ConversationFolder::name)
        .filter(name -> name.matches("[0-9a-f]{32}\\.json"))
        .map(name -> new ConversationId(name.substring(0, name.length() - END.length())))
        .toList();
  }

  private Path file(ConversationId id) {
    return folder.resolve(id.hex() + END);
  }

  @Override
  public Optional<byte[]> read(ConversationId id) throws IOException {
    try (InputStream in = Files.newInputStream(file(id))) {
      return Optional.of(in.readNBytes(Conversation.LIMIT + 1));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void replace(ConversationId id, byte[] bytes) throws IOException {
    PrivateFile.replace(file(id), bytes, random);
  }

  @Override
  public void erase(ConversationId id) throws IOException {
    PrivateFile.erase(file(id));
  }
}
