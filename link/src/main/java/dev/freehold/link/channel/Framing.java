// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import dev.freehold.record.Parsed;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Path messages in a stream of bytes: the length in three bytes before each. */
public final class Framing {
  static final int LENGTH_BYTES = 3;

  private Framing() {}

  /** A message with its length before it. */
  public static byte[] framed(PathMessage message) {
    byte[] bytes = message.bytes();
    byte[] framed = new byte[LENGTH_BYTES + bytes.length];
    framed[0] = (byte) (bytes.length >> 16);
    framed[1] = (byte) (bytes.length >> 8);
    framed[2] = (byte) bytes.length;
    System.arraycopy(bytes, 0, framed, LENGTH_BYTES, bytes.length);
    return framed;
  }

  /**
   * Reads the next message.
   *
   * @throws IOException if the stream has ended or carries something else
   */
  public static PathMessage read(InputStream from) throws IOException {
    byte[] head = from.readNBytes(LENGTH_BYTES);
    if (head.length < LENGTH_BYTES) {
      throw new EOFException("the other node has closed the connection");
    }
    int length = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
    if (length > PathMessage.LENGTH_LIMIT) {
      throw new IOException("a message of " + length + " bytes");
    }
    byte[] bytes = from.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection ended within a message");
    }
    return switch (PathMessage.parse(bytes)) {
      case Parsed.Read<PathMessage>(PathMessage message) -> message;
      case Parsed.Malformed<PathMessage>(String reason) -> throw new IOException(reason);
    };
  }
}
