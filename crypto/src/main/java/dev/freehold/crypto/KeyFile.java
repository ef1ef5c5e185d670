// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Members;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A private key on disk (docs/formats/key-file.md): one line of canonical JSON that only its owner
 * may read, open or sealed with a passphrase. Where the file system knows no POSIX permissions, the
 * folder's own protection is all there is.
 */
public final class KeyFile {
  private static final String FORMAT = "freehold-key/1";
  private static final String CHANGED = "it was changed by something other than Freehold";
  private static final int LENGTH_LIMIT = 4096;

  private KeyFile() {}

  /**
   * Writes a fresh key. The file appears whole or not at all, and an existing one is never
   * replaced.
   *
   * @throws FileAlreadyExistsException if there is a file of that name
   */
  public static SigningKey create(Path file, SecureRandom random) throws IOException {
    SigningKey key = SigningKey.generate(random);
    PrivateFile.create(file, encode(key), random);
    return key;
  }

  /** Reads the key, and writes a fresh, open one first where there is no such file. */
  public static SigningKey loadOrCreate(
      Path file, PassphraseSource passphrases, SecureRandom random)
      throws IOException, KeyFileException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      try {
        return create(file, random);
      } catch (FileAlreadyExistsException e) {
        // Another process was faster: its key is the one.
      }
    }
    return load(file, passphrases);
  }

  /**
   * Reads a key.
   *
   * @param passphrases asked where the file is sealed
   * @throws NoSuchFileException if there is no such file
   * @throws KeyFileException if others may read it, it is not a key file of this format, or it is
   *     sealed and no passphrase opens it
   */
  public static SigningKey load(Path file, PassphraseSource passphrases)
      throws IOException, KeyFileException {
    return switch (read(file)) {
      case Content.Open(SigningKey key) -> key;
      case Content.Sealed(SealedSeed seed) -> unseal(file, seed, passphrases);
    };
  }

  /**
   * Whose key is in the file; needs no passphrase, and so is the file's word where it is sealed.
   */
  public static NodeId name(Path file) throws IOException, KeyFileException {
    return switch (read(file)) {
      case Content.Open(SigningKey key) -> key.nodeId();
      case Content.Sealed(SealedSeed seed) -> seed.node();
    };
  }

  /** Whether a passphrase is needed. */
  public static boolean sealed(Path file) throws IOException, KeyFileException {
    return read(file) instanceof Content.Sealed;
  }

  /**
   * Puts the key, sealed with {@code passphrase}, in the place of the file, whether that was sealed
   * or not. The file is the old one or the new one at every moment.
   *
   * @param key what {@link #load} gave for this file
   */
  public static void seal(Path file, SigningKey key, Passphrase passphrase, SecureRandom random)
      throws IOException {
    seal(file, key, passphrase, SealedSeed.Cost.WRITTEN, random);
  }

  static void seal(
      Path file, SigningKey key, Passphrase passphrase, SealedSeed.Cost cost, SecureRandom random)
      throws IOException {
    PrivateFile.replace(
        file, line(SealedSeed.seal(key, passphrase, cost, random).toJson()), random);
  }

  /** Puts the key, protected by the file's permissions alone, in the place of the file. */
  public static void open(Path file, SigningKey key, SecureRandom random) throws IOException {
    PrivateFile.replace(file, encode(key), random);
  }

  private static SigningKey unseal(Path file, SealedSeed seed, PassphraseSource passphrases)
      throws IOException, KeyFileException {
    try (Passphrase passphrase =
        passphrases
            .passphrase(file, seed.node())
            .orElseThrow(
                () ->
                    new KeyFileException(
                        "the key file %s is sealed, and nobody gave its passphrase: write it into a file that only you can read and name that in FREEHOLD_PASSPHRASE_FILE, or run this on a terminal"
                            .formatted(file)))) {
      return seed.open(passphrase)
          .orElseThrow(
              () ->
                  new KeyFileException(
                      "the passphrase does not open the key file %s: it is another one, or the file was changed"
                          .formatted(file)));
    }
  }

  /** What a file holds. */
  private sealed interface Content {
    record Open(SigningKey key) implements Content {}

    record Sealed(SealedSeed seed) implements Content {}
  }

  private static Content read(Path file) throws IOException, KeyFileException {
    byte[] bytes = PrivateFile.read(file, LENGTH_LIMIT);
    return decode(file, bytes);
  }

  private static byte[] encode(SigningKey key) {
    return line(
        Json.object()
            .put("format", FORMAT)
            .put("kind", "ed25519")
            .put("node", key.nodeId().toString())
            .put("seed", HexFormat.of().formatHex(key.seed()))
            .build());
  }

  private static byte[] line(Json.Obj text) {
    return (CanonicalJson.text(text) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static Content decode(Path file, byte[] bytes) throws KeyFileException {
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
    if (string(members, "format").equals(SealedSeed.FORMAT)) {
      return new Content.Sealed(sealed(file, members, bytes));
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
      throw broken(file, CHANGED);
    }
    return new Content.Open(key);
  }

  private static SealedSeed sealed(Path file, Json.Obj members, byte[] bytes)
      throws KeyFileException {
    try {
      SealedSeed seed = SealedSeed.read(members);
      if (!Arrays.equals(line(seed.toJson()), bytes)) {
        throw broken(file, CHANGED);
      }
      return seed;
    } catch (Members.MalformedException e) {
      throw broken(file, e.reason());
    }
  }

  private static String string(Json.Obj members, String name) {
    return members.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text ? text.value() : "";
  }

  private static KeyFileException broken(Path file, String what) {
    return new KeyFileException(
        "the key file %s cannot be used: %s. Put back a copy of it, or move it away to start with a new key (and a new name)"
            .formatted(file, what));
  }
}
