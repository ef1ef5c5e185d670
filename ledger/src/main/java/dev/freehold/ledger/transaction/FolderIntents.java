// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.PrivateFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Intents in a folder: docs/formats/intent.md. */
public final class FolderIntents implements IntentStorage {
  private static final String END = ".json";
  private static final String FRESH = ".new";

  private final Path folder;

  /**
   * What was read of each file, as long as it has the same time and length: intents only grow until
   * they are forgotten, and there may be thousands. Owned by this object's monitor.
   */
  private final Map<Path, Seen> seen = new HashMap<>();

  private record Seen(FileTime written, long length, Intent intent) {
    boolean still(BasicFileAttributes now) {
      return written.equals(now.lastModifiedTime()) && length == now.size();
    }
  }

  private FolderIntents(Path folder) {
    this.folder = folder;
  }

  /** Takes a folder, and makes it, readable for its owner only, where there is none. */
  public static FolderIntents open(Path folder) throws IOException {
    PrivateFolder.make(folder);
    return new FolderIntents(folder);
  }

  @Override
  public synchronized List<Intent> all() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(file -> file.toString().endsWith(END)).sorted().toList();
    }
    seen.keySet().retainAll(Set.copyOf(files));
    List<Intent> intents = new ArrayList<>();
    for (Path file : files) {
      try {
        intents.add(seen(file));
      } catch (NoSuchFileException e) {
        // Forgotten, by another object or process, since the folder was read.
        seen.remove(file);
      }
    }
    return intents;
  }

  private Intent seen(Path file) throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    Seen before = seen.get(file);
    if (before != null && before.still(now)) {
      return before.intent();
    }
    Intent intent = read(file);
    seen.put(file, new Seen(now.lastModifiedTime(), now.size(), intent));
    return intent;
  }

  private static Intent read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Intent intent =
        Intent.parse(bytes)
            .orElse(
                reason -> {
                  throw new IllegalStateException(
                      file + ": " + reason + ". Nothing is sent while this is unclear");
                });
    if (!file.getFileName().toString().equals(name(intent))) {
      throw new IllegalStateException(file + " holds the intent of another nonce");
    }
    return intent;
  }

  @Override
  public synchronized void write(Intent intent) throws IOException {
    seen.remove(folder.resolve(name(intent)));
    Path fresh = folder.resolve(name(intent) + FRESH);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(intent.encode());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, folder.resolve(name(intent)), StandardCopyOption.ATOMIC_MOVE);
    flushNames();
  }

  @Override
  public synchronized void forget(List<Intent> intents) throws IOException {
    for (Intent intent : intents) {
      Files.deleteIfExists(folder.resolve(name(intent)));
    }
    flushNames();
  }

  private void flushNames() throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private static String name(Intent intent) {
    return String.format(Locale.ROOT, "%020d%s", intent.nonce(), END);
  }
}
