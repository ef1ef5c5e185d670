// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.Members;
import dev.freehold.fleet.StreamService;
import dev.freehold.fleet.StreamServices;
import dev.freehold.fleet.pair.Book;
import dev.freehold.fleet.pair.Invite;
import dev.freehold.fleet.pair.InviteId;
import dev.freehold.fleet.pair.Paired;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.fleet.pair.RefusedJoin;
import dev.freehold.fleet.presence.Lookout;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.fleet.presence.SignedPresence;
import dev.freehold.link.Admission;
import dev.freehold.link.Link;
import dev.freehold.link.Links;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.RelayState;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.StreamHandler;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This node in its fleet. Its links are opened once it has members, or relays or an address of its
 * own by which others reach it; before, it opens no connection. Safe for use by many threads.
 */
public final class FleetNode implements AutoCloseable {
  /** What is kept of other machines, in the home. */
  public static final String FOLDER = "fleet";

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration FAREWELL = Duration.ofMillis(300);

  private final FleetSettings settings;
  private final MemberName self;
  private final SigningKey key;
  private final Book book;
  private final Supplier<Presence> own;
  private final InstantSource clock;
  private final SecureRandom random;

  /** So many nodes at most that are no members, while anybody is served. */
  private static final int STRANGERS = 1000;

  /** Whether somebody else than members is served. */
  private volatile boolean forAnybody;

  /** What anybody is served; owned by this object's monitor. */
  private final Map<Protocol, StreamHandler> servedToAll = new HashMap<>();

  /** What members are served beside; owned by this object's monitor. */
  private final Map<Protocol, StreamService> served = new HashMap<>();

  /** What the last join failed of, until one succeeds. */
  private volatile @Nullable FailedJoin failedJoin;

  /**
   * A join of this node's that failed.
   *
   * @param at when
   * @param why for a person
   */
  public record FailedJoin(Timestamp at, String why) {}

  /** Set once, with this object's monitor held. */
  private volatile @Nullable Open open;

  /** What there is once links are. */
  private record Open(Links links, StreamServices services, Pairing pairing, Lookout lookout) {}

  private FleetNode(
      FleetSettings settings,
      SigningKey key,
      Book book,
      Supplier<Presence> own,
      InstantSource clock,
      SecureRandom random) {
    this.settings = settings;
    this.self = settings.called();
    this.key = key;
    this.book = book;
    this.own = own;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Reads the book, and opens the links where there is somebody to link to.
   *
   * @param own what this node says of itself
   * @throws IOException if the book is damaged, or the address to listen at can't be bound
   */
  public static FleetNode open(
      FleetSettings settings,
      Path home,
      SigningKey key,
      Supplier<Presence> own,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    Book book = Book.open(new BookFile(home, random), settings.called(), clock, random);
    FleetNode fleet = new FleetNode(settings, key, book, own, clock, random);
    if (settings.reachable() || !book.list().isEmpty()) {
      fleet.opened();
    }
    return fleet;
  }

  private synchronized Open opened() throws IOException {
    Open already = open;
    if (already != null) {
      return already;
    }
    Links links = Links.start(settings.links(), key, admission(), random, MonotonicClock.system());
    StreamServices services = new StreamServices(links, book);
    Lookout lookout =
        Lookout.start(
            links,
            book,
            services,
            () -> SignedPresence.sign(own.get(), key),
            clock,
            MonotonicClock.system());
    Pairing pairing = new Pairing(links, book, self, clock, random);
    pairing.serve(paired -> lookout.ask(paired.member()));
    served.forEach(services::register);
    servedToAll.forEach(links::serve);
    Open made = new Open(links, services, pairing, lookout);
    open = made;
    return made;
  }

  private Admission admission() {
    return new Admission() {
      @Override
      public boolean admits(NodeId node) {
        return FleetNode.this.admits(node);
      }

      @Override
      public boolean introduces(NodeId node) {
        return book.find(node).isPresent();
      }
    };
  }

  /**
   * Members always; strangers while an invite waits for one, and then they get nothing else, or
   * while anybody is served.
   */
  private boolean admits(NodeId node) {
    return book.find(node).isPresent() || book.anyOpen() || (forAnybody && strangers() < STRANGERS);
  }

  private long strangers() {
    Open now = open;
    return now == null
        ? 0
        : now.links().all().stream().filter(link -> book.find(link.peer()).isEmpty()).count();
  }

  /** What this machine is called. */
  public MemberName self() {
    return self;
  }

  /** Whether others can reach it with an invite. */
  public boolean reachable() {
    return settings.reachable();
  }

  /** The relays to which it keeps a connection. */
  public List<RelayAddress> ownRelays() {
    return settings.relays();
  }

  /** The node's own key. */
  public NodeId id() {
    return key.nodeId();
  }

  /** The machines that it was paired with. */
  public Members members() {
    return book;
  }

  /** From now on serves the streams of this protocol that members open. */
  public synchronized void serve(Protocol protocol, StreamService service) {
    served.put(protocol, service);
    Open now = open;
    if (now != null) {
      now.services().register(protocol, service);
    }
  }

  /**
   * From now on serves the streams of this protocol that anybody opens.
   *
   * @throws IOException if the address to listen at can't be bound
   */
  public synchronized void serveAnybody(Protocol protocol, StreamHandler handler)
      throws IOException {
    forAnybody = true;
    servedToAll.put(protocol, handler);
    opened().links().serve(protocol, handler);
  }

  /** Where others find this machine. */
  public NodeAddress address() throws IOException {
    return opened().links().address();
  }

  /**
   * Opens a stream to a node that need not be a member.
   *
   * @throws IOException if it can't be reached
   */
  public LinkStream stream(NodeAddress address, Protocol protocol)
      throws IOException, InterruptedException {
    Link link = opened().links().to(address);
    if (!link.awaitUp(PATIENCE)) {
      throw new IOException(address.node() + " can't be reached");
    }
    return link.open(protocol);
  }

  /**
   * Closes the link to a node that is no member, and looks for it no longer. A stream to it that is
   * opened later has a link made anew.
   */
  public void giveUp(NodeId stranger) {
    Open now = open;
    if (now != null && book.find(stranger).isEmpty()) {
      now.links().known(stranger).ifPresent(Link::close);
    }
  }

  /**
   * Opens a stream to a member.
   *
   * @throws IOException if it is none, or the link is closed
   */
  public LinkStream stream(NodeId node, Protocol protocol) throws IOException {
    Member member =
        book.find(node)
            .orElseThrow(() -> new IOException(node + " is no machine of this fleet any more"));
    return opened().links().to(member.address()).open(protocol);
  }

  /** The book's invites. */
  public List<Book.Listed> invites() {
    return book.invites();
  }

  /** The members and their words. */
  public List<Paired> paired() {
    return book.paired();
  }

  /**
   * Makes an invite; empty where nobody could reach this machine with it.
   *
   * @throws IOException if it could not be kept
   */
  public Optional<Invite> invite(Tier tier) throws IOException {
    if (!settings.reachable()) {
      return Optional.empty();
    }
    NodeAddress address = opened().links().address();
    return Optional.of(book.issue(tier, address));
  }

  /** Takes an unused invite back; false where there is no such one. */
  public boolean withdraw(InviteId id) throws IOException {
    return book.withdraw(id);
  }

  /** Uses another machine's invite. */
  public Pairing.Result join(Invite invite) throws IOException, InterruptedException {
    Open now = opened();
    Pairing.Result result = now.pairing().join(invite, PATIENCE);
    switch (result) {
      case Pairing.Result.Joined(Paired paired, Duration _) -> {
        failedJoin = null;
        now.lookout().ask(paired.member());
      }
      case Pairing.Result.NotJoined(String why) ->
          failedJoin = new FailedJoin(new Timestamp(clock.instant()), why);
    }
    return result;
  }

  /** Another key follows a member's, by that one's own word; the link to the old one ends. */
  public Book.Followed follow(KeyStatement.Succession succession) throws IOException {
    Book.Followed followed = book.follow(succession);
    Open now = open;
    if (followed instanceof Book.Followed.Done(Member member) && now != null) {
      end(now, succession.node());
      now.lookout().ask(member);
    }
    return followed;
  }

  /** Removes a member, and ends the link to it. Empty where there is none of that name. */
  public Optional<Member> remove(MemberName name) throws IOException {
    Optional<Member> removed = book.remove(name);
    Open now = open;
    if (removed.isPresent() && now != null) {
      end(now, removed.get().node());
    }
    return removed;
  }

  /** Closes the link to who is no member any more, once what it was just told has gone out. */
  private static void end(Open now, NodeId node) {
    Thread.ofVirtual()
        .name("farewell")
        .start(
            () -> {
              try {
                Thread.sleep(FAREWELL);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              now.links().all().stream()
                  .filter(link -> link.peer().equals(node))
                  .forEach(Link::close);
            });
  }

  /** The last joiners that this node turned away. */
  public List<RefusedJoin> refusedJoins() {
    Open now = open;
    return now == null ? List.of() : now.pairing().refused();
  }

  /** The last join of this node's, where it failed. */
  public Optional<FailedJoin> failedJoin() {
    return Optional.ofNullable(failedJoin);
  }

  /** How every member stands. */
  public List<Sight> sights() {
    Open now = open;
    return now == null ? List.of() : now.lookout().sights();
  }

  /** How the connection to every relay stands. */
  public Map<RelayAddress, RelayState> relays() {
    Open now = open;
    return now == null ? Map.of() : now.links().relays();
  }

  @Override
  public synchronized void close() {
    Open now = open;
    if (now != null) {
      now.lookout().close();
      now.links().close();
    }
  }
}
