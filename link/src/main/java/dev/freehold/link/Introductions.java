// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.ice.Agent;
import dev.freehold.link.ice.Candidate;
import dev.freehold.link.ice.Credentials;
import dev.freehold.link.ice.Description;
import dev.freehold.link.ice.IceSocket;
import dev.freehold.link.ice.LateChecks;
import dev.freehold.link.quic.QuicCarrier;
import dev.freehold.link.quic.QuicIdentity;
import dev.freehold.link.quic.QuicStack;
import dev.freehold.link.stream.Cancellation;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.StreamCancelled;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Looks for ways by UDP between two nodes whose link is up over a relay: they tell each other over
 * it where they may be reached, and try all of that at once. The node with the lower key begins,
 * nominates, and calls. Nothing here is loaded, bound or sent before the first attempt.
 */
final class Introductions implements AutoCloseable {
  static final Protocol PROTOCOL = new Protocol("freehold/introduction/1");

  private static final Logger LOG = Logger.getLogger("dev.freehold.link");

  /** How long the other end may take to say where it may be reached. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** How long checks are made: seven of each, and the answer to the last. */
  private static final Duration CHECKS = Duration.ofSeconds(6);

  private static final Duration QUIC = Duration.ofSeconds(5);

  /** How long a peer has to wait after an attempt of its own. */
  private static final long BETWEEN = 1_000_000_000L;

  private static final int AT_ONCE = 8;
  private static final int SERVERS = 4;
  private static final int HOSTS = 8;

  private final Links links;
  private final Semaphore free = new Semaphore(AT_ONCE);
  private final AtomicBoolean told = new AtomicBoolean();

  /** When each peer may begin again; that of one whose attempt is under way is never. */
  private final Map<NodeId, Long> again = new ConcurrentHashMap<>();

  /** Made for the first connection; owned by this object's monitor. */
  private @Nullable QuicStack stack;

  private boolean closed;

  Introductions(Links links) {
    this.links = links;
  }

  /** What one end has when it tells where it may be reached. */
  private record Ready(
      IceSocket socket, QuicIdentity identity, Description description, Obstacle likely) {}

  /** Looks for a way; a path over it that is being called, or none. */
  Optional<Path> look(Link link) throws InterruptedException {
    if (!free.tryAcquire()) {
      return Optional.empty();
    }
    try {
      return lookOnce(link);
    } finally {
      free.release();
    }
  }

  private Optional<Path> lookOnce(Link link) throws InterruptedException {
    Optional<Ready> prepared = prepare(link);
    if (prepared.isEmpty()) {
      return Optional.empty();
    }
    Ready ready = prepared.get();
    boolean handedOver = false;
    try {
      Optional<Description> other = ask(link, ready.description());
      if (other.isEmpty()) {
        return Optional.empty();
      }
      Agent agent = agent(true, ready, other.get());
      Optional<InetSocketAddress> place = ready.socket().connect(agent, CHECKS);
      if (place.isEmpty()) {
        link.found(agent.heard() ? Obstacle.UNANSWERED : ready.likely());
        return Optional.empty();
      }
      QuicCarrier carrier =
          stack()
              .connect(
                  ready.socket().channel(),
                  ready.identity(),
                  other.get().certificate(),
                  new LateChecks(agent, place.get(), links.clock()),
                  QUIC);
      handedOver = true;
      link.found(null);
      return Optional.of(links.call(carrier, PathKind.QUIC, link));
    } catch (IOException e) {
      link.found(Obstacle.NO_QUIC);
      return Optional.empty();
    } finally {
      if (!handedOver) {
        ready.socket().close();
      }
    }
  }

  /** Tells the other end, and hears from it; empty where it doesn't want to. */
  private static Optional<Description> ask(Link link, Description own) {
    try (LinkStream stream = link.open(PROTOCOL)) {
      Thread patience =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      Thread.sleep(ANSWER);
                      stream.cancel();
                    } catch (InterruptedException e) {
                      // It has answered.
                    }
                  });
      try {
        var messages = stream.messages(Description.LENGTH_LIMIT);
        messages.send(own.bytes());
        stream.end();
        return messages.receive().flatMap(Introductions::read);
      } finally {
        patience.interrupt();
      }
    } catch (StreamCancelled e) {
      if (e.why() == Cancellation.NOT_SERVED) {
        link.found(Obstacle.NOT_WANTED_THERE);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Description> read(byte[] bytes) {
    return Description.parse(bytes) instanceof Parsed.Read<Description>(Description description)
        ? Optional.of(description)
        : Optional.empty();
  }

  /** Serves a peer that begins. */
  void answer(LinkStream stream) throws IOException, InterruptedException {
    NodeId peer = stream.peer();
    Optional<Link> link = links.known(peer);
    if (link.isEmpty()
        || !links.introduces(peer)
        || !NodeOrder.isLower(peer, links.self())
        || !begins(peer)) {
      stream.cancel(Cancellation.NOT_SERVED);
      return;
    }
    try {
      if (free.tryAcquire()) {
        try {
          Optional<QuicCarrier> carrier = answerOnce(stream, link.get());
          carrier.ifPresent(
              up ->
                  Thread.ofVirtual()
                      .name("QUIC of " + peer)
                      .start(() -> links.serve(up, PathKind.QUIC, peer)));
        } finally {
          free.release();
        }
      } else {
        stream.cancel(Cancellation.TOO_MANY);
      }
    } finally {
      again.put(peer, links.clock().nanos() + BETWEEN);
    }
  }

  /** One attempt of a peer's at a time, and a little between two. */
  private boolean begins(NodeId peer) {
    long now = links.clock().nanos();
    again.values().removeIf(when -> when <= now);
    return again.putIfAbsent(peer, Long.MAX_VALUE) == null;
  }

  private Optional<QuicCarrier> answerOnce(LinkStream stream, Link link)
      throws IOException, InterruptedException {
    var messages = stream.messages(Description.LENGTH_LIMIT);
    Optional<Description> other = messages.receive().flatMap(Introductions::read);
    Optional<Ready> prepared = other.isEmpty() ? Optional.empty() : prepare(link);
    if (prepared.isEmpty()) {
      stream.cancel(Cancellation.NOT_SERVED);
      return Optional.empty();
    }
    Ready ready = prepared.get();
    boolean handedOver = false;
    try {
      messages.send(ready.description().bytes());
      stream.end();
      Agent agent = agent(false, ready, other.get());
      Optional<InetSocketAddress> place = ready.socket().connect(agent, CHECKS);
      if (place.isEmpty()) {
        link.found(agent.heard() ? Obstacle.UNANSWERED : ready.likely());
        return Optional.empty();
      }
      QuicCarrier carrier =
          stack()
              .accept(
                  ready.socket().channel(),
                  ready.identity(),
                  other.get().certificate(),
                  new LateChecks(agent, place.get(), links.clock()),
                  QUIC);
      handedOver = true;
      link.found(null);
      return Optional.of(carrier);
    } catch (IOException e) {
      link.found(Obstacle.NO_QUIC);
      return Optional.empty();
    } finally {
      if (!handedOver) {
        ready.socket().close();
      }
    }
  }

  private Agent agent(boolean controlling, Ready ready, Description other) {
    List<Candidate> called =
        other.candidates().stream().filter(one -> mayCall(one.address().address())).toList();
    return new Agent(
        controlling,
        ready.description().credentials(),
        new Description(other.credentials(), other.certificate(), called),
        links.random());
  }

  private boolean mayCall(InetAddress address) {
    return !address.isLinkLocalAddress()
        && !address.isAnyLocalAddress()
        && !address.isMulticastAddress()
        && (links.settings().loopback() || !address.isLoopbackAddress());
  }

  /** Binds a socket, and finds out where it may be reached. */
  private Optional<Ready> prepare(Link link) {
    Optional<String> lacking = QuicStack.lacking();
    if (lacking.isPresent()) {
      tellOnce("there is no QUIC here, links stay on their relays: " + lacking.get());
      link.found(Obstacle.NO_LIBRARY);
      return Optional.empty();
    }
    try {
      IceSocket socket = IceSocket.open(links.clock());
      try {
        return Optional.of(prepare(socket));
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    } catch (IOException e) {
      tellOnce("there is no UDP here, links stay on their relays: " + e.getMessage());
      link.found(Obstacle.NO_SOCKET);
      return Optional.empty();
    }
  }

  private Ready prepare(IceSocket socket) throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    for (InetAddress address : Links.ownAddresses()) {
      if (candidates.size() < HOSTS && mayCall(address)) {
        candidates.add(
            Candidate.of(
                Candidate.Kind.HOST, candidates.size(), new DirectAddress(address, socket.port())));
      }
    }
    List<InetSocketAddress> servers = links.reflectors().stream().limit(SERVERS).toList();
    Map<InetSocketAddress, InetSocketAddress> seen = socket.reflexive(servers, links.random());
    Set<InetSocketAddress> places = new HashSet<>(seen.values());
    for (InetSocketAddress place : places) {
      boolean isNew =
          candidates.stream().noneMatch(one -> one.address().socketAddress().equals(place));
      if (isNew && mayCall(place.getAddress()) && place.getPort() > 0) {
        candidates.add(
            Candidate.of(
                Candidate.Kind.REFLEXIVE,
                candidates.size(),
                new DirectAddress(place.getAddress(), place.getPort())));
      }
    }
    QuicIdentity identity = QuicIdentity.fresh(links.random());
    return new Ready(
        socket,
        identity,
        new Description(Credentials.random(links.random()), identity.digest(), candidates),
        likely(seen));
  }

  /** What probably stands in the way if no check gets through. */
  private static Obstacle likely(Map<InetSocketAddress, InetSocketAddress> seen) {
    if (seen.isEmpty()) {
      return Obstacle.UDP_BLOCKED;
    }
    Set<InetAddress> addresses = new HashSet<>();
    seen.values().forEach(place -> addresses.add(place.getAddress()));
    return new HashSet<>(seen.values()).size() > addresses.size()
        ? Obstacle.SYMMETRIC_NAT
        : Obstacle.UNANSWERED;
  }

  private void tellOnce(String what) {
    if (told.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, what);
    }
  }

  private synchronized QuicStack stack() throws IOException {
    if (closed) {
      throw new IOException("the node is being closed");
    }
    QuicStack made = stack;
    if (made == null) {
      made = new QuicStack();
      stack = made;
    }
    return made;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (stack != null) {
      stack.close();
    }
  }
}
