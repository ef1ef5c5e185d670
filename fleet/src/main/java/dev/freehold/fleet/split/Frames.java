// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;

/** Frames to and from whoever is at the other end, in order. One thread reads; any writes. */
interface Frames extends AutoCloseable {
  /** Takes what the other end writes. */
  interface Taker {
    /**
     * Takes frames. Whoever wrote them may be waiting, and hold locks.
     *
     * @throws IOException if they are wrong, or what they ask for fails: that ends the connection
     */
    void take(List<Frame> frames) throws IOException;

    /** Does what was asked for: {@link Frames#work}. */
    default void work(boolean here) throws IOException {}
  }

  /**
   * Waits for the next frame.
   *
   * @throws EOFException if the other end is gone
   * @throws ProtocolException if what it sent is no frame
   */
  Frame read() throws IOException;

  /**
   * Gives the taker all that comes from now on, until it throws: on this thread, or on the threads
   * of those who write at the other end.
   *
   * @throws EOFException if the other end is gone
   * @throws IOException if the stream broke, or what the taker threw
   */
  void deliver(Taker taker) throws IOException;

  /** Writes a frame, all of it at once. */
  default void write(Frame frame) throws IOException {
    write(List.of(frame));
  }

  /** Writes frames behind each other. */
  void write(List<? extends Frame> frames) throws IOException;

  /**
   * Has the other end do what it was asked for, where nobody else would tell it: it is in this
   * process. Call it after a {@link #write}, without any lock.
   *
   * @param here whether this thread may do it
   */
  default void work(boolean here) {}

  /** Ends both directions; never waits. */
  @Override
  void close();
}
