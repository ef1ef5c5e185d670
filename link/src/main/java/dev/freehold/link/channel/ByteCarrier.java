// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import java.io.IOException;

/** A carrier that carries bytes in order both ways, between two nodes alone. */
public interface ByteCarrier extends Carrier {
  /**
   * Waits for the next message. One thread at a time.
   *
   * @throws IOException if the connection has ended or carries something else
   */
  PathMessage receive() throws IOException;
}
