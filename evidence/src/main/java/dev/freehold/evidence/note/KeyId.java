// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The short id of a key. It finds a key among known ones and proves nothing: it is easily forged.
 *
 * @param value 32 bits, big-endian in a signature
 */
public record KeyId(int value) {

  /** The first four bytes of SHA-256 over name, line feed, type and key. */
  static KeyId of(KeyName name, SignatureType type, byte[] publicKey) {
    byte[] head = (name.text() + "\n").getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(head, new byte[] {type.code()}, publicKey);
    return new KeyId(ByteBuffer.wrap(digest.bytes()).getInt());
  }

  /** Eight lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return String.format("%08x", value);
  }
}
