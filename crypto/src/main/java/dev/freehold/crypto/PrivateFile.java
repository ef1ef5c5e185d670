// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * A file that only its owner may read. It appears whole or not at all, durably. Where the file
 * system knows no POSIX permissions, the folder's own protection is all there is.
 */
public final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private PrivateFile() {}

  /**
   * Writes a file that is not there yet.
   *
   * @throws FileAlreadyExistsException if there is a file of that name; it stays as it is
   */
  public static void create(Path file, byte[] bytes, SecureRandom random) throws IOException {
    Path folder = folder(file);
    Path fresh = fresh(folder, file, random);
    try {
      writeDurably(fresh, bytes);
      publish(fresh, file);
    } finally {
      Files.deleteIfExists(fresh);
    }
    syncFolder(folder);
  }

  /** Puts bytes in the place of a file: it is the old one or the new one at every moment. */
  public static void replace(Path file, byte[] bytes, SecureRandom random) throws IOException {
    Path folder = folder(file);
    Path fresh = fresh(folder, file, random);
    try {
      writeDurably(fresh, bytes);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
    syncFolder(folder);
  }

  /** Durably deletes a file; it is well where there is none. */
  public static void erase(Path file) throws IOException {
    Path folder = folder(file);
    Files.deleteIfExists(file);
    syncFolder(folder);
  }

  /**
   * What a private key's file holds, up to one byte more than {@code limit}.
   *
   * @throws KeyFileException if others than its owner may read it
   */
  public static byte[] read(Path file, int limit) throws IOException, KeyFileException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> permissions = view.readAttributes().permissions();
      if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER"))) {
        throw new KeyFileException(
            "the private key in %s is open to others (%s): if nobody can have read it, run chmod 600 %s; otherwise use a new key"
                .formatted(file, PosixFilePermissions.toString(permissions), file));
      }
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(limit + 1);
    }
  }

  private static Path folder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is not a name for a key file");
    }
    return folder;
  }

  private static Path fresh(Path folder, Path file, SecureRandom random) {
    byte[] suffix = new byte[8];
    random.nextBytes(suffix);
    return folder.resolve(file.getFileName() + "." + HexFormat.of().formatHex(suffix));
  }

  private static void writeDurably(Path file, byte[] bytes) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    try (FileChannel channel = FileChannel.open(file, options, attributes)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /**
   * Gives the finished file its name, unless the name is taken: a link can't replace, unlike a
   * move.
   */
  private static void publish(Path fresh, Path file) throws IOException {
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // The system's names the other file, too, which is nobody's business.
      throw new FileAlreadyExistsException(file.toString());
    } catch (UnsupportedOperationException | IOException e) {
      // A file system without links.
      Files.move(fresh, file);
    }
  }

  private static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Some platforms cannot sync a folder: the file itself is durable.
    }
  }
}
