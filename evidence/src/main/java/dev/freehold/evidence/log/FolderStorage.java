// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A log in a folder. One process at a time may append; any may read with {@link #reading}. An
 * interrupt stops no write: the thread is still interrupted when the method returns.
 */
public final class FolderStorage implements LogStorage {
  private static final String LOCK = "lock";

  /** A file that is not yet whole ends in this. */
  private static final String FRESH = ".new";

  /** Zeros ahead: {@value #PIECES} times {@value #PIECE} bytes. */
  private static final int PIECE = 64 << 10;

  private static final int PIECES = 16;

  private final Path folder;
  private final FileChannel lock;

  /** Owned by whoever calls {@link #append}, as are the three after it. */
  private @Nullable String appendedName;

  /** Closed where a write was interrupted. */
  private @Nullable FileChannel appended;

  /** Where the next append goes. */
  private long end;

  /** Length of that file, with the zeros ahead. */
  private long length;

  private FolderStorage(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Takes a folder for appending, and makes it where there is none.
   *
   * @throws LogException if another process has it
   * @throws IOException if it cannot be written
   */
  public static FolderStorage open(Path folder) throws IOException, LogException {
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new FolderStorage(folder.toAbsolutePath().normalize(), channel);
      }
    } catch (OverlappingFileLockException e) {
      // Another part of this process has it: said below.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new LogException(
        "the log in %s is being written by another process: stop that one first".formatted(folder));
  }

  /** Reads a folder, also one that another process appends to or that nobody may write. */
  public static TileSource reading(Path folder) {
    Path root = folder.toAbsolutePath().normalize();
    return name -> read(root, name);
  }

  @Override
  public Optional<byte[]> read(String name) throws IOException {
    return read(folder, name);
  }

  private static Optional<byte[]> read(Path root, String name) throws IOException {
    Path file = root.resolve(name).normalize();
    if (!file.startsWith(root) || file.equals(root)) {
      return Optional.empty();
    }
    try {
      return Files.isDirectory(file) ? Optional.empty() : Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<String> list(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> String.valueOf(file.getFileName()))
          .filter(file -> !file.endsWith(FRESH))
          .sorted()
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  @Override
  public void write(Map<String, List<ByteBuffer>> files) throws IOException {
    Interrupts.defer(
        () -> {
          Set<Path> folders = new LinkedHashSet<>();
          replace(files, folders, true);
          for (Path each : folders) {
            sync(each);
          }
        });
  }

  @Override
  public void show(Map<String, List<ByteBuffer>> files) throws IOException {
    Interrupts.defer(() -> replace(files, new LinkedHashSet<>(), false));
  }

  private void replace(Map<String, List<ByteBuffer>> files, Set<Path> folders, boolean flushed)
      throws IOException {
    for (Map.Entry<String, List<ByteBuffer>> each : files.entrySet()) {
      Path file = folder.resolve(each.getKey());
      Path fresh = folder.resolve(each.getKey() + FRESH);
      create(parent(file), folders);
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeFully(channel, each.getValue());
        if (flushed) {
          channel.force(true);
        }
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      folders.add(parent(file));
    }
  }

  @Override
  public void flush(List<String> names) throws IOException {
    Flushing.flush(names.stream().map(folder::resolve).toList());
    Set<Path> folders = new LinkedHashSet<>();
    for (String name : names) {
      // Those above may be new as well.
      for (Path at = parent(folder.resolve(name)); at.startsWith(folder); at = parent(at)) {
        folders.add(at);
      }
    }
    Interrupts.defer(
        () -> {
          for (Path each : folders) {
            sync(each);
          }
        });
  }

  @Override
  public void append(String name, ByteBuffer bytes, boolean few) throws IOException {
    if (!name.equals(appendedName)) {
      Set<Path> folders = new LinkedHashSet<>();
      Interrupts.defer(() -> begin(name, folders));
    }
    Interrupts.defer(() -> writeAtEnd(name, bytes, few));
    end += bytes.remaining();
    length = Math.max(length, end);
  }

  private void begin(String name, Set<Path> folders) throws IOException {
    closeAppended();
    Path file = folder.resolve(name);
    create(parent(file), folders);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    appended = channel;
    end = channel.size();
    length = end;
    folders.add(parent(file));
    for (Path each : folders) {
      sync(each);
    }
    appendedName = name;
  }

  private void writeAtEnd(String name, ByteBuffer bytes, boolean few) throws IOException {
    FileChannel channel = appended;
    if (channel == null || !channel.isOpen()) {
      channel = FileChannel.open(folder.resolve(name), StandardOpenOption.WRITE);
      appended = channel;
    }
    channel.position(end);
    writeFully(channel, List.of(bytes));
    if (few && channel.position() > length) {
      zeros(channel);
    }
    channel.force(false);
  }

  /**
   * They spare the next flushes time; where there is no room for them, what there is stays free.
   */
  private void zeros(FileChannel channel) throws IOException {
    long before = channel.position();
    try {
      writeFully(channel, Collections.nCopies(PIECES, ByteBuffer.allocateDirect(PIECE)));
      length = channel.position();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      // The frame is written. If more than room is missing, this or its flush says so.
      channel.truncate(before);
    }
  }

  @Override
  public void truncate(String name, long size) throws IOException {
    closeAppended();
    Interrupts.defer(
        () -> {
          try (FileChannel channel =
              FileChannel.open(folder.resolve(name), StandardOpenOption.WRITE)) {
            channel.truncate(size);
            channel.force(true);
          }
        });
  }

  @Override
  public void delete(List<String> names) throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.deleteIfExists(file);
      if (parent(file).toString().endsWith(".p")) {
        folders.add(parent(file));
      }
    }
    for (Path each : folders) {
      deleteIfEmpty(each);
    }
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try (Stream<Path> rest = Files.list(folder)) {
      if (rest.findAny().isPresent()) {
        return;
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(folder);
  }

  @Override
  public void close() throws IOException {
    try {
      closeAppended();
    } finally {
      lock.close();
    }
  }

  private void closeAppended() throws IOException {
    FileChannel channel = appended;
    appended = null;
    appendedName = null;
    if (channel != null) {
      channel.close();
    }
  }

  /** Makes a folder; those whose lists changed by it must be flushed too. */
  private void create(Path wanted, Set<Path> changed) throws IOException {
    if (Files.isDirectory(wanted)) {
      return;
    }
    create(parent(wanted), changed);
    Files.createDirectories(wanted);
    changed.add(parent(wanted));
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " is in no folder");
    }
    return parent;
  }

  private static void writeFully(FileChannel channel, List<ByteBuffer> bytes) throws IOException {
    ByteBuffer[] rest = new ByteBuffer[bytes.size()];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = bytes.get(i).duplicate();
    }
    int at = 0;
    while (at < rest.length) {
      if (rest[at].hasRemaining()) {
        channel.write(rest, at, rest.length - at);
      } else {
        at++;
      }
    }
  }

  private static void sync(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      // Some platforms cannot open a folder; there its list is as durable as it gets.
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }
}
