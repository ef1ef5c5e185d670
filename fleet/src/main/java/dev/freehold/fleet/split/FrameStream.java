// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.fleet.ByteStream;
import dev.freehold.record.Parsed;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Frames over a stream. One thread reads; any thread writes. */
final class FrameStream implements Frames {
  private static final int FIRST_READ = 1 << 16;

  /** Bytes of frames that are written at once, unless one frame alone is longer. */
  private static final int TOGETHER = 1 << 15;

  /** A frame's length and type. */
  private static final int HEAD = 5;

  private final ByteStream stream;
  private final DataInputStream input;
  private final OutputStream output;
  private final ReentrantLock writing = new ReentrantLock();

  /** Guarded by the lock. */
  private byte[] buffer = new byte[1 << 12];

  FrameStream(ByteStream stream) throws IOException {
    this.stream = stream;
    this.input = new DataInputStream(new BufferedInputStream(stream.input(), FIRST_READ));
    this.output = stream.output();
  }

  @Override
  public Frame read() throws IOException {
    int length = input.readInt();
    if (length < 1 || length > Frame.LIMIT) {
      throw new ProtocolException("a frame of " + Integer.toUnsignedString(length) + " bytes");
    }
    // A liar's length must not cost memory before its bytes come.
    byte[] bytes = input.readNBytes(Math.min(length, FIRST_READ));
    if (bytes.length == FIRST_READ && length > FIRST_READ) {
      byte[] rest = input.readNBytes(length - FIRST_READ);
      byte[] whole = new byte[FIRST_READ + rest.length];
      System.arraycopy(bytes, 0, whole, 0, FIRST_READ);
      System.arraycopy(rest, 0, whole, FIRST_READ, rest.length);
      bytes = whole;
    }
    if (bytes.length < length) {
      throw new EOFException("the stream ended within a frame");
    }
    return switch (Frame.decode(bytes)) {
      case Parsed.Read<Frame>(Frame frame) -> frame;
      case Parsed.Malformed<Frame>(String reason) -> throw new ProtocolException(reason);
    };
  }

  @Override
  public void deliver(Taker taker) throws IOException {
    while (true) {
      taker.take(readTogether());
      taker.work(true);
    }
  }

  /**
   * Waits for the next frame, and takes the finished work behind it that has come too: what was
   * written together is read together. A statement among it is left for the next call, since
   * judging it takes longer than passing work on.
   */
  List<Frame> readTogether() throws IOException {
    List<Frame> frames = new ArrayList<>();
    do {
      frames.add(read());
    } while (doneIsThere());
    return frames;
  }

  private boolean doneIsThere() throws IOException {
    int there = input.available();
    if (there < HEAD || there > FIRST_READ) {
      return false;
    }
    input.mark(HEAD);
    int length = input.readInt();
    int type = input.read();
    input.reset();
    return type == Frame.DONE && length > 0 && length <= there - 4;
  }

  /** Short ones are written together. */
  @Override
  public void write(List<? extends Frame> frames) throws IOException {
    if (frames.isEmpty()) {
      return;
    }
    writing.lock();
    try {
      int filled = 0;
      for (Frame frame : frames) {
        ByteBuffer[] parts = frame.encode();
        int length = 0;
        for (ByteBuffer part : parts) {
          length = Math.addExact(length, part.remaining());
        }
        if (length > Frame.LIMIT) {
          throw new ProtocolException("a frame of " + length + " bytes is too long");
        }
        if (filled > 0 && filled + 4 + length > TOGETHER) {
          output.write(buffer, 0, filled);
          filled = 0;
        }
        if (buffer.length < filled + 4 + length) {
          buffer = Arrays.copyOf(buffer, Math.max(filled + 4 + length, TOGETHER));
        }
        ByteBuffer out = ByteBuffer.wrap(buffer, filled, 4 + length).putInt(length);
        for (ByteBuffer part : parts) {
          out.put(part);
        }
        filled = out.position();
      }
      output.write(buffer, 0, filled);
      output.flush();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
