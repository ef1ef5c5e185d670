// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;

/**
 * A TCP connection as it is. It makes sure of nobody: for processes of one machine, in tests and
 * measurements.
 */
public final class SocketStream implements ByteStream {
  private final Socket socket;

  /** Takes a connected socket over. */
  public SocketStream(Socket socket) throws SocketException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
  }

  @Override
  public InputStream input() throws IOException {
    return socket.getInputStream();
  }

  @Override
  public OutputStream output() throws IOException {
    return socket.getOutputStream();
  }

  /** Says that nothing more is written, and goes on reading. */
  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
