// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import dev.freehold.crypto.NodeId;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Bytes both ways between two nodes, in order, each exactly once, over whatever path is up. A write
 * is sent at once; there is nothing to flush. A reader that is slow stops this stream's writer and
 * nobody else.
 *
 * <p>One thread may write while another reads; two threads may not write at once, nor read. A
 * waiting thread that is interrupted throws an {@link java.io.InterruptedIOException}.
 */
public final class LinkStream implements AutoCloseable {
  private final Session session;
  final int id;
  private final Protocol protocol;
  final Condition readable;
  final Condition writable;

  // All below is owned by the session's lock.
  final ArrayDeque<byte[]> pending = new ArrayDeque<>();
  int pendingOffset;
  int pendingBytes;
  long sendCredit = Frame.INITIAL_CREDIT;
  boolean openDue;
  boolean endDue;
  boolean endSent;
  int creditDue;
  @Nullable Cancellation cancelDue;
  boolean scheduled;
  boolean forgotten;

  /** Whoever reads it receives from the path where it can. */
  boolean readerReceives;

  /** Its reader waits to be woken, and would rather receive by itself. */
  boolean readerWaits;

  /** On which path something came last, and when. */
  @Nullable Lane arrivedOn;

  long arrivedAt;

  final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
  int arrivedOffset;
  int window = Frame.INITIAL_CREDIT;
  int receiveCredit = Frame.INITIAL_CREDIT;
  int consumed;
  boolean endArrived;
  @Nullable Cancellation broken;

  LinkStream(Session session, int id, Protocol protocol) {
    this.session = session;
    this.id = id;
    this.protocol = protocol;
    this.readable = session.lock.newCondition();
    this.writable = session.lock.newCondition();
  }

  /** Who is at the other end, proven. */
  public NodeId peer() {
    return session.peer();
  }

  /** Whether a path to the other end is up: where none is, streams wait. */
  public boolean linked() {
    return session.active().isPresent();
  }

  /**
   * Says that something should have come by now. A reader waits for whatever its peer has to say
   * and takes no silence amiss; only the stream's user knows that this one is too long. The peer is
   * asked whether the path is still there.
   */
  public void doubt() {
    session.doubt();
  }

  /**
   * From now on whoever reads the stream receives from the path by itself where it has to wait and
   * nobody else does, so that nobody has to wake it. For streams on which much hangs on each
   * message, read by a platform thread that holds no lock while it reads: it may have to do what
   * follows of the end of the path. While it does something else, other streams of the link may
   * wait up to 13 ms for what has come; when the path changes, it may itself wait up to 20 ms once.
   */
  public void receives() {
    session.receives(this);
  }

  /** What the stream is for. */
  public Protocol protocol() {
    return protocol;
  }

  /**
   * Reads what is there; waits until there is something.
   *
   * @return how many bytes, or -1 after the end
   * @throws StreamCancelled if the stream was ended before its end
   */
  public int read(byte[] to, int offset, int length) throws IOException {
    return session.read(this, to, offset, length);
  }

  /**
   * Writes all bytes; waits while the reader or the path is behind. They are the caller's own again
   * when this returns.
   *
   * @throws StreamCancelled if the stream was ended before its end
   * @throws IllegalStateException after {@link #end}
   */
  public void write(byte[] from, int offset, int length) throws IOException {
    session.write(this, from, offset, length);
  }

  /** Writes all of an array. */
  public void write(byte[] bytes) throws IOException {
    write(bytes, 0, bytes.length);
  }

  /**
   * Says that nothing more will be written; what was written still arrives. The other direction
   * goes on.
   */
  public void end() {
    session.end(this);
  }

  /** Ends both directions now; what has not been read at the other end is thrown away there. */
  public void cancel() {
    session.cancel(this, Cancellation.CANCELLED);
  }

  /** Ends both directions now, and says why. */
  public void cancel(Cancellation why) {
    if (why == Cancellation.LOST || why == Cancellation.LINK_CLOSED) {
      throw new IllegalArgumentException(why + " is never sent");
    }
    session.cancel(this, why);
  }

  /**
   * Gives the stream up: what was written arrives if {@link #end} was called before, and what still
   * comes is refused. Cancels it where {@link #end} was not called.
   */
  @Override
  public void close() {
    session.close(this);
  }

  /** The bytes that come. Closing it does nothing. */
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return LinkStream.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        // InputStream.readNBytes asks for nothing once it has all, and must not wait then.
        return length == 0 ? 0 : LinkStream.this.read(to, offset, length);
      }
    };
  }

  /** The bytes that go. Closing it is {@link #end}. */
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        LinkStream.this.write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        LinkStream.this.write(from, offset, length);
      }

      @Override
      public void close() {
        end();
      }
    };
  }

  /**
   * Messages with a length of 4 bytes before each, for requests and responses.
   *
   * @param limit the longest that is taken, in bytes
   */
  public Messages messages(int limit) {
    return new Messages(this, limit);
  }

  // What follows is called with the session's lock held.

  int take(byte[] to, int offset, int length) {
    int copied = 0;
    while (copied < length && !arrived.isEmpty()) {
      byte[] chunk = arrived.getFirst();
      int part = Math.min(length - copied, chunk.length - arrivedOffset);
      System.arraycopy(chunk, arrivedOffset, to, offset + copied, part);
      copied += part;
      arrivedOffset += part;
      if (arrivedOffset == chunk.length) {
        arrived.removeFirst();
        arrivedOffset = 0;
      }
    }
    return copied;
  }

  void put(byte[] from, int offset, int length) {
    byte[] chunk = new byte[length];
    System.arraycopy(from, offset, chunk, 0, length);
    pending.addLast(chunk);
    pendingBytes += length;
  }

  /** Nothing more is sent, nor read unless all of it came. */
  void throwAway() {
    pending.clear();
    pendingOffset = 0;
    pendingBytes = 0;
    creditDue = 0;
    endDue = false;
    if (!endArrived) {
      arrived.clear();
    }
    readable.signalAll();
    writable.signalAll();
  }

  void requireWhole() throws StreamCancelled {
    if (broken != null) {
      throw new StreamCancelled(toString(), broken);
    }
  }

  /** Both callers look again in their own loops. */
  @SuppressWarnings("WaitNotInLoop")
  static void await(Condition condition) throws InterruptedIOException {
    try {
      condition.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a stream");
    }
  }

  @Override
  public String toString() {
    return "stream " + id + " (" + protocol.name() + ") with " + session.peer();
  }
}
