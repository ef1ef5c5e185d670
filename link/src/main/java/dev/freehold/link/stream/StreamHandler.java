// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.io.IOException;

/** Serves the streams of one protocol that other nodes open. */
@FunctionalInterface
public interface StreamHandler {
  /**
   * Serves one stream, on a virtual thread of its own. When this returns, the stream is ended: what
   * was written still arrives, and what still comes is refused. An exception cancels it with {@link
   * Cancellation#FAILED}.
   */
  void serve(LinkStream stream) throws IOException, InterruptedException;
}
