// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.record.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes server-sent events: each is one {@code data:} line of JSON, and goes out at once. */
final class EventStream implements AutoCloseable {
  private final OutputStream out;

  EventStream(OutputStream out) {
    this.out = out;
  }

  /**
   * Sends one event.
   *
   * @throws IOException if the client is gone
   */
  void send(Json event) throws IOException {
    data(event.write());
  }

  /** Sends the {@code [DONE]} that ends a stream. */
  void done() throws IOException {
    data("[DONE]");
  }

  private void data(String line) throws IOException {
    // JSON text holds no raw line break, so one data line is enough.
    try {
      out.write(("data: " + line + "\n\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (RuntimeException e) {
      // The server's own exceptions for a connection that is gone.
      throw new IOException("the client is gone", e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
    } catch (RuntimeException e) {
      throw new IOException("the client is gone", e);
    }
  }
}
