// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Bytes in both directions between two machines, in order and whole. Who is at the other end is for
 * whoever opens it to make sure of.
 */
public interface ByteStream extends Closeable {
  /** What the other end writes. Its end or an exception: the other end is gone. */
  InputStream input() throws IOException;

  /** What the other end reads. A write may be held back until it is flushed. */
  OutputStream output() throws IOException;

  /** Whether the other end can be reached now, as far as whoever carries it knows. */
  default boolean linked() {
    return true;
  }

  /** Says that the other end should have said something by now: whoever carries it may ask. */
  default void doubt() {}

  /** Ends both directions; readers and writers that wait are released with an exception. */
  @Override
  void close();
}
