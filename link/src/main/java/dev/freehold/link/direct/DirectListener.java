// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.direct;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Listens for other nodes. Bounded: so many connections in all and from one address; who is behind
 * one is the handshake's to find out.
 */
public final class DirectListener implements AutoCloseable {
  private static final int CONNECTIONS = 256;
  private static final int FROM_ONE_ADDRESS = 32;

  private final ServerSocket server;
  private final Semaphore free = new Semaphore(CONNECTIONS);

  /** Owned by its own monitor. */
  private final Map<InetAddress, Integer> callers = new HashMap<>();

  private DirectListener(ServerSocket server) {
    this.server = server;
  }

  /**
   * Binds the address.
   *
   * @param serve gets each connection on a virtual thread of its own, and may keep it until it
   *     returns
   * @throws IOException if the address can't be bound
   */
  public static DirectListener start(InetSocketAddress address, Consumer<TcpCarrier> serve)
      throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.setReuseAddress(true);
      server.bind(address);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    DirectListener listener = new DirectListener(server);
    Thread.ofVirtual().name("direct listener").start(() -> listener.accept(serve));
    return listener;
  }

  /** The port that is bound. */
  public int port() {
    return server.getLocalPort();
  }

  private void accept(Consumer<TcpCarrier> serve) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        if (admit(socket.getInetAddress())) {
          Thread.ofVirtual().name("direct caller").start(() -> serve(socket, serve));
        } else {
          socket.close();
        }
      } catch (IOException e) {
        // One caller less; or the end, which the loop's condition sees.
      }
    }
  }

  private void serve(Socket socket, Consumer<TcpCarrier> serve) {
    InetAddress caller = socket.getInetAddress();
    try (socket) {
      serve.accept(new TcpCarrier(socket));
    } catch (IOException e) {
      // The caller is gone.
    } finally {
      release(caller);
    }
  }

  private boolean admit(InetAddress caller) {
    synchronized (callers) {
      if (callers.getOrDefault(caller, 0) >= FROM_ONE_ADDRESS || !free.tryAcquire()) {
        return false;
      }
      callers.merge(caller, 1, Integer::sum);
      return true;
    }
  }

  private void release(InetAddress caller) {
    synchronized (callers) {
      callers.computeIfPresent(caller, (_, count) -> count > 1 ? count - 1 : null);
      free.release();
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      // It is closed for our purposes.
    }
  }
}
