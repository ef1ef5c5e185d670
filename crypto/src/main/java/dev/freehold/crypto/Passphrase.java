// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/** What a key file is sealed with. It is never printed; {@link #close} wipes it. */
public final class Passphrase implements AutoCloseable {
  /** The longest in bytes. */
  public static final int LIMIT = 1024;

  private final byte[] bytes;

  private Passphrase(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A passphrase of 1 to 1024 bytes of UTF-8.
   *
   * @throws IllegalArgumentException if it is empty, longer or not text; the message does not quote
   *     it
   */
  public static Passphrase of(char[] text) {
    ByteBuffer encoded;
    try {
      encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the passphrase is not text", e);
    }
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    encoded.clear().put(new byte[encoded.capacity()]);
    if (bytes.length == 0) {
      throw new IllegalArgumentException("the passphrase is empty");
    }
    if (bytes.length > LIMIT) {
      Arrays.fill(bytes, (byte) 0);
      throw new IllegalArgumentException("the passphrase is longer than " + LIMIT + " bytes");
    }
    return new Passphrase(bytes);
  }

  /** 256 random bits as 64 hexadecimal digits: for a keyring, not for a person. */
  public static Passphrase random(SecureRandom random) {
    byte[] drawn = new byte[32];
    random.nextBytes(drawn);
    return of(HexFormat.of().formatHex(drawn).toCharArray());
  }

  /** A copy of its bytes, to be wiped by whoever asked. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }

  /** Says nothing of it. */
  @Override
  public String toString() {
    return "passphrase";
  }
}
