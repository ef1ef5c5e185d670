// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.serve;

import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.witness.AddCheckpoint;
import dev.freehold.evidence.witness.Witness;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.config.Config;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A witness's HTTP/1.1 listener. However many ask, at most 16 large bodies are held at once. */
public final class WitnessServer implements AutoCloseable {
  private static final int AT_ONCE = 16;

  /** A request of a log with few signatures needs no place. */
  private static final long SMALL = 32 << 10;

  private static final int CONNECTIONS = 512;
  private static final Duration ARRIVAL = Duration.ofSeconds(10);
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String SIZE = "text/x.tlog.size";
  private static final Pattern CHECKPOINT = Pattern.compile("/([0-9a-f]{64})/checkpoint");

  /** Held here, since the log manager lets go of loggers that nobody holds. */
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  private final Witness witness;
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final WebServer server;

  private WitnessServer(String host, int port, Witness witness) {
    this.witness = witness;
    this.server =
        WebServer.builder()
            .config(Config.empty())
            .host(host)
            .port(port)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .concurrencyLimitDiscoverServices(false)
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(100))
            .idleConnectionTimeout(Duration.ofMinutes(2))
            .maxTcpConnections(CONNECTIONS)
            .connectionOptions(options -> options.tcpNoDelay(true).readTimeout(ARRIVAL))
            .mediaContext(MediaContext.builder().mediaSupportsDiscoverServices(false).build())
            .contentEncoding(
                ContentEncodingContext.builder().contentEncodingsDiscoverServices(false).build())
            .addConnectionSelector(
                Http1ConnectionSelector.builder().config(Http1Config.create()).build())
            .directHandlers(directHandlers())
            .routing(HttpRouting.builder().any(this::handle))
            .build();
  }

  /**
   * Binds the address and serves.
   *
   * @param port 0 for any free one
   * @throws IOException if the port is taken
   */
  public static WitnessServer start(String host, int port, Witness witness) throws IOException {
    // Helidon only logs a port that is taken, so it is tried first.
    try (ServerSocket trial = new ServerSocket()) {
      trial.setReuseAddress(true);
      trial.bind(new InetSocketAddress(host, port));
    }
    HELIDON.setLevel(Level.SEVERE);
    WitnessServer server = new WitnessServer(host, port, witness);
    server.server.start();
    return server;
  }

  /** The port that is bound. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }

  private void handle(ServerRequest request, ServerResponse response) {
    String method = request.prologue().method().text();
    String path = request.path().path();
    Matcher checkpoint = CHECKPOINT.matcher(path);
    if (method.equals("POST") && path.equals("/add-checkpoint")) {
      boolean small = request.headers().contentLength().orElse(Long.MAX_VALUE) <= SMALL;
      if (!small && !places.tryAcquire()) {
        response.headers().set(HeaderValues.create("Retry-After", "1"));
        send(
            response,
            503,
            TEXT,
            "too many large requests at once\n".getBytes(StandardCharsets.UTF_8));
        return;
      }
      try {
        add(request, response);
      } finally {
        if (!small) {
          places.release();
        }
      }
    } else if (method.equals("GET") && checkpoint.matches()) {
      show(checkpoint.group(1), response);
    } else {
      send(response, 404, TEXT, "there is nothing here\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private void add(ServerRequest request, ServerResponse response) {
    Optional<byte[]> body = body(request);
    Witness.Answer answer =
        body.isPresent()
            ? witness.add(body.get())
            : new Witness.Answer.Refused(
                400,
                "invalid input: longer than %d bytes, or not here within %d s"
                    .formatted(AddCheckpoint.LIMIT, ARRIVAL.toSeconds()));
    if (body.isEmpty()) {
      response.headers().set(HeaderValues.create(HeaderNames.CONNECTION, "close"));
    }
    switch (answer) {
      case Witness.Answer.Cosigned(var lines) -> {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        send(response, 200, TEXT, text.toString().getBytes(StandardCharsets.UTF_8));
      }
      case Witness.Answer.Conflict(long size) ->
          send(response, 409, SIZE, (size + "\n").getBytes(StandardCharsets.US_ASCII));
      case Witness.Answer.Refused(int status, String why) ->
          send(response, status, TEXT, (line(why) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  /** One line, whatever a request made it quote. */
  private static String line(String why) {
    return why.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The body; empty where it is too long or too slow. */
  private static Optional<byte[]> body(ServerRequest request) {
    if (!request.content().hasEntity()) {
      return Optional.of(new byte[0]);
    }
    long deadline = System.nanoTime() + ARRIVAL.toNanos();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] part = new byte[8192];
    try (InputStream in = request.content().inputStream()) {
      while (true) {
        int read = in.read(part);
        if (read < 0) {
          return Optional.of(bytes.toByteArray());
        }
        bytes.write(part, 0, read);
        if (bytes.size() > AddCheckpoint.LIMIT || System.nanoTime() > deadline) {
          return Optional.empty();
        }
      }
    } catch (IOException | RuntimeException e) {
      // The server's own exceptions for a body that ends too early.
      return Optional.empty();
    }
  }

  private void show(String hash, ServerResponse response) {
    Optional<SignedCheckpoint> found;
    try {
      found = witness.checkpoint(hash);
    } catch (IOException e) {
      send(response, 500, TEXT, (e.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
      return;
    }
    if (found.isPresent()) {
      send(response, 200, TEXT, found.get().encode());
    } else {
      send(
          response,
          404,
          TEXT,
          "no checkpoint of that log was cosigned\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void send(ServerResponse response, int status, String type, byte[] body) {
    response.status(Status.create(status));
    response.headers().set(HeaderValues.create(HeaderNames.CONTENT_TYPE, type));
    response.headers().set(HeaderValues.create("X-Content-Type-Options", "nosniff"));
    try {
      response.send(body);
    } catch (RuntimeException e) {
      // Whoever asked is gone; what is cosigned stays cosigned, and may be asked for again.
    }
  }

  private static DirectHandlers directHandlers() {
    DirectHandler handler =
        (request, event, status, headers, message) -> {
          headers.contentType(MediaTypes.TEXT_PLAIN);
          return DirectHandler.TransportResponse.builder()
              .status(status)
              .headers(headers)
              .keepAlive(false)
              .entity(status.reasonPhrase() + "\n")
              .build();
        };
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (EventType event : EventType.values()) {
      handlers.addHandler(event, handler);
    }
    return handlers.build();
  }
}
