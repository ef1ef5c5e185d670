// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.node.console.Console;
import dev.freehold.node.serve.ModelUnready;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A new process answers its first request ten times slower than its second. A node asks itself
 * first, once its models are loaded, so that its owner's first page is not the one that waits.
 */
final class FirstLook {
  private static final Duration LOADING = Duration.ofMinutes(10);
  private static final int TIMEOUT_MILLIS = 2000;
  private static final byte[] REQUEST =
      "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private FirstLook() {}

  /** Begins; it is over with the process at the latest. */
  static void prepare(Console console, Models models, int port) {
    Thread.ofPlatform()
        .name("console-preparation")
        .daemon()
        .start(
            () -> {
              try {
                for (ServedModel model : models.list()) {
                  models.await(model, LOADING);
                }
                console.prepare();
                ask(port);
              } catch (ModelUnready | IOException | UncheckedIOException e) {
                // The node is stopping, or its owner will read why there is no model: nothing is
                // lost but time.
                return;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static void ask(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(REQUEST);
      socket.getInputStream().readAllBytes();
    }
  }
}
