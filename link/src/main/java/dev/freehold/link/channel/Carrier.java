// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import java.io.IOException;

/** Carries whole messages to the other node, in order, or breaks. It is not trusted. */
public interface Carrier {
  /**
   * Sends one message; waits while the carrier is behind. One thread at a time.
   *
   * @throws IOException if it is broken
   */
  void send(PathMessage message) throws IOException, InterruptedException;

  /** Breaks it: whoever waits in {@link #send} is woken. */
  void close();
}
