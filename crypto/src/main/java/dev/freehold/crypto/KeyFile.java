// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * A private key on disk (docs/formats/key-file.md): one line of canonical JSON that only its owner
 * may read. Where the file system knows no POSIX permissions, the folder's own protection is all
 * there is.
 */
public final class KeyFile {
  private static final String FORMAT = "freehold-key/1";
  private static final int LENGTH_LIMIT = 4096;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private KeyFile() {}

  /**
   * Writes a fresh key. The file appears whole or not at all, and an existing one is never
   * replaced.
   *
   * @throws FileAlreadyExistsException if there is a file of that name
   */
  public static SigningKey create(Path file, SecureRandom random) throws IOException {
    SigningKey key = SigningKey.generate(random);
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is not a name for a key file");
    }
    byte[] suffix = new byte[8];
    random.nextBytes(suffix);
    Path fresh = folder.resolve(file.getFileName() + "." + HexFormat.of().formatHex(suffix));
    try {
      writeDurably(fresh, encode(key));
      publish(fresh, file);
    } finally {
      Files.deleteIfExists(fresh);
    }
    syncFolder(folder);
    return key;
  }

  /** Reads the key, and writes a fresh one first where there is no such file. */
  public static SigningKey loadOrCreate(Path file, SecureRandom random)
      throws IOException, KeyFileException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      try {
        return create(file, random);
      } catch (FileAlreadyExistsException e) {
        // Another process was faster: its key is the one.
      }
    }
    return load(file);
  }

  /**
   * Reads a key.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws KeyFileException if others may read it, or it is not a key file of this format
   */
  public static SigningKey load(Path file) throws IOException, KeyFileException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> permissions = view.readAttributes().permissions();
      if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER"))) {
        throw new KeyFileException(
            "the private key in %s is open to others (%s): if nobody can have read it, run chmod 600 %s; otherwise use a new key"
                .formatted(file, PosixFilePermissions.toString(permissions), file));
      }
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LENGTH_LIMIT + 1);
    }
    return decode(file, bytes);
  }

  private static byte[] encode(SigningKey key) {
    Json.Obj text =
        Json.object()
            .put("format", FORMAT)
            .put("kind", "ed25519")
            .put("node", key.nodeId().toString())
            .put("seed", HexFormat.of().formatHex(key.seed()))
            .build();
    return (CanonicalJson.text(text) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static SigningKey decode(Path file, byte[] bytes) throws KeyFileException {
    if (bytes.length == 0) {
      throw broken(file, "it is empty");
    }
    if (bytes.length > LENGTH_LIMIT) {
      throw broken(file, "it is longer than any key file");
    }
    Json.Obj members;
    try {
      if (!(Json.parse(bytes) instanceof Json.Obj object)) {
        throw broken(file, "it is not a JSON object");
      }
      members = object;
    } catch (JsonException e) {
      throw broken(file, "it is truncated or not a key file (" + e.getMessage() + ")");
    }
    if (!string(members, "format").equals(FORMAT)) {
      throw broken(file, "its format is '" + string(members, "format") + "', not " + FORMAT);
    }
    if (!string(members, "kind").equals("ed25519")) {
      throw broken(file, "it holds a key of kind '" + string(members, "kind") + "', not ed25519");
    }
    String seed = string(members, "seed");
    if (!seed.matches("[0-9a-f]{64}")) {
      throw broken(file, "its seed is not 64 lower-case hexadecimal digits");
    }
    SigningKey key = SigningKey.ofSeed(HexFormat.of().parseHex(seed));
    if (!string(members, "node").equals(key.nodeId().toString())) {
      throw broken(file, "its seed does not belong to the node it names");
    }
    if (!Arrays.equals(encode(key), bytes)) {
      throw broken(file, "it was changed by something other than Freehold");
    }
    return key;
  }

  private static String string(Json.Obj members, String name) {
    return members.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text ? text.value() : "";
  }

  private static KeyFileException broken(Path file, String what) {
    return new KeyFileException(
        "the key file %s cannot be used: %s. Put back a copy of it, or move it away to start with a new key (and a new name)"
            .formatted(file, what));
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
      throw e;
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
