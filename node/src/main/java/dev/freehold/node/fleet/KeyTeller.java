// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.pair.Book;
import dev.freehold.fleet.pair.KeyNews;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.LinkState;
import dev.freehold.link.Links;
import dev.freehold.link.stream.Backoff;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Tells the machines of a fleet what became of this machine's key, over links of the key that they
 * know.
 */
public final class KeyTeller implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(12);
  private static final Duration FIRST = Duration.ofSeconds(3);
  private static final Duration LONGEST = Duration.ofMinutes(2);

  /** Members that were off for longer are told by hand. */
  private static final Duration FRESH = Duration.ofDays(30);

  private final Path home;
  private final FleetSettings settings;
  private final FleetNode fleet;
  private final InstantSource clock;
  private final SecureRandom random;
  private final EventLog log;
  private final Thread thread;

  private KeyTeller(
      Path home,
      FleetSettings settings,
      FleetNode fleet,
      InstantSource clock,
      SecureRandom random,
      EventLog log) {
    this.home = home;
    this.settings = settings;
    this.fleet = fleet;
    this.clock = clock;
    this.random = random;
    this.log = log;
    this.thread = Thread.ofVirtual().name("key-teller").unstarted(this::run);
  }

  /**
   * Tells each machine of a home's fleet once, and waits for that.
   *
   * @param key the one that they know
   * @param statement what it says of itself
   * @return what came of it, by the members' names
   * @throws IOException if the home's book can't be read
   */
  public static Map<MemberName, KeyNews.Told> tell(
      SigningKey key,
      KeyStatement statement,
      Path home,
      FleetSettings settings,
      InstantSource clock,
      SecureRandom random)
      throws IOException, InterruptedException {
    List<Member> members = members(home, settings, clock, random);
    if (members.isEmpty()) {
      return Map.of();
    }
    try (Links links = links(key, settings, members, random)) {
      return tell(links, statement, members);
    }
  }

  private static List<Member> members(
      Path home, FleetSettings settings, InstantSource clock, SecureRandom random)
      throws IOException {
    return Book.open(new BookFile(home, random), settings.called(), clock, random).list();
  }

  /** Members call, too: some of them can't be called. */
  private static Links links(
      SigningKey key, FleetSettings settings, List<Member> members, SecureRandom random)
      throws IOException {
    Set<NodeId> admitted = members.stream().map(Member::node).collect(Collectors.toSet());
    try {
      return Links.start(
          settings.links(), key, admitted::contains, random, MonotonicClock.system());
    } catch (IOException e) {
      // The node itself listens at its address.
      LinkSettings relayed = LinkSettings.DEFAULT.withRelays(settings.relays());
      return Links.start(
          settings.loopback() ? relayed.withLoopback() : relayed,
          key,
          admitted::contains,
          random,
          MonotonicClock.system());
    }
  }

  private static Map<MemberName, KeyNews.Told> tell(
      Links links, KeyStatement statement, List<Member> members) throws InterruptedException {
    Map<MemberName, KeyNews.Told> told = new TreeMap<>(Comparator.comparing(MemberName::text));
    List<Thread> threads = new ArrayList<>();
    for (Member member : members) {
      threads.add(
          Thread.ofVirtual()
              .name("telling " + member.name())
              .start(
                  () -> {
                    KeyNews.Told one = KeyNews.Told.NOT_REACHED;
                    try {
                      one = KeyNews.tell(links.to(member.address()), statement, PATIENCE);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    synchronized (told) {
                      told.put(member.name(), one);
                    }
                  }));
    }
    for (Thread each : threads) {
      each.join();
    }
    return told;
  }

  /**
   * Goes on telling, for as long as a machine is not reached under the new key and an old one says
   * who followed it.
   */
  public static KeyTeller start(
      Path home,
      FleetSettings settings,
      FleetNode fleet,
      InstantSource clock,
      SecureRandom random,
      EventLog log) {
    KeyTeller teller = new KeyTeller(home, settings, fleet, clock, random, log);
    teller.thread.start();
    return teller;
  }

  private void run() {
    Backoff backoff = new Backoff(FIRST, LONGEST, random);
    try {
      List<FormerHome> fresh =
          FormerHome.all(home).stream()
              .filter(one -> one.statement().from().instant().plus(FRESH).isAfter(clock.instant()))
              .toList();
      List<Sight> untold = untold();
      if (fresh.isEmpty() || untold.isEmpty()) {
        return;
      }
      List<Links> links = new ArrayList<>();
      try {
        for (FormerHome one : fresh) {
          // Nobody is asked for an old key's passphrase: 'freehold key tell' is for that.
          SigningKey key = KeyFile.load(one.keyFile(), PassphraseSource.none());
          links.add(links(key, settings, fleet.members().list(), random));
        }
        while (!untold.isEmpty()) {
          for (int i = 0; i < fresh.size(); i++) {
            tell(links.get(i), fresh.get(i), untold);
          }
          Thread.sleep(backoff.next());
          untold = untold();
        }
      } finally {
        links.forEach(Links::close);
      }
    } catch (IOException | KeyFileException e) {
      log.event(
          "succession-not-told", Json.object().put("why", String.valueOf(e.getMessage())).build());
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  /** Who is not reached under the new key. */
  private List<Sight> untold() throws InterruptedException {
    Thread.sleep(FIRST);
    return fleet.sights().stream().filter(one -> !(one.link() instanceof LinkState.Up)).toList();
  }

  private void tell(Links links, FormerHome former, List<Sight> untold)
      throws InterruptedException {
    tell(links, former.statement(), untold.stream().map(Sight::member).toList())
        .forEach(
            (name, told) -> {
              if (told == KeyNews.Told.TAKEN) {
                log.event("succession-told", Json.object().put("member", name.text()).build());
              }
            });
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
