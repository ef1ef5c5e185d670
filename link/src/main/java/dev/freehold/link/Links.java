// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.channel.ByteCarrier;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.link.direct.Direct;
import dev.freehold.link.direct.DirectListener;
import dev.freehold.link.direct.TcpCarrier;
import dev.freehold.link.relay.RelayState;
import dev.freehold.link.stream.Cancellation;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.StreamHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A node's end of all its links. Everything in it is bounded: by the number of admitted peers times
 * {@link dev.freehold.link.stream.SessionLimits}, and by what listens. Safe for use by many
 * threads.
 */
public final class Links implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration TICK = Duration.ofMillis(250);

  private final LinkSettings settings;
  private final SigningKey key;
  private final Admission admission;
  private final SecureRandom random;
  private final MonotonicClock clock;
  private final Map<NodeId, Link> links = new ConcurrentHashMap<>();
  private final Map<Protocol, StreamHandler> handlers = new ConcurrentHashMap<>();
  private final Map<RelayAddress, RelayPaths> relays = new ConcurrentHashMap<>();
  private final Set<Path> paths = ConcurrentHashMap.newKeySet();
  private final @Nullable DirectListener listener;
  private final Thread ticker;
  private final Introductions introductions = new Introductions(this);

  private volatile boolean closed;

  private Links(
      LinkSettings settings,
      SigningKey key,
      Admission admission,
      SecureRandom random,
      MonotonicClock clock)
      throws IOException {
    this.settings = settings;
    this.key = key;
    this.admission = admission;
    this.random = random;
    this.clock = clock;
    this.listener =
        settings.listen().isPresent()
            ? DirectListener.start(settings.listen().get(), this::serve)
            : null;
    this.ticker = Thread.ofVirtual().name("links").unstarted(this::tick);
  }

  /**
   * Begins: listens where the settings say so, and connects to the relays in the background.
   *
   * @param key the node's: it proves who it is
   * @param admission whom the node lets in
   * @throws IOException if the address to listen at can't be bound
   */
  public static Links start(
      LinkSettings settings,
      SigningKey key,
      Admission admission,
      SecureRandom random,
      MonotonicClock clock)
      throws IOException {
    Links links = new Links(settings, key, admission, random, clock);
    if (settings.direct().contains(PathKind.QUIC)) {
      links.serve(Introductions.PROTOCOL, links.introductions::answer);
    }
    links.ticker.start();
    settings.relays().forEach(links::through);
    return links;
  }

  /** This node. */
  public NodeId self() {
    return key.nodeId();
  }

  /**
   * The link to a node, made if there is none. It is looked for at these places from now on, also
   * at those named before; admission is not asked.
   *
   * @throws IllegalArgumentException if it is this node itself
   */
  public Link to(NodeAddress address) {
    if (address.node().equals(self())) {
      throw new IllegalArgumentException("a node has no link to itself");
    }
    Link link = link(address.node());
    while (!link.want()) {
      links.remove(address.node(), link);
      link = link(address.node());
    }
    link.addPlaces(address);
    return link;
  }

  /** The link to a node, if there is one. */
  public Optional<Link> known(NodeId node) {
    return Optional.ofNullable(links.get(node));
  }

  /** All links, to nodes that were called or have called. */
  public List<Link> all() {
    return List.copyOf(links.values());
  }

  /** From now on serves the streams of this protocol that others open; each on its own thread. */
  public void serve(Protocol protocol, StreamHandler handler) {
    handlers.put(protocol, handler);
  }

  /** Where this node can be found: what others give to {@link #to}. */
  public NodeAddress address() {
    return new NodeAddress(self(), settings.relays(), listening());
  }

  /** Where this node listens; empty where it does not. */
  public List<DirectAddress> listening() {
    if (listener == null) {
      return List.of();
    }
    List<DirectAddress> places = new ArrayList<>();
    InetAddress bound = settings.listen().orElseThrow().getAddress();
    for (InetAddress address : bound.isAnyLocalAddress() ? ownAddresses() : List.of(bound)) {
      if (places.size() < NodeAddress.PLACES) {
        places.add(new DirectAddress(address, listener.port()));
      }
    }
    return places;
  }

  /** The relays that are in use, and how the connection to each stands. */
  public Map<RelayAddress, RelayState> relays() {
    Map<RelayAddress, RelayState> states = new LinkedHashMap<>();
    relays.forEach((address, paths) -> states.put(address, paths.state()));
    return states;
  }

  /** Closes every link and every connection. */
  @Override
  public void close() {
    closed = true;
    ticker.interrupt();
    if (listener != null) {
      listener.close();
    }
    links.values().forEach(Link::close);
    paths.forEach(path -> path.end("the node is being closed"));
    relays.values().forEach(RelayPaths::close);
    introductions.close();
  }

  // For links and paths.

  SigningKey key() {
    return key;
  }

  LinkSettings settings() {
    return settings;
  }

  SecureRandom random() {
    return random;
  }

  MonotonicClock clock() {
    return clock;
  }

  /** What is told to peers about where this node listens. */
  Optional<Offer> offer() {
    return listener == null || !settings.direct().contains(PathKind.DIRECT)
        ? Optional.empty()
        : Optional.of(new Offer(listening()));
  }

  Optional<Link> admit(NodeId peer) {
    Link known = links.get(peer);
    if (known != null) {
      return Optional.of(known);
    }
    return !closed && !peer.equals(self()) && admission.admits(peer)
        ? Optional.of(link(peer))
        : Optional.empty();
  }

  void forget(Link link) {
    links.remove(link.peer(), link);
  }

  void forget(Path path) {
    paths.remove(path);
  }

  /** Calls through a relay; empty while it can't be reached. */
  Optional<Path> callThrough(RelayAddress relay, Link link) throws InterruptedException {
    return closed ? Optional.empty() : through(relay).call(link);
  }

  private RelayPaths through(RelayAddress relay) {
    return relays.computeIfAbsent(relay, address -> new RelayPaths(this, address));
  }

  /** Whether a node would get a link, before it has proven that it is the node. */
  boolean wouldAdmit(NodeId peer) {
    return !closed && (links.containsKey(peer) || admission.admits(peer));
  }

  void add(Path path) {
    paths.add(path);
  }

  Introductions introductions() {
    return introductions;
  }

  /** Whether this node's addresses may be told there, for a way by UDP. */
  boolean introduces(NodeId peer) {
    return !closed && settings.direct().contains(PathKind.QUIC) && admission.introduces(peer);
  }

  /** Where relays that are connected tell by UDP which address they see. */
  List<InetSocketAddress> reflectors() {
    return relays.values().stream().flatMap(paths -> paths.reflectors().stream()).toList();
  }

  /** Calls over a connection that this node has begun. */
  Path call(ByteCarrier carrier, PathKind kind, Link link) {
    Path path = Path.calling(this, carrier, kind, link, _ -> {});
    Thread.ofVirtual().name(kind + " to " + link.peer()).start(() -> receive(carrier, path));
    return path;
  }

  Path callDirect(DirectAddress place, Link link) throws IOException {
    return call(Direct.call(place, CONNECT), PathKind.DIRECT, link);
  }

  /** Serves a stream that a peer opened. */
  void serve(LinkStream stream) {
    StreamHandler handler = handlers.get(stream.protocol());
    if (handler == null) {
      stream.cancel(Cancellation.NOT_SERVED);
      return;
    }
    Thread.ofVirtual()
        .name(stream.toString())
        .start(
            () -> {
              try (stream) {
                handler.serve(stream);
                stream.end();
              } catch (IOException | InterruptedException | RuntimeException e) {
                stream.cancel(Cancellation.FAILED);
              }
            });
  }

  /** Serves a node that connected itself to us. */
  private void serve(TcpCarrier carrier) {
    serve(carrier, PathKind.DIRECT, null);
  }

  /**
   * Serves a node that calls over a connection, until that ends.
   *
   * @param claimed who it must be; null where anybody may call
   */
  void serve(ByteCarrier carrier, PathKind kind, @Nullable NodeId claimed) {
    try {
      PathMessage first = carrier.receive();
      Path path = Path.called(this, carrier, kind, first.path(), claimed, _ -> {});
      path.receive(first);
      receive(carrier, path);
    } catch (IOException e) {
      // Whoever it was, it said nothing of ours.
    } finally {
      carrier.close();
    }
  }

  /**
   * Gives a path what comes, to its end. Once the other node has proven itself, a platform thread
   * does it: a message then wakes one thread, where a virtual one is woken by the poller of all.
   */
  private static void receive(ByteCarrier carrier, Path path) {
    try {
      while (!path.isUp()) {
        path.receive(carrier.receive());
      }
    } catch (IOException e) {
      path.finish(String.valueOf(e.getMessage()));
      carrier.close();
      return;
    }
    Thread receiver =
        Thread.ofPlatform()
            .name("path " + path.id())
            .daemon()
            .start(
                () -> {
                  if (carrier instanceof TcpCarrier tcp) {
                    path.receiveInTurns(tcp);
                  } else {
                    receiveRecords(carrier, path);
                  }
                });
    try {
      receiver.join();
    } catch (InterruptedException e) {
      carrier.close();
    }
  }

  private static void receiveRecords(ByteCarrier carrier, Path path) {
    try {
      while (true) {
        path.receive(carrier.receive());
      }
    } catch (IOException e) {
      path.finish(String.valueOf(e.getMessage()));
    } finally {
      carrier.close();
    }
  }

  private Link link(NodeId peer) {
    return links.computeIfAbsent(peer, id -> new Link(this, id));
  }

  private void tick() {
    try {
      while (!closed) {
        clock.sleep(TICK);
        paths.forEach(Path::watch);
        links.values().forEach(Link::watch);
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  /** The addresses of this machine, loopback last. */
  static List<InetAddress> ownAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLinkLocalAddress() && !address.isMulticastAddress())
          .sorted(java.util.Comparator.comparing(InetAddress::isLoopbackAddress))
          .toList();
    } catch (SocketException e) {
      return List.of();
    }
  }
}
