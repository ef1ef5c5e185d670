// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.channel.PathId;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.link.channel.PathMessage.Kind;
import dev.freehold.link.relay.Absence;
import dev.freehold.link.relay.RelayConnection;
import dev.freehold.link.relay.RelayListener;
import dev.freehold.link.relay.RelayState;
import dev.freehold.link.stream.PathKind;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** The paths through one relay. */
final class RelayPaths implements RelayListener, AutoCloseable {
  private static final Duration ONLINE = Duration.ofSeconds(6);

  /** Handshakes that others have begun and not finished. */
  private static final int HALF_OPEN = 64;

  /** Answers to those who speak of a path that is not. */
  private static final int CORRECTIONS = 16;

  private final Links links;
  private final HttpClient http;
  private final RelayConnection connection;
  private final Map<Key, Path> paths = new ConcurrentHashMap<>();
  private final Semaphore corrections = new Semaphore(CORRECTIONS);

  private record Key(NodeId peer, PathId path) {}

  RelayPaths(Links links, RelayAddress address) {
    this.links = links;
    this.http = RelayConnection.http(address, links.random());
    this.connection =
        RelayConnection.start(address, links.key(), links.random(), links.clock(), this, http);
  }

  RelayState state() {
    return connection.state();
  }

  /** Where this relay tells by UDP which address it sees; none while it doesn't. */
  List<InetSocketAddress> reflectors() {
    Optional<Integer> port = connection.reflector();
    if (port.isEmpty()) {
      return List.of();
    }
    String host = connection.address().host();
    try {
      return Arrays.stream(InetAddress.getAllByName(host.replace("[", "").replace("]", "")))
          .map(address -> new InetSocketAddress(address, port.get()))
          .toList();
    } catch (UnknownHostException e) {
      return List.of();
    }
  }

  /** Calls a node; empty while this relay can't be reached. */
  Optional<Path> call(Link link) throws InterruptedException {
    if (!connection.awaitOnline(ONLINE)) {
      return Optional.empty();
    }
    Path path =
        Path.calling(
            links, new RelayCarrier(connection, link.peer()), PathKind.RELAY, link, this::add);
    return Optional.of(path);
  }

  private void add(Path path) {
    NodeId peer = path.claimed().orElseThrow();
    paths.put(new Key(peer, path.id()), path);
    path.onEnd(() -> paths.remove(new Key(peer, path.id()), path));
  }

  @Override
  public void received(NodeId from, byte[] payload) {
    if (!(PathMessage.parse(payload) instanceof Parsed.Read<PathMessage>(PathMessage message))) {
      return;
    }
    Path known = paths.get(new Key(from, message.path()));
    if (known != null) {
      known.receive(message);
    } else if (message.kind() == Kind.HELLO) {
      called(from, message);
    } else if (message.kind() != Kind.CLOSE) {
      correct(from, message.path());
    }
  }

  private void called(NodeId from, PathMessage hello) {
    if (!links.wouldAdmit(from)
        || paths.values().stream().filter(path -> !path.isSettled()).count() >= HALF_OPEN) {
      return;
    }
    for (Path path : of(from)) {
      if (path.isCalling()) {
        if (NodeOrder.isLower(links.self(), from)) {
          // Both call: the lower one's call is answered.
          return;
        }
        boolean _ = path.finish("the other node has called");
      }
    }
    Path path =
        Path.called(
            links,
            new RelayCarrier(connection, from),
            PathKind.RELAY,
            hello.path(),
            from,
            this::add);
    path.onUp(
        () ->
            of(from).stream()
                .filter(older -> older != path && older.isUp())
                .forEach(older -> older.finish("a fresh path has taken its place")));
    path.receive(hello);
  }

  /** Whoever started again has forgotten its paths: the others should know at once. */
  private void correct(NodeId from, PathId path) {
    if (corrections.tryAcquire()) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  connection.send(
                      from, PathMessage.of(Kind.CLOSE, path, new byte[0]).bytes(), () -> false);
                } catch (IOException | InterruptedException e) {
                  // It will find out.
                } finally {
                  corrections.release();
                }
              });
    }
  }

  @Override
  public void gone(NodeId node, Absence why) {
    for (Path path : of(node)) {
      boolean _ = path.finish("the relay says the node is " + why);
    }
  }

  @Override
  public void changed(RelayState state) {
    if (!(state instanceof RelayState.Online)) {
      for (Path path : List.copyOf(paths.values())) {
        boolean _ = path.finish("the relay is gone: " + state);
      }
    }
  }

  @Override
  public void close() {
    connection.close();
    http.shutdownNow();
  }

  private List<Path> of(NodeId peer) {
    return paths.entrySet().stream()
        .filter(entry -> entry.getKey().peer.equals(peer))
        .map(Map.Entry::getValue)
        .toList();
  }
}
