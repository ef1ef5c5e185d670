// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.presence;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.Members;
import dev.freehold.fleet.StreamServices;
import dev.freehold.link.Link;
import dev.freehold.link.Links;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.Protocol;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Keeps a link to every member, asks each now and then how it is, and says how this node is. */
public final class Lookout implements AutoCloseable {
  private static final Protocol PROTOCOL = new Protocol("freehold/presence/2");
  private static final Duration EVERY = Duration.ofSeconds(10);

  /** Where something is about to change, or nothing is known. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private static final String LOADING = "loading";

  private final Links links;
  private final Members members;
  private final InstantSource clock;
  private final MonotonicClock pause;
  private final Map<NodeId, Heard> heard = new ConcurrentHashMap<>();
  private final Set<NodeId> asked = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  private record Heard(Presence presence, Instant seen, Duration skew) {}

  private Lookout(Links links, Members members, InstantSource clock, MonotonicClock pause) {
    this.links = links;
    this.members = members;
    this.clock = clock;
    this.pause = pause;
    this.thread = Thread.ofVirtual().name("lookout").unstarted(this::look);
  }

  /**
   * Begins.
   *
   * @param own what this node says of itself when it is asked
   */
  public static Lookout start(
      Links links,
      Members members,
      StreamServices services,
      Supplier<SignedPresence> own,
      InstantSource clock,
      MonotonicClock pause) {
    Lookout lookout = new Lookout(links, members, clock, pause);
    services.register(
        PROTOCOL, (_, stream) -> stream.messages(Presence.LIMIT).send(own.get().bytes()));
    lookout.thread.start();
    return lookout;
  }

  /** How every member stands now. */
  public List<Sight> sights() {
    return members.list().stream().map(this::sight).toList();
  }

  /** Asks a member now, without waiting for it. */
  public void ask(Member member) {
    if (asked.add(member.node())) {
      Link link = link(member);
      Thread.ofVirtual()
          .name("presence of " + member.name())
          .start(
              () -> {
                try {
                  hear(link);
                } catch (IOException e) {
                  // Not reached, or it no longer knows us: when it was seen last says so.
                } finally {
                  asked.remove(member.node());
                }
              });
    }
  }

  /**
   * Looked for also at this node's own relays: who has left the ones that were known of it is
   * probably at one that both are at.
   */
  private Link link(Member member) {
    List<RelayAddress> relays =
        Stream.concat(member.address().relays().stream(), links.address().relays().stream())
            .distinct()
            .limit(NodeAddress.PLACES)
            .toList();
    return links.to(new NodeAddress(member.node(), relays, member.address().direct()));
  }

  private void hear(Link link) throws IOException {
    try (LinkStream stream = link.open(PROTOCOL)) {
      stream.end();
      Optional<byte[]> answer = stream.messages(Presence.LIMIT).receive();
      if (answer.isPresent()
          && SignedPresence.parse(answer.get())
              instanceof Parsed.Read<SignedPresence>(SignedPresence said)
          && said.node().equals(link.peer())
          && said.signed()) {
        Presence presence = said.presence();
        Instant now = clock.instant();
        heard.put(
            link.peer(),
            new Heard(presence, now, Duration.between(now, presence.time().instant())));
      }
    }
  }

  private Sight sight(Member member) {
    // Every request looks here; where a member is looked for is settled each time it is asked.
    Link link = links.known(member.node()).orElseGet(() -> link(member));
    Optional<Heard> last = Optional.ofNullable(heard.get(member.node()));
    return new Sight(
        member,
        link.state(),
        link.obstacle(),
        link.quality(),
        last.map(Heard::presence),
        last.map(Heard::seen),
        last.map(Heard::skew).orElse(Duration.ZERO));
  }

  private boolean due(Member member) {
    Heard last = heard.get(member.node());
    return last == null
        || Duration.between(last.seen, clock.instant()).abs().compareTo(EVERY) >= 0
        || last.presence.bytesPerSecond() == 0
        || last.presence.models().stream().anyMatch(model -> model.state().equals(LOADING));
  }

  private void look() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        members.list().stream().filter(this::due).forEach(this::ask);
        pause.sleep(SOON);
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
