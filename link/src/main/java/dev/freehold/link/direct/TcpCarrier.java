// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.direct;

import dev.freehold.link.channel.Carrier;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.record.Parsed;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;

/** A TCP connection that carries messages. */
public final class TcpCarrier implements Carrier {
  static final int LENGTH_BYTES = 3;

  private final Socket socket;
  private final DataInputStream input;
  private final OutputStream output;

  /** Takes a connected socket over. */
  TcpCarrier(Socket socket) throws IOException {
    this.socket = socket;
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.input = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 65_536));
    this.output = socket.getOutputStream();
  }

  @Override
  public void send(PathMessage message) throws IOException {
    byte[] bytes = message.bytes();
    byte[] framed = new byte[LENGTH_BYTES + bytes.length];
    framed[0] = (byte) (bytes.length >> 16);
    framed[1] = (byte) (bytes.length >> 8);
    framed[2] = (byte) bytes.length;
    System.arraycopy(bytes, 0, framed, LENGTH_BYTES, bytes.length);
    output.write(framed);
  }

  /**
   * Waits for the next message.
   *
   * @throws IOException if the connection has ended or carries something else
   */
  public PathMessage receive() throws IOException {
    return read(input);
  }

  static PathMessage read(InputStream from) throws IOException {
    byte[] head = from.readNBytes(LENGTH_BYTES);
    if (head.length < LENGTH_BYTES) {
      throw new EOFException("the other node has closed the connection");
    }
    int length = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
    if (length > PathMessage.LENGTH_LIMIT) {
      throw new IOException("a message of " + length + " bytes");
    }
    byte[] bytes = from.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection ended within a message");
    }
    return switch (PathMessage.parse(bytes)) {
      case Parsed.Read<PathMessage>(PathMessage message) -> message;
      case Parsed.Malformed<PathMessage>(String reason) -> throw new IOException(reason);
    };
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
