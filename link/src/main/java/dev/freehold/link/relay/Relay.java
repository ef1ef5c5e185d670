// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.address.RelayAddress.Trust;
import dev.freehold.link.ice.Reflector;
import dev.freehold.link.stream.MonotonicClock;
import io.helidon.common.tls.Tls;
import io.helidon.config.Config;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.webserver.websocket.WsUpgrader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Forwards between nodes that are connected. It knows who is connected, who sends how much to whom
 * and when, and nothing else. Bounded by its {@link RelaySettings}.
 */
public final class Relay implements AutoCloseable {
  static final String PATH = "/relay/1";

  /** The query by which a node says that it knows what {@link RelayMessage.Reflects} is. */
  static final String REFLECTS = "reflects";

  /** Held, since the logging system forgets the level of a logger that nobody holds. */
  private static final Logger HELIDON = Logger.getLogger("io.helidon");

  private static final Duration TICK = Duration.ofSeconds(2);

  private final RelaySettings settings;
  private final SigningKey key;
  private final SecureRandom random;
  private final MonotonicClock clock;
  private final WebServer server;
  private final Thread ticker;
  private final Set<Member> connected = ConcurrentHashMap.newKeySet();
  private final Map<NodeId, Member> online = new ConcurrentHashMap<>();
  private final AtomicLong queued = new AtomicLong();

  /** Set once, when the server's port is known. */
  private volatile @Nullable Reflector reflector;

  /** Owned by its own monitor. */
  private final Map<String, Integer> addresses = new HashMap<>();

  private Relay(RelaySettings settings, SigningKey key, SecureRandom random, MonotonicClock clock) {
    this.settings = settings;
    this.key = key;
    this.random = random;
    this.clock = clock;
    WsConfig frames = WsConfig.builder().maxFrameLength(RelayMessage.LENGTH_LIMIT).build();
    WebServerConfig.Builder config =
        WebServer.builder()
            .config(Config.empty())
            .address(settings.bind().getAddress())
            .port(settings.bind().getPort())
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .concurrencyLimitDiscoverServices(false)
            .shutdownHook(false)
            .shutdownGracePeriod(Duration.ofMillis(100))
            .idleConnectionTimeout(Duration.ofMinutes(5))
            .maxTcpConnections(settings.connections())
            .backlog(1024)
            .writeBufferSize(0)
            // Its own TLS over channels keeps 80 KB of buffers for each connection, idle or not.
            .useNio(false)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .mediaContext(MediaContext.builder().mediaSupportsDiscoverServices(false).build())
            .contentEncoding(
                ContentEncodingContext.builder().contentEncodingsDiscoverServices(false).build())
            .addConnectionSelector(
                Http1ConnectionSelector.builder()
                    .config(Http1Config.create())
                    .addUpgrader(WsUpgrader.create(frames))
                    .build())
            .addProtocol(frames)
            .addRouting(WsRouting.builder().endpoint(PATH, () -> new Member(this)))
            .routing(HttpRouting.builder());
    if (settings.trust() == Trust.PINNED) {
      config.tls(Tls.builder().sslContext(RelayCertificate.server(key, random)).build());
    }
    this.server = config.build();
    this.ticker = Thread.ofVirtual().name("relay").unstarted(this::tick);
  }

  /**
   * Binds the address and forwards from now on.
   *
   * @throws IOException if the address can't be bound
   */
  public static Relay start(
      RelaySettings settings, SigningKey key, SecureRandom random, MonotonicClock clock)
      throws IOException {
    // Helidon only logs a port that is taken, so it is tried first.
    try (ServerSocket trial = new ServerSocket()) {
      trial.setReuseAddress(true);
      trial.bind(settings.bind());
    }
    HELIDON.setLevel(Level.SEVERE);
    Relay relay = new Relay(settings, key, random, clock);
    relay.server.start();
    relay.reflector = reflector(settings, relay.server.port(), random, clock);
    relay.ticker.start();
    return relay;
  }

  /**
   * At the port that the server has. A proxy passes no UDP on, and where the port is another
   * program's the relay does without.
   */
  private static @Nullable Reflector reflector(
      RelaySettings settings, int port, SecureRandom random, MonotonicClock clock) {
    if (!settings.udp() || settings.trust() == Trust.AUTHORITIES) {
      return null;
    }
    try {
      return Reflector.start(
          new InetSocketAddress(settings.bind().getAddress(), port), random, clock);
    } catch (IOException e) {
      return null;
    }
  }

  /** The UDP port at which nodes learn their address; empty where there is none. */
  public Optional<Integer> reflector() {
    return Optional.ofNullable(reflector).map(Reflector::port);
  }

  /** The line that others need: host, port and key. */
  public RelayAddress address() {
    int port = settings.publicPort() == 0 ? server.port() : settings.publicPort();
    return new RelayAddress(settings.host(), port, settings.trust(), key.nodeId());
  }

  /** How many nodes are online, and what waits for them. */
  public RelayLoad load() {
    return new RelayLoad(connected.size(), online.size(), queued.get());
  }

  /** Whether a node is connected now, and has proven its key. */
  public boolean online(NodeId node) {
    return online.containsKey(node);
  }

  /** Tells every node, and ends. */
  @Override
  public void close() {
    ticker.interrupt();
    connected.forEach(member -> member.dismiss(Farewell.CLOSING));
    server.stop();
    Reflector open = reflector;
    if (open != null) {
      open.close();
    }
  }

  // For members.

  RelaySettings settings() {
    return settings;
  }

  SigningKey key() {
    return key;
  }

  MonotonicClock clock() {
    return clock;
  }

  byte[] challenge() {
    byte[] nonce = new byte[RelayMessage.NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  /** Whether one more connection is taken from this address. */
  boolean admit(Member member, String address) {
    synchronized (addresses) {
      int there = addresses.getOrDefault(address, 0);
      if (there >= settings.connectionsFromOneAddress()
          || connected.size() >= settings.connections()) {
        return false;
      }
      addresses.put(address, there + 1);
      connected.add(member);
      return true;
    }
  }

  void leave(Member member, String address) {
    synchronized (addresses) {
      if (connected.remove(member)) {
        addresses.computeIfPresent(address, (_, count) -> count > 1 ? count - 1 : null);
      }
    }
    member.node().ifPresent(node -> online.remove(node, member));
  }

  /** The newest connection that proved a key holds it; whether another one did before. */
  boolean enter(NodeId node, Member member) {
    Member former = online.put(node, member);
    if (former != null) {
      former.dismiss(Farewell.DISPLACED);
    }
    return former != null;
  }

  Optional<Member> find(NodeId node) {
    return Optional.ofNullable(online.get(node));
  }

  /** Sets memory aside for bytes that wait; false where there is none. */
  boolean reserve(int bytes) {
    if (queued.addAndGet(bytes) > settings.queued()) {
      queued.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void release(int bytes) {
    queued.addAndGet(-bytes);
  }

  private void tick() {
    try {
      while (true) {
        clock.sleep(TICK);
        connected.forEach(Member::watch);
      }
    } catch (InterruptedException e) {
      // The relay is being closed.
    }
  }
}
