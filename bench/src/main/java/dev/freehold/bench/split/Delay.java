// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A carrier between two sockets that gives every byte on later, and in order: what {@code tc netem
 * delay} does, for where that is not to be had.
 */
final class Delay implements AutoCloseable {
  /** Bytes that came in, and when they may go on. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Held(byte[] bytes, long due) {}

  private final ServerSocket server;

  /**
   * Listens on loopback, and carries each connection to a port.
   *
   * @param nanos how much later bytes go on, in each direction
   */
  Delay(int port, long nanos) throws IOException {
    server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(() -> accept(port, nanos));
  }

  private void accept(int port, long nanos) {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        carry(near.getInputStream(), far.getOutputStream(), nanos);
        carry(far.getInputStream(), near.getOutputStream(), nanos);
      } catch (IOException e) {
        if (!server.isClosed()) {
          System.err.println("the delaying carrier lost a connection: " + e);
        }
      }
    }
  }

  int port() {
    return server.getLocalPort();
  }

  private static void carry(InputStream in, OutputStream out, long nanos) {
    BlockingQueue<Held> held = new LinkedBlockingQueue<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              byte[] buffer = new byte[1 << 16];
              try {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                  byte[] bytes = new byte[n];
                  System.arraycopy(buffer, 0, bytes, 0, n);
                  held.add(new Held(bytes, System.nanoTime() + nanos));
                }
              } catch (IOException e) {
                // The connection ended.
              }
              held.add(new Held(new byte[0], 0));
            });
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                for (Held next = held.take(); next.bytes.length > 0; next = held.take()) {
                  for (long left = next.due - System.nanoTime();
                      left > 0;
                      left = next.due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                  }
                  out.write(next.bytes);
                }
                out.close();
              } catch (IOException | InterruptedException e) {
                // The connection ended.
              }
            });
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
