// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.direct;

import dev.freehold.link.address.DirectAddress;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/** Calls nodes that listen themselves. */
public final class Direct {
  private Direct() {}

  /**
   * Connects.
   *
   * @throws IOException if nobody listens there
   */
  public static TcpCarrier call(DirectAddress address, Duration limit) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(address.socketAddress(), Math.toIntExact(limit.toMillis()));
      return new TcpCarrier(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
