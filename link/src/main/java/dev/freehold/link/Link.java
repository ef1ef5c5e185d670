// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.channel.Instance;
import dev.freehold.link.stream.Backoff;
import dev.freehold.link.stream.Lane;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.Quality;
import dev.freehold.link.stream.Session;
import dev.freehold.link.stream.StreamCancelled;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * To one other node, whether it can be reached just now or not. There is one for each peer; {@link
 * Links#to} gives it. Safe for use by many threads.
 */
public final class Link implements AutoCloseable {
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  /** While streams wait for a path. */
  private static final Duration LONGEST_WAIT_OF_STREAMS = Duration.ofSeconds(1);

  private static final Duration LONGEST_DIRECT_WAIT = Duration.ofMinutes(5);

  /** A path by TCP, where there can be one, is up by then. */
  private static final Duration FIRST_WAIT_BY_UDP = Duration.ofSeconds(1);

  private static final Duration LONGEST_WAIT_BY_UDP = Duration.ofMinutes(10);

  /** A path that was up so long was a good one. */
  private static final long LASTING = 60_000_000_000L;

  private final Links links;
  private final Session session;
  private final List<Consumer<LinkState>> watchers = new CopyOnWriteArrayList<>();

  // All below is owned by this object's monitor.
  private final Set<RelayAddress> relays = new LinkedHashSet<>();
  private final Set<DirectAddress> direct = new LinkedHashSet<>();
  private String lastWhy = "no path has been tried yet";
  private long downSince;
  private boolean gaveUp;
  private boolean wanted;
  private boolean callingRelays;
  private boolean callingDirect;
  private boolean callingByUdp;

  /** How many paths through relays there were. */
  private int relayPaths;

  private @Nullable Obstacle obstacle;
  private boolean closed;

  Link(Links links, NodeId peer) {
    this.links = links;
    this.session =
        new Session(
            peer,
            NodeOrder.isLower(links.self(), peer),
            links.settings().limits(),
            links.clock(),
            Instance.random(links.random()),
            links::serve,
            this::noted);
    this.downSince = links.clock().nanos();
  }

  /** The node at the other end. */
  public NodeId peer() {
    return session.peer();
  }

  /**
   * Opens a stream. This never waits: what is written goes as soon as a path is up, and is {@link
   * dev.freehold.link.stream.Cancellation#LOST} if none comes up within the settings' patience.
   *
   * @throws StreamCancelled if the link is closed
   */
  public LinkStream open(Protocol protocol) throws StreamCancelled {
    return session.open(protocol);
  }

  /** Whether a path is up, and over what. */
  public LinkState state() {
    Optional<Lane> active = session.active();
    if (active.isPresent()) {
      return new LinkState.Up(active.get().kind());
    }
    synchronized (this) {
      return new LinkState.Down(lastWhy);
    }
  }

  /** Round trips and throughput of the path in use, once it has settled; empty before. */
  public Optional<Quality> quality() {
    return session.active().flatMap(Lane::quality);
  }

  /** Tells every change of state from now on, on a thread that must not be kept waiting. */
  public void watch(Consumer<LinkState> watcher) {
    watchers.add(watcher);
  }

  /** Waits until a path is up; false if none is after {@code limit}. */
  public boolean awaitUp(Duration limit) throws InterruptedException {
    return await(limit, () -> session.active().isPresent());
  }

  /** Waits until a path of this kind is in use; false if it isn't after {@code limit}. */
  public boolean awaitUp(PathKind kind, Duration limit) throws InterruptedException {
    return await(limit, () -> session.active().filter(lane -> lane.kind() == kind).isPresent());
  }

  /** Adds places to look for the peer. */
  public void addPlaces(NodeAddress address) {
    synchronized (this) {
      addUpTo(relays, address.relays());
      addUpTo(direct, address.direct());
      changed();
    }
    call();
  }

  /**
   * Closes the link: its streams are cancelled, and {@link Links#to} makes another one. The peer
   * may link itself to us again.
   */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      changed();
    }
    session.close();
    links.forget(this);
  }

  Session session() {
    return session;
  }

  /**
   * From now on this node looks for the peer: the link stays though it is down for long. False
   * where it is closed already.
   */
  boolean want() {
    synchronized (this) {
      wanted = true;
      return !closed;
    }
  }

  // Paths that come and go.

  void pathCame(Path path) {
    synchronized (this) {
      gaveUp = false;
      if (path.kind() == PathKind.RELAY) {
        relayPaths++;
      }
      changed();
    }
    links.offer().ifPresent(offer -> session.note(offer.bytes()));
    tell();
    call();
  }

  void pathWent(Path path, String why) {
    synchronized (this) {
      lastWhy = why;
      if (session.active().isEmpty()) {
        downSince = links.clock().nanos();
      }
      changed();
    }
    tell();
    call();
  }

  private void tell() {
    LinkState state = state();
    watchers.forEach(watcher -> watcher.accept(state));
  }

  /** Called now and then: streams don't wait for ever. */
  void watch() {
    synchronized (this) {
      if (gaveUp
          || session.active().isPresent()
          || links.clock().nanos() - downSince < links.settings().patience().toNanos()) {
        return;
      }
      gaveUp = true;
    }
    session.giveUp();
    boolean stranger;
    synchronized (this) {
      stranger = !wanted;
      closed |= stranger;
    }
    if (stranger) {
      // It called us and is gone; nobody here looks for it.
      close();
      return;
    }
    synchronized (this) {
      // Streams that are opened from now on have their own patience.
      gaveUp = false;
      downSince = links.clock().nanos();
    }
  }

  private void noted(byte[] note) {
    if (Offer.parse(note) instanceof Parsed.Read<Offer>(Offer offer)) {
      synchronized (this) {
        direct.clear();
        addUpTo(direct, offer.addresses());
        changed();
      }
      call();
    }
  }

  private static <T> void addUpTo(Set<T> known, List<T> more) {
    for (T each : more) {
      if (known.size() < 2 * NodeAddress.PLACES) {
        known.add(each);
      }
    }
  }

  // Calling.

  /** Sees to it that somebody calls, where a path is missing and a place is known. */
  private void call() {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (!callingRelays && !relays.isEmpty() && session.active().isEmpty()) {
        callingRelays = true;
        Thread.ofVirtual().name("calling " + peer()).start(this::callThroughRelays);
      }
      if (!callingByUdp && isIntroduced()) {
        callingByUdp = true;
        Thread.ofVirtual().name("calling by UDP " + peer()).start(this::callByUdp);
      }
      if (!callingDirect && callsDirect() && !isDirect()) {
        callingDirect = true;
        Thread.ofVirtual().name("calling directly " + peer()).start(this::callDirectly);
      }
    }
  }

  private boolean isDirect() {
    return session.active().filter(lane -> lane.kind() != PathKind.RELAY).isPresent();
  }

  private boolean callsDirect() {
    return !direct.isEmpty() && links.settings().direct().contains(PathKind.DIRECT);
  }

  /** Whether this end is to look for a way by UDP now: the one with the lower key does. */
  private boolean isIntroduced() {
    return session.active().filter(lane -> lane.kind() == PathKind.RELAY).isPresent()
        && NodeOrder.isLower(links.self(), peer())
        && links.introduces(peer());
  }

  private void callByUdp() {
    Backoff backoff = new Backoff(FIRST_WAIT_BY_UDP, LONGEST_WAIT_BY_UDP, links.random());
    try {
      while (true) {
        int seen;
        synchronized (this) {
          seen = relayPaths;
        }
        waitForNews(backoff.next(), () -> !isIntroduced() || relayPaths != seen);
        synchronized (this) {
          if (closed || !isIntroduced()) {
            callingByUdp = false;
            return;
          }
          if (relayPaths != seen) {
            // The network is another one, perhaps.
            backoff.reset();
            continue;
          }
        }
        Optional<Path> path = links.introductions().look(this);
        if (path.isPresent() && path.get().await().isEmpty()) {
          long up = links.clock().nanos();
          path.get().awaitEnd();
          if (links.clock().nanos() - up > LASTING) {
            backoff.reset();
          }
        }
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  /** Why no way by UDP was found when one was last looked for, until one is. */
  public Optional<Obstacle> obstacle() {
    synchronized (this) {
      return Optional.ofNullable(obstacle);
    }
  }

  void found(@Nullable Obstacle inTheWay) {
    synchronized (this) {
      obstacle = inTheWay;
    }
  }

  private void callThroughRelays() {
    Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, links.random());
    try {
      while (true) {
        List<RelayAddress> places;
        synchronized (this) {
          if (closed || session.active().isPresent()) {
            callingRelays = false;
            return;
          }
          places = List.copyOf(relays);
        }
        for (RelayAddress place : places) {
          if (session.active().isEmpty()) {
            Optional<Path> path = links.callThrough(place, this);
            if (path.isPresent()) {
              path.get().await();
            } else {
              unreachable(place);
            }
          }
        }
        waitForNews(waiting(backoff.next()), () -> session.active().isPresent());
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  private void unreachable(RelayAddress place) {
    synchronized (this) {
      lastWhy = "the relay " + place.host() + ":" + place.port() + " can't be reached";
    }
  }

  private void callDirectly() {
    Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_DIRECT_WAIT, links.random());
    long seen = -1;
    try {
      while (true) {
        List<DirectAddress> places;
        synchronized (this) {
          if (closed || isDirect() || !callsDirect()) {
            callingDirect = false;
            return;
          }
          places = new ArrayList<>(direct);
          if (seen != places.hashCode()) {
            seen = places.hashCode();
            backoff.reset();
          }
        }
        for (DirectAddress place : places) {
          InetAddress address = place.address();
          if (!isDirect() && (links.settings().loopback() || !address.isLoopbackAddress())) {
            callAt(place);
          }
        }
        List<DirectAddress> tried = places;
        waitForNews(
            waiting(backoff.next()),
            () -> {
              synchronized (this) {
                return isDirect() || !tried.equals(new ArrayList<>(direct));
              }
            });
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  /** Streams that were under way when the path went don't wait until a long step is over. */
  private Duration waiting(Duration step) {
    boolean longer = step.compareTo(LONGEST_WAIT_OF_STREAMS) > 0;
    return longer && session.active().isEmpty() && session.hasStreamsUnderWay()
        ? Backoff.jittered(LONGEST_WAIT_OF_STREAMS, links.random())
        : step;
  }

  private void callAt(DirectAddress place) throws InterruptedException {
    try {
      links.callDirect(place, this).await();
    } catch (IOException e) {
      synchronized (this) {
        lastWhy = place + ": " + e.getMessage();
      }
    }
  }

  private void changed() {
    notifyAll();
  }

  private void waitForNews(Duration limit, BooleanSupplier enough) throws InterruptedException {
    boolean _ = await(limit, () -> closed || enough.getAsBoolean());
  }

  private boolean await(Duration limit, BooleanSupplier enough) throws InterruptedException {
    long until = links.clock().nanos() + limit.toNanos();
    synchronized (this) {
      while (!enough.getAsBoolean()) {
        long left = until - links.clock().nanos();
        if (left <= 0) {
          return false;
        }
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
      return true;
    }
  }
}
