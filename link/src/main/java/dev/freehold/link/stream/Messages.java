// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.io.EOFException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Whole messages over a stream: a length of 4 bytes, big-endian, then so many bytes. */
public final class Messages {
  private final LinkStream stream;
  private final int limit;

  Messages(LinkStream stream, int limit) {
    this.stream = stream;
    this.limit = limit;
  }

  /**
   * Sends one message, of any length that the other side takes.
   *
   * @throws StreamCancelled if the stream was ended before its end
   */
  public void send(byte[] message) throws IOException {
    stream.write(
        ByteBuffer.allocate(Integer.BYTES + message.length)
            .putInt(message.length)
            .put(message)
            .array());
  }

  /**
   * Waits for the next message; empty after the end.
   *
   * @throws StreamCorruptedException if it is longer than the limit; the stream is cancelled
   * @throws EOFException if the stream ends within a message
   * @throws StreamCancelled if the stream was ended before its end
   */
  public Optional<byte[]> receive() throws IOException {
    byte[] head = new byte[Integer.BYTES];
    int first = fill(head);
    if (first == 0) {
      return Optional.empty();
    }
    int length = ByteBuffer.wrap(head).getInt();
    if (first == head.length && (length < 0 || length > limit)) {
      stream.cancel();
      throw new StreamCorruptedException(
          "%s: a message of %d bytes, the limit is %d"
              .formatted(stream, Integer.toUnsignedLong(length), limit));
    }
    byte[] message = new byte[first == head.length ? length : 0];
    if (first < head.length || fill(message) < length) {
      throw new EOFException(stream + " ended within a message");
    }
    return Optional.of(message);
  }

  private int fill(byte[] bytes) throws IOException {
    int filled = 0;
    while (filled < bytes.length) {
      int more = stream.read(bytes, filled, bytes.length - filled);
      if (more < 0) {
        return filled;
      }
      filled += more;
    }
    return filled;
  }
}
