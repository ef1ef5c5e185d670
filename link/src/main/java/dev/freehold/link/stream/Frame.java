// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a record of a link holds after its head (docs/formats/link.md). */
sealed interface Frame {
  /** The most bytes of one DATA frame: so that no stream holds the others up for long. */
  int DATA_LIMIT = 16_384;

  /** Frames that are numbered, kept until they are acknowledged, and sent again on a new path. */
  sealed interface Numbered extends Frame {
    /** Which stream it belongs to; 0 for the link itself. */
    int stream();
  }

  /** How many bytes of a fresh stream each side may send before it is given more. */
  int INITIAL_CREDIT = 65_536;

  /** A stream begins. */
  record Open(int stream, Protocol protocol) implements Numbered {}

  /** Bytes of a stream: 1 to {@link #DATA_LIMIT}. */
  @SuppressWarnings("ArrayRecordComponent")
  record Data(int stream, byte[] bytes) implements Numbered {}

  /** No more bytes of this direction follow. */
  record End(int stream) implements Numbered {}

  /** The stream is over, both ways. */
  record Cancel(int stream, Cancellation why) implements Numbered {}

  /** The receiver of this frame may send so many more bytes. */
  record Credit(int stream, int bytes) implements Numbered {}

  /** Something for the link itself, e.g. where this node listens. */
  @SuppressWarnings("ArrayRecordComponent")
  record Note(byte[] bytes) implements Numbered {
    static final int LIMIT = 1024;

    @Override
    public int stream() {
      return 0;
    }
  }

  /** To be answered at once, on the same path. */
  record Ping(long value) implements Frame {}

  /** The answer. */
  record Pong(long value) implements Frame {}

  byte OPEN = 1;
  byte DATA = 2;
  byte END = 3;
  byte CANCEL = 4;
  byte CREDIT = 5;
  byte NOTE = 6;
  byte PING = 16;
  byte PONG = 17;

  /** The one encoding. */
  default byte[] encoded() {
    return switch (this) {
      case Open(int stream, Protocol protocol) -> {
        byte[] name = protocol.name().getBytes(StandardCharsets.US_ASCII);
        yield start(OPEN, stream, 1 + name.length).put((byte) name.length).put(name).array();
      }
      case Data(int stream, byte[] bytes) ->
          start(DATA, stream, 2 + bytes.length).putShort((short) bytes.length).put(bytes).array();
      case End(int stream) -> start(END, stream, 0).array();
      case Cancel(int stream, Cancellation why) ->
          start(CANCEL, stream, 1).put((byte) why.code()).array();
      case Credit(int stream, int bytes) -> start(CREDIT, stream, 4).putInt(bytes).array();
      case Note(byte[] bytes) ->
          ByteBuffer.allocate(3 + bytes.length)
              .put(NOTE)
              .putShort((short) bytes.length)
              .put(bytes)
              .array();
      case Ping(long value) -> ByteBuffer.allocate(9).put(PING).putLong(value).array();
      case Pong(long value) -> ByteBuffer.allocate(9).put(PONG).putLong(value).array();
    };
  }

  private static ByteBuffer start(byte kind, int stream, int more) {
    return ByteBuffer.allocate(5 + more).put(kind).putInt(stream);
  }
}
