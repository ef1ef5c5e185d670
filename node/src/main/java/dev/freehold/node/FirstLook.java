// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.node.console.Console;
import dev.freehold.node.serve.Models;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A new process answers its first requests ten times slower than its later ones. A node asks itself
 * first, once its models are loaded, so that its owner's first page is not the one that waits.
 */
final class FirstLook {
  static final Duration LOADING = Duration.ofMinutes(10);

  /** Whoever wants a link the moment the models are loaded waits so long for the look to end. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private static final int TIMEOUT_MILLIS = 2000;
  private static final int ROUNDS = 2;

  /** What a browser asks for before it shows anything: fixed files, which tell nobody anything. */
  private static final List<String> ASKED =
      List.of("", "files/console.css", "files/chat.js", "files/ask.js", "files/markdown.js");

  private final Console console;
  private final Models models;
  private final Thread thread;

  private FirstLook(Console console, Models models, int port) {
    this.console = console;
    this.models = models;
    this.thread =
        Thread.ofPlatform().name("console-preparation").daemon().unstarted(() -> look(port));
  }

  /** Begins; it is over with the process at the latest. */
  static FirstLook begin(Console console, Models models, int port) {
    FirstLook look = new FirstLook(console, models, port);
    look.thread.start();
    return look;
  }

  /** The path of a new link to the console, which works once. */
  String link() {
    if (models.list().stream().noneMatch(model -> models.state(model).equals("loading"))) {
      try {
        thread.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return console.link();
  }

  private void look(int port) {
    try {
      models.settle(LOADING);
      console.prepare();
      for (int round = 0; round < ROUNDS; round++) {
        for (String path : ASKED) {
          ask(port, path);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // The node is stopping: nothing is lost but time.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void ask(int port, String path) throws IOException {
    String request =
        "GET /console/"
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n"
            + "Accept-Encoding: gzip\r\nCookie: none=0\r\nSec-Fetch-Site: same-origin\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    }
  }
}
