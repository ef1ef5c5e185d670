// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A stream of bytes within one process: what one end writes, the other one reads. */
public final class InnerStream implements ByteStream {
  private static final int LIMIT = 1 << 22;

  private final Pipe in;
  private final Pipe out;

  private InnerStream(Pipe in, Pipe out) {
    this.in = in;
    this.out = out;
  }

  /** Its two ends. */
  public record Pair(ByteStream one, ByteStream other) {}

  /** A new one. */
  public static Pair pair() {
    Pipe there = new Pipe();
    Pipe back = new Pipe();
    return new Pair(new InnerStream(back, there), new InnerStream(there, back));
  }

  /** One direction. All state is owned by the lock. */
  private static final class Pipe {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private int offset;
    private int held;
    private boolean ended;

    void write(byte[] from, int start, int length) throws IOException {
      byte[] chunk = new byte[length];
      System.arraycopy(from, start, chunk, 0, length);
      lock.lock();
      try {
        while (held > LIMIT && !ended) {
          changed.awaitUninterruptibly();
        }
        if (ended) {
          throw new IOException("the stream is closed");
        }
        if (length > 0) {
          chunks.addLast(chunk);
          held += length;
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    int read(byte[] to, int start, int length) {
      lock.lock();
      try {
        while (chunks.isEmpty() && !ended) {
          changed.awaitUninterruptibly();
        }
        if (chunks.isEmpty()) {
          return -1;
        }
        byte[] chunk = chunks.getFirst();
        int part = Math.min(length, chunk.length - offset);
        System.arraycopy(chunk, offset, to, start, part);
        offset += part;
        held -= part;
        if (offset == chunk.length) {
          chunks.removeFirst();
          offset = 0;
        }
        changed.signalAll();
        return part;
      } finally {
        lock.unlock();
      }
    }

    void end() {
      lock.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() {
        byte[] one = new byte[1];
        return in.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int start, int length) {
        return length == 0 ? 0 : in.read(to, start, length);
      }
    };
  }

  @Override
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        out.write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] from, int start, int length) throws IOException {
        out.write(from, start, length);
      }
    };
  }

  /** Ends both directions; what was written can still be read. */
  @Override
  public void close() {
    in.end();
    out.end();
  }
}
