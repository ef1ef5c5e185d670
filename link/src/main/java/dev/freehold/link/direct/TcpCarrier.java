// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.direct;

import dev.freehold.link.channel.ByteCarrier;
import dev.freehold.link.channel.Framing;
import dev.freehold.link.channel.PathMessage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;

/** A TCP connection that carries messages. */
public final class TcpCarrier implements ByteCarrier {
  private final Socket socket;
  private final InputStream input;
  private final OutputStream output;

  /** Takes a connected socket over. */
  TcpCarrier(Socket socket) throws IOException {
    this.socket = socket;
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.input = new BufferedInputStream(socket.getInputStream(), 65_536);
    this.output = socket.getOutputStream();
  }

  @Override
  public void send(PathMessage message) throws IOException {
    output.write(Framing.framed(message));
  }

  @Override
  public PathMessage receive() throws IOException {
    return Framing.read(input);
  }

  /**
   * Waits at most so long for something to come, or the end; takes nothing. For the thread that
   * receives.
   *
   * @param milliseconds above 0
   * @return whether {@link #receive} would have something to begin with
   * @throws IOException if the connection is broken
   */
  public boolean awaits(int milliseconds) throws IOException {
    socket.setSoTimeout(milliseconds);
    try {
      input.mark(1);
      int _ = input.read();
      input.reset();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(0);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed for our purposes.
    }
  }
}
