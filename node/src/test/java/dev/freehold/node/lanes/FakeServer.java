// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.NullMarked;

/** A model server that isn't ours, and says what it is told to. */
@NullMarked
public final class FakeServer implements AutoCloseable {
  /** Answers one request. */
  public interface Behaviour {
    void answer(HttpExchange exchange) throws IOException, InterruptedException;
  }

  /** A request as it came. */
  public record Asked(String path, String body, Optional<String> authorization) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour = exchange -> say(exchange, 200, "{}");
  private volatile int models = 200;

  public FakeServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v1/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/v1/models")) {
        say(exchange, models, "{\"data\":[]}");
        return;
      }
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      asked.add(
          new Asked(
              path,
              body,
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))));
      behaviour.answer(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on it answers so. */
  public FakeServer behave(Behaviour next) {
    behaviour = next;
    return this;
  }

  /** From now on it says whether it is there with this status. */
  public void models(int status) {
    models = status;
  }

  /** What it was asked. */
  public List<Asked> asked() {
    return asked;
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
  }

  /** Answers with this body. */
  public static void say(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Answers with events, and leaves the stream open. */
  public static OutputStream stream(HttpExchange exchange, String... events) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    for (String event : events) {
      out.write(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
    return out;
  }

  /** From now on nothing answers at its address. */
  public void end() {
    close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
