// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * The files of a log for the one process that appends. What a method wrote is durable when it
 * returns, except where it says otherwise. When it throws, each file it was to write is as before
 * or as asked for; an appended one may hold any part of what was appended, and zeros behind it.
 */
public interface LogStorage extends TileSource, AutoCloseable {
  /** Names of the files in a folder, without those of its folders, in order. */
  List<String> list(String folder) throws IOException;

  /**
   * Creates or replaces files, each of them whole or not at all. A file is what remains in its
   * buffers, one after the other; they are read without being moved.
   */
  void write(Map<String, List<ByteBuffer>> files) throws IOException;

  /** Creates or replaces a file, whole or not at all. */
  default void write(String name, byte[] file) throws IOException {
    write(Map.of(name, List.of(ByteBuffer.wrap(file))));
  }

  /**
   * Creates or replaces files, each of them whole or not at all for everybody who reads, and
   * flushes nothing. Until a {@link #flush} of its name, or a {@link #write} to it, a power cut may
   * leave each of them as it was, as asked for, torn, empty or missing, whatever it leaves of the
   * others.
   */
  void show(Map<String, List<ByteBuffer>> files) throws IOException;

  /**
   * Makes files durable that were shown.
   *
   * @throws IOException if that failed, or one is missing; what a power cut leaves of them is open
   *     then, also after another flush, until they are shown anew
   */
  void flush(List<String> names) throws IOException;

  /**
   * Appends what remains in a buffer to a file, behind what was appended before, and creates it
   * first where there is none. The buffer is read without being moved.
   *
   * @param few whether a flush serves few: then zeros may be written behind, so that the next
   *     flushes need not change the file's length
   */
  void append(String name, ByteBuffer bytes, boolean few) throws IOException;

  /** Cuts a file off. */
  void truncate(String name, long length) throws IOException;

  /**
   * Deletes files; those that are not there are no error. A power cut may bring them back, each for
   * itself.
   */
  void delete(List<String> names) throws IOException;

  /** Lets another process have the log. */
  @Override
  void close() throws IOException;
}
