// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.keys;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Passphrase;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.node.files.OwnerFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A file whose first line is the passphrase; only its owner may read it. */
public final class PassphraseFile implements PassphraseSource {
  private final Path source;

  /** Reads {@code source} whenever it is asked. */
  public PassphraseFile(Path source) {
    this.source = source;
  }

  @Override
  public Optional<Passphrase> passphrase(Path file, NodeId node) throws IOException {
    if (!Files.isRegularFile(source)) {
      throw new IOException("there is no passphrase file " + source);
    }
    if (OwnerFiles.openToOthers(source)) {
      throw new IOException(
          "others than its owner can read or write the passphrase file "
              + source
              + ": run chmod 600 "
              + source);
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(source)) {
      bytes = in.readNBytes(Passphrase.LIMIT + 2);
    }
    char[] text = line(bytes);
    try {
      return Optional.of(Passphrase.of(text));
    } catch (IllegalArgumentException e) {
      throw new IOException("the passphrase file " + source + " is wrong: " + e.getMessage(), e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(text, '\0');
    }
  }

  private char[] line(byte[] bytes) throws IOException {
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
      end++;
    }
    try {
      CharBuffer decoded =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, end));
      char[] text = new char[decoded.remaining()];
      decoded.get(text);
      decoded.clear().put(new char[decoded.capacity()]);
      return text;
    } catch (CharacterCodingException e) {
      throw new IOException("the passphrase file " + source + " is not UTF-8 text", e);
    }
  }
}
