// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What two nodes exchange on a path, in the clear (docs/formats/link.md): a kind, the path, a body.
 *
 * @param kind which step of the handshake, or a sealed record
 * @param path which path
 * @param bytes the whole message, {@link #HEAD_BYTES} of head included; nobody changes them
 */
@SuppressWarnings("ArrayRecordComponent")
public record PathMessage(Kind kind, PathId path, byte[] bytes) {
  /** Length before the body. */
  public static final int HEAD_BYTES = 1 + Long.BYTES;

  /** The longest message. */
  public static final int LENGTH_LIMIT = HEAD_BYTES + Channel.RECORD_LIMIT + Channel.OVERHEAD;

  /** What a message is. */
  public enum Kind {
    /** The caller's first. */
    HELLO(1),
    /** The answer to it. */
    REPLY(2),
    /** The caller proves itself. */
    CONFIRM(3),
    /** The path is up. */
    READY(4),
    /** A sealed record. */
    RECORD(5),
    /** The sender has left the path. Anybody on the way can say so, and break the path anyway. */
    CLOSE(6);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }
  }

  private static final Kind[] KINDS = Kind.values();

  /** A message of a head and a body. */
  public static PathMessage of(Kind kind, PathId path, byte[] body) {
    byte[] bytes = head(kind, path, HEAD_BYTES + body.length);
    System.arraycopy(body, 0, bytes, HEAD_BYTES, body.length);
    return new PathMessage(kind, path, bytes);
  }

  /** Seals a record right behind its head. */
  public static PathMessage record(PathId path, Channel channel, byte[] plaintext) {
    byte[] bytes = head(Kind.RECORD, path, HEAD_BYTES + plaintext.length + Channel.OVERHEAD);
    channel.seal(plaintext, plaintext.length, bytes, HEAD_BYTES);
    return new PathMessage(Kind.RECORD, path, bytes);
  }

  /** Reads foreign bytes; they must not change afterwards. */
  public static Parsed<PathMessage> parse(byte[] bytes) {
    if (bytes.length < HEAD_BYTES || bytes.length > LENGTH_LIMIT) {
      return new Parsed.Malformed<>("a path's message has no " + bytes.length + " bytes");
    }
    int kind = bytes[0] - 1;
    if (kind < 0 || kind >= KINDS.length) {
      return new Parsed.Malformed<>("a path's message is not of kind " + bytes[0]);
    }
    if (KINDS[kind] == Kind.CLOSE && bytes.length > HEAD_BYTES) {
      return new Parsed.Malformed<>("a close has no body");
    }
    long path = ByteBuffer.wrap(bytes).getLong(1);
    return new Parsed.Read<>(new PathMessage(KINDS[kind], new PathId(path), bytes));
  }

  /** A copy of what follows the head. */
  public byte[] body() {
    return Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length);
  }

  private static byte[] head(Kind kind, PathId path, int length) {
    byte[] bytes = new byte[length];
    bytes[0] = kind.code;
    ByteBuffer.wrap(bytes).putLong(1, path.value());
    return bytes;
  }
}
