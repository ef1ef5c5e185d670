// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import dev.freehold.link.stream.LinkStream;
import java.io.IOException;

/** Serves the streams of one protocol that members open. */
@FunctionalInterface
public interface StreamService {
  /**
   * Serves one stream, on a virtual thread of its own. When this returns, the stream is ended; an
   * exception cancels it.
   *
   * @param member who opened it: its key is proven, and it was a member when the stream came
   */
  void serve(Member member, LinkStream stream) throws IOException, InterruptedException;
}
