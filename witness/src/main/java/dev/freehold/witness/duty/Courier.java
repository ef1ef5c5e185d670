// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import java.io.IOException;
import java.net.URI;

/** The way to others: one request, one reply. Safe for use by many threads. */
public interface Courier {
  /** What came back. */
  final class Reply {
    private final int status;
    private final byte[] body;

    /**
     * Copies the body.
     *
     * @param status of HTTP
     * @param body at most 1 MiB
     */
    public Reply(int status, byte[] body) {
      this.status = status;
      this.body = body.clone();
    }

    /** The status of HTTP. */
    public int status() {
      return status;
    }

    /** A copy of the body. */
    public byte[] body() {
      return body.clone();
    }
  }

  /**
   * Sends bytes.
   *
   * @throws IOException if no whole reply comes within some seconds
   */
  Reply post(URI to, String type, byte[] body) throws IOException, InterruptedException;

  /**
   * Asks for bytes.
   *
   * @throws IOException if no whole reply comes within some seconds
   */
  Reply get(URI from) throws IOException, InterruptedException;
}
