// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.mapper.DefaultMapperProvider__ServiceDescriptor;
import io.helidon.common.mapper.MappersFactory__ServiceDescriptor;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.config.Config;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The HTTP/1.1 listener: hands each request to the API, on a virtual thread. */
public final class HttpServer implements AutoCloseable {
  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final ScopedValue<ClientLine> LINE = ScopedValue.newInstance();

  /** Held here, since the log manager lets go of loggers that nobody holds. */
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  private final WebServer server;

  private HttpServer(WebServer server) {
    this.server = server;
  }

  /**
   * Binds the address and serves.
   *
   * @param port 0 for any free port
   * @throws BindException if the port is taken
   */
  public static HttpServer start(String host, int port, Duration arrival, Api api)
      throws IOException {
    return start(host, port, arrival, api::handle);
  }

  /**
   * Binds the address and sells.
   *
   * @param port 0 for any free port
   * @throws BindException if the port is taken
   */
  public static HttpServer start(String host, int port, Duration arrival, SaleApi sales)
      throws IOException {
    return start(host, port, arrival, sales::handle);
  }

  private static HttpServer start(
      String host, int port, Duration arrival, Consumer<Exchange> handler) throws IOException {
    // Helidon only logs a port that is taken, so it is tried first.
    try (ServerSocket trial = new ServerSocket()) {
      trial.setReuseAddress(true);
      trial.bind(new InetSocketAddress(host, port));
    }
    HELIDON.setLevel(Level.SEVERE);
    useKnownServices();
    WebServer server =
        WebServer.builder()
            .config(Config.empty())
            .host(host)
            .port(port)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .concurrencyLimitDiscoverServices(false)
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(100))
            .idleConnectionTimeout(IDLE)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .mediaContext(MediaContext.builder().mediaSupportsDiscoverServices(false).build())
            .contentEncoding(
                ContentEncodingContext.builder().contentEncodingsDiscoverServices(false).build())
            .addConnectionSelector(
                new LineSelector(
                    Http1ConnectionSelector.builder().config(Http1Config.create()).build(),
                    arrival))
            .directHandlers(directHandlers())
            .routing(
                HttpRouting.builder()
                    .any(
                        (request, response) -> {
                          ClientLine line = LINE.get();
                          line.begin();
                          if (!request.content().hasEntity()) {
                            line.arrived();
                          }
                          Exchange exchange = new Exchange(request, response, line);
                          handler.accept(exchange);
                          line.done();
                          if (exchange.last()) {
                            line.end();
                          }
                        }))
            .build();
    server.start();
    if (!server.isRunning()) {
      throw new IllegalStateException("the HTTP server did not start on " + host + ":" + port);
    }
    return new HttpServer(server);
  }

  /**
   * Tells Helidon the services that it asks for here, those that turn a query's words into values.
   * It would search all jars for services of any kind, a seventh of what a start does before it
   * serves (docs/decisions/0093).
   */
  private static synchronized void useKnownServices() {
    if (!GlobalServiceRegistry.configured()) {
      ServiceRegistryConfig known =
          ServiceRegistryConfig.builder()
              .discoverServices(false)
              .discoverServicesFromServiceLoader(false)
              .addServiceDescriptor(DefaultMapperProvider__ServiceDescriptor.INSTANCE)
              .addServiceDescriptor(MappersFactory__ServiceDescriptor.INSTANCE)
              .build();
      GlobalServiceRegistry.registry(ServiceRegistryManager.create(known).registry());
    }
  }

  /** The port that is bound. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }

  /** What the server itself refuses (broken request lines and the like), in our error shape. */
  private static DirectHandlers directHandlers() {
    DirectHandler handler =
        (request, event, status, headers, message) -> {
          String text =
              message == null || message.isEmpty() || message.equals(status.reasonPhrase())
                  ? "this can't be read as an HTTP/1.1 request (" + status.reasonPhrase() + ")"
                  : message;
          String type = status.code() >= 500 ? "server_error" : "invalid_request_error";
          ApiError error = new ApiError(status.code(), text, type, null, "http", Map.of());
          headers.contentType(MediaTypes.APPLICATION_JSON);
          headers.set(HeaderValues.create(HeaderNames.CONNECTION, "close"));
          return DirectHandler.TransportResponse.builder()
              .status(status)
              .headers(headers)
              .keepAlive(false)
              .entity(error.toJson().write())
              .build();
        };
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (EventType event : EventType.values()) {
      handlers.addHandler(event, handler);
    }
    return handlers.build();
  }

  /** HTTP/1.1 whose handlers know the line they serve: that is how a leaving is noticed. */
  private record LineSelector(ServerConnectionSelector http, Duration arrival)
      implements ServerConnectionSelector {
    @Override
    public int bytesToIdentifyConnection() {
      return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
      return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
      return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      ClientLine line =
          new ClientLine(
              context.dataReader(),
              arrival,
              () -> context.dataWriter().writeNow(BufferData.create(tooSlow(arrival))));
      return new LineConnection(
          http.connection(new LineContext(context, DataReader.create(line))), line);
    }
  }

  /** The whole answer to headers that did not come: the server has none for it. */
  private static byte[] tooSlow(Duration arrival) {
    String body = ApiError.tooSlow(arrival).toJson().write();
    String head =
        "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + ("Content-Length: " + body.length() + "\r\n\r\n");
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }

  private record LineConnection(ServerConnection http, ClientLine line)
      implements ServerConnection {
    @Override
    public void handle(Limit limit) throws InterruptedException {
      ScopedValue.where(LINE, line)
          .<@Nullable Void, InterruptedException>call(
              () -> {
                http.handle(limit);
                return null;
              });
    }

    @Override
    public Duration idleTime() {
      return http.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      http.close(interrupt);
    }
  }

  /** The server's own context, except that its bytes come by way of a {@link ClientLine}. */
  private record LineContext(ConnectionContext context, DataReader dataReader)
      implements ConnectionContext {
    @Override
    public ListenerContext listenerContext() {
      return context.listenerContext();
    }

    @Override
    public ExecutorService executor() {
      return context.executor();
    }

    @Override
    public DataWriter dataWriter() {
      return context.dataWriter();
    }

    @Override
    public Router router() {
      return context.router();
    }

    @Override
    public HelidonSocket serverSocket() {
      return context.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
      return context.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
      return context.localPeer();
    }

    @Override
    public boolean isSecure() {
      return context.isSecure();
    }

    @Override
    public String socketId() {
      return context.socketId();
    }

    @Override
    public String childSocketId() {
      return context.childSocketId();
    }
  }
}
