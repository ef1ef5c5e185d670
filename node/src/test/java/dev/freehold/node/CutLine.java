// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;

/**
 * A way to a port of this machine that can be cut, and mended. Two sides call over it: the first
 * one alone until {@link #others} is called.
 */
@NullMarked
final class CutLine implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> firstSide = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /** Whether what is on its way to the first side waits. */
  private volatile boolean stalled;

  /** Whether whoever calls now is the first side. */
  private volatile boolean first = true;

  CutLine(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** The first side is connected; others call from now on. */
  void others() {
    first = false;
  }

  /** How many connections the first side has. */
  int firstSide() {
    return firstSide.size();
  }

  /** From now on nothing goes through. */
  void cut() {
    cut = true;
    open.forEach(CutLine::end);
  }

  /** From now on nothing of the first side goes through, which alone calls again. */
  void cutFirst() {
    cut = true;
    first = true;
    firstSide.forEach(CutLine::end);
  }

  /** From now on nothing reaches the first side; what it says goes through. */
  void stall() {
    stalled = true;
  }

  /** What is opened from now on goes through. */
  void mend() {
    cut = false;
    stalled = false;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        if (cut) {
          end(near);
          continue;
        }
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(near);
        open.add(far);
        boolean caller = first;
        if (caller) {
          firstSide.add(near);
        }
        Thread.ofVirtual().start(() -> copy(near, far, false));
        Thread.ofVirtual().start(() -> copy(far, near, caller));
      } catch (IOException e) {
        // Whoever called sees that nobody answers.
      }
    }
  }

  private void copy(Socket from, Socket to, boolean stalls) {
    byte[] piece = new byte[1 << 14];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        while (stalls && stalled) {
          if (cut) {
            // What waited must not slip out before its connection is closed.
            return;
          }
          Thread.sleep(10);
        }
        out.write(piece, 0, read);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // It was cut, or one end has closed it.
    } finally {
      open.remove(from);
      firstSide.remove(from);
      end(from);
      end(to);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
