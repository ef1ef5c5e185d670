// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.gateway.intercept.Interceptor;
import dev.freehold.record.Json;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.config.Config;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The gateway's HTTP/1.1 listener, each request on a virtual thread. */
public final class GatewayServer implements AutoCloseable {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final Logger HELIDON = Logger.getLogger("io.helidon");
  private static final String ACTIONS = "/v1/actions/";
  private static final String EFFECTS = "/v1/effects/";

  private final Interceptor interceptor;
  private final Upstream upstream;
  private final ModelEndpoint models;
  private final EffectEndpoint effects;
  private final MandateEndpoint mandates;
  private final PublishedLog log;
  private final WebServer server;

  /**
   * What the server needs.
   *
   * @param host a loopback address
   * @param port 0 for any free one
   * @param holdRelease whether an answer is released only once its last record is durable
   * @param log what of the log is published
   */
  public record Setup(String host, int port, boolean holdRelease, PublishedLog log) {}

  /** Files of the log that everybody may read. */
  public interface PublishedLog {
    /** The bytes of a file by its path in the log; empty where there is none, or not for others. */
    Optional<byte[]> file(String path) throws IOException;
  }

  private GatewayServer(Setup setup, Interceptor interceptor, Upstream upstream) {
    Actions actions = new Actions();
    this.interceptor = interceptor;
    this.upstream = upstream;
    this.models = new ModelEndpoint(interceptor, upstream, actions, setup.holdRelease());
    this.effects = new EffectEndpoint(interceptor, actions);
    this.mandates = new MandateEndpoint(interceptor);
    this.log = setup.log();
    this.server =
        WebServer.builder()
            .config(Config.empty())
            .host(setup.host())
            .port(setup.port())
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .concurrencyLimitDiscoverServices(false)
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(100))
            .idleConnectionTimeout(Duration.ofMinutes(5))
            .connectionOptions(options -> options.tcpNoDelay(true))
            .mediaContext(MediaContext.builder().mediaSupportsDiscoverServices(false).build())
            .contentEncoding(
                ContentEncodingContext.builder().contentEncodingsDiscoverServices(false).build())
            .addConnectionSelector(
                Http1ConnectionSelector.builder().config(Http1Config.create()).build())
            .directHandlers(directHandlers())
            .routing(
                HttpRouting.builder()
                    .any((request, response) -> handle(new Exchange(request, response))))
            .build();
  }

  /**
   * Binds the address and serves.
   *
   * @throws IOException if the port is taken
   */
  public static GatewayServer start(Setup setup, Interceptor interceptor, Upstream upstream)
      throws IOException {
    // Helidon only logs a port that is taken, so it is tried first.
    try (ServerSocket trial = new ServerSocket()) {
      trial.setReuseAddress(true);
      trial.bind(new InetSocketAddress(setup.host(), setup.port()));
    }
    HELIDON.setLevel(Level.SEVERE);
    GatewayServer server = new GatewayServer(setup, interceptor, upstream);
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

  private void handle(Exchange exchange) {
    try {
      requireLocal(exchange);
      route(exchange);
    } catch (Refusal e) {
      exchange.json(e.status(), e.toJson(), Map.of());
    }
  }

  /** Other sites' pages in a browser may not use the gateway of the person who looks at them. */
  private static void requireLocal(Exchange exchange) {
    String named = exchange.header("Host").orElse("").toLowerCase(Locale.ROOT);
    int colon = named.lastIndexOf(':');
    String bare = colon < 0 || named.endsWith("]") ? named : named.substring(0, colon);
    if (!LOOPBACK.contains(bare)) {
      throw Refusal.invalid(
          403,
          "the gateway listens on loopback only; ask for localhost or 127.0.0.1",
          "wrong_host");
    }
    Optional<String> origin = exchange.header("Origin");
    if (origin.isPresent() && !origin.get().equalsIgnoreCase("http://" + named)) {
      throw Refusal.invalid(
          403, "a web page of another origin may not use this gateway", "wrong_origin");
    }
  }

  private void route(Exchange exchange) {
    String path = exchange.path();
    String call = exchange.method() + " " + path;
    switch (call) {
      case "POST /v1/chat/completions", "POST /v1/completions" -> models.handle(exchange, true);
      case "POST /v1/embeddings" -> models.handle(exchange, false);
      case "GET /v1/models" -> pass(exchange);
      case "POST /v1/effects" -> effects.ask(exchange);
      case "POST /v1/mandates" -> mandates.adopt(exchange);
      case "POST /v1/revocations" -> mandates.revoke(exchange);
      case "GET /healthz" -> health(exchange);
      default -> {
        if (call.startsWith("POST " + EFFECTS)) {
          effects.report(exchange, path.substring(EFFECTS.length()));
        } else if (call.startsWith("GET " + ACTIONS)) {
          effects.show(exchange, path.substring(ACTIONS.length()));
        } else if (call.startsWith("GET /log/")) {
          published(exchange, path.substring("/log/".length()));
        } else {
          throw Refusal.invalid(
              404, "the gateway has nothing at " + call + "; see docs/api.md", "not_found");
        }
      }
    }
  }

  private void health(Exchange exchange) {
    Optional<String> broken = interceptor.broken();
    exchange.json(
        broken.isPresent() ? 503 : 200,
        Json.object()
            .put("status", broken.isPresent() ? "closed" : "ok")
            .put("why", broken.orElse(null))
            .build(),
        Map.of());
  }

  private void pass(Exchange exchange) {
    try {
      Upstream.Reply reply = upstream.get(exchange.path());
      try (InputStream in = reply.body()) {
        exchange.bytes(reply.status(), reply.type(), in.readNBytes(1 << 20), Map.of());
      }
    } catch (IOException e) {
      throw Refusal.server(
          502,
          "the server behind the gateway can't be reached: " + e.getMessage(),
          "upstream_failed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refusal.server(503, "the gateway is stopping", "stopping");
    }
  }

  private void published(Exchange exchange, String path) {
    try {
      byte[] bytes =
          log.file(path)
              .orElseThrow(
                  () -> Refusal.invalid(404, "the log has published no " + path, "not_found"));
      String type =
          path.equals("checkpoint") ? "text/plain; charset=utf-8" : "application/octet-stream";
      exchange.bytes(200, type, bytes, Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the server itself refuses (broken request lines and the like), in our error shape. */
  private static DirectHandlers directHandlers() {
    DirectHandler handler =
        (request, event, status, headers, message) -> {
          String text = message == null ? status.reasonPhrase() : message;
          Refusal refusal = Refusal.invalid(status.code(), text, "http");
          headers.contentType(MediaTypes.APPLICATION_JSON);
          return DirectHandler.TransportResponse.builder()
              .status(status)
              .headers(headers)
              .keepAlive(false)
              .entity(refusal.toJson().write())
              .build();
        };
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (EventType event : EventType.values()) {
      handlers.addHandler(event, handler);
    }
    return handlers.build();
  }
}
