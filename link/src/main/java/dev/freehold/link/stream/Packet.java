// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import dev.freehold.link.channel.Channel;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plaintext of one sealed record (docs/formats/link.md).
 *
 * @param first the number of the first numbered frame in it, or of the next where it has none
 * @param acknowledged the number of the first frame that the sender has not yet received
 * @param frames what it carries
 */
record Packet(long first, long acknowledged, List<Frame> frames) {
  static final int HEAD_BYTES = 2 * Long.BYTES;

  Packet {
    frames = List.copyOf(frames);
  }

  byte[] bytes() {
    List<byte[]> encoded = frames.stream().map(Frame::encoded).toList();
    ByteBuffer all =
        ByteBuffer.allocate(HEAD_BYTES + encoded.stream().mapToInt(b -> b.length).sum());
    all.putLong(first).putLong(acknowledged);
    encoded.forEach(all::put);
    return all.array();
  }

  static Parsed<Packet> parse(byte[] bytes) {
    if (bytes.length < HEAD_BYTES || bytes.length > Channel.RECORD_LIMIT) {
      return new Parsed.Malformed<>("a record has 16 to 61440 bytes, not " + bytes.length);
    }
    ByteBuffer from = ByteBuffer.wrap(bytes);
    long first = from.getLong();
    long acknowledged = from.getLong();
    if (first < 0 || acknowledged < 0) {
      return new Parsed.Malformed<>("frames are numbered from 0 on");
    }
    List<Frame> frames = new ArrayList<>();
    while (from.hasRemaining()) {
      int at = from.position();
      Optional<Frame> frame = frame(from);
      if (frame.isEmpty()) {
        return new Parsed.Malformed<>("no frame starts at byte " + at);
      }
      frames.add(frame.get());
    }
    return new Parsed.Read<>(new Packet(first, acknowledged, frames));
  }

  private static Optional<Frame> frame(ByteBuffer from) {
    byte kind = from.get();
    return switch (kind) {
      case Frame.NOTE -> {
        Optional<byte[]> bytes = from.remaining() < 2 ? Optional.empty() : counted(from);
        yield bytes.filter(b -> b.length <= Frame.Note.LIMIT).map(Frame.Note::new);
      }
      case Frame.PING ->
          from.remaining() < 8 ? Optional.empty() : Optional.of(new Frame.Ping(from.getLong()));
      case Frame.PONG ->
          from.remaining() < 8 ? Optional.empty() : Optional.of(new Frame.Pong(from.getLong()));
      case Frame.OPEN, Frame.DATA, Frame.END, Frame.CANCEL, Frame.CREDIT ->
          from.remaining() < 4 ? Optional.empty() : ofStream(kind, from.getInt(), from);
      default -> Optional.empty();
    };
  }

  private static Optional<Frame> ofStream(byte kind, int stream, ByteBuffer from) {
    if (stream < 1) {
      return Optional.empty();
    }
    return switch (kind) {
      case Frame.END -> Optional.of(new Frame.End(stream));
      case Frame.CANCEL ->
          from.hasRemaining()
              ? Cancellation.ofCode(from.get()).map(why -> new Frame.Cancel(stream, why))
              : Optional.empty();
      case Frame.CREDIT ->
          from.remaining() < 4
              ? Optional.empty()
              : Optional.of(from.getInt())
                  .filter(credit -> credit > 0)
                  .map(credit -> new Frame.Credit(stream, credit));
      case Frame.DATA ->
          (from.remaining() < 2 ? Optional.<byte[]>empty() : counted(from))
              .filter(bytes -> bytes.length > 0 && bytes.length <= Frame.DATA_LIMIT)
              .map(bytes -> new Frame.Data(stream, bytes));
      default -> open(stream, from);
    };
  }

  private static Optional<Frame> open(int stream, ByteBuffer from) {
    int length = from.hasRemaining() ? from.get() : 0;
    if (length < 1 || length > from.remaining()) {
      return Optional.empty();
    }
    byte[] name = new byte[length];
    from.get(name);
    try {
      return Optional.of(
          new Frame.Open(stream, new Protocol(new String(name, StandardCharsets.ISO_8859_1))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<byte[]> counted(ByteBuffer from) {
    int length = Short.toUnsignedInt(from.getShort());
    if (length > from.remaining()) {
      return Optional.empty();
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return Optional.of(bytes);
  }
}
