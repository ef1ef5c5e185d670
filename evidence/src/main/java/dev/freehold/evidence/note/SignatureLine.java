// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** One line under a note: whose signature it says it is, and its bytes; not yet believed. */
public final class SignatureLine {
  private static final String START = "— ";
  private final KeyName name;
  private final KeyId keyId;
  private final byte[] signature;

  /**
   * A line.
   *
   * @throws IllegalArgumentException if the signature has no byte
   */
  SignatureLine(KeyName name, KeyId keyId, byte[] signature) {
    if (signature.length == 0) {
      throw new IllegalArgumentException("a signature has at least one byte");
    }
    this.name = name;
    this.keyId = keyId;
    this.signature = signature.clone();
  }

  /** Reads one line, without its line feed. */
  public static Parsed<SignatureLine> parse(String line) {
    if (!line.startsWith(START)) {
      return new Parsed.Malformed<>("a signature line starts with an em dash and a space");
    }
    int space = line.indexOf(' ', START.length());
    if (space < 0) {
      return new Parsed.Malformed<>("a signature line lacks its signature");
    }
    KeyName name;
    try {
      name = new KeyName(line.substring(START.length(), space));
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("a signature line: " + e.getMessage());
    }
    Optional<byte[]> bytes = StrictBase64.decode(line.substring(space + 1));
    if (bytes.isEmpty() || bytes.get().length < 5) {
      return new Parsed.Malformed<>(
          "the signature of " + name + " is not base64 of a key id and a signature");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes.get());
    KeyId keyId = new KeyId(buffer.getInt());
    byte[] signature = new byte[buffer.remaining()];
    buffer.get(signature);
    return new Parsed.Read<>(new SignatureLine(name, keyId, signature));
  }

  /** The name of the key. */
  public KeyName name() {
    return name;
  }

  /** The id of the key. */
  public KeyId keyId() {
    return keyId;
  }

  /** A copy of what follows the key id. */
  public byte[] signature() {
    return signature.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SignatureLine that
        && name.equals(that.name)
        && keyId.equals(that.keyId)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(signature);
  }

  /** The line without its line feed: what {@link #parse} reads. */
  @Override
  public String toString() {
    ByteBuffer bytes = ByteBuffer.allocate(4 + signature.length);
    bytes.putInt(keyId.value()).put(signature);
    return START + name + " " + StrictBase64.encode(bytes.array());
  }
}
