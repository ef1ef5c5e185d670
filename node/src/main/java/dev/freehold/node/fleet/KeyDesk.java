// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.pair.Book;
import dev.freehold.fleet.pair.KeyNews;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Takes what members' keys say of themselves, and remembers it for the owner. */
public final class KeyDesk {
  private static final int REMEMBERED = 16;

  /** Clocks may differ by so much. */
  private static final Duration AHEAD = Duration.ofMinutes(5);

  private final FleetNode fleet;
  private final Predicate<NodeId> aside;
  private final InstantSource clock;

  /** The newest last; guarded by itself. */
  private final Deque<News> news = new ArrayDeque<>();

  /**
   * What a member's key said.
   *
   * @param name the member's
   * @param node the key
   * @param next which follows it; empty where it ended and the member was removed
   * @param at when that came
   */
  public record News(MemberName name, NodeId node, Optional<NodeId> next, Timestamp at) {}

  private KeyDesk(FleetNode fleet, Predicate<NodeId> aside, InstantSource clock) {
    this.fleet = fleet;
    this.aside = aside;
    this.clock = clock;
  }

  /**
   * From now on takes what members say.
   *
   * @param aside who was set aside: a new key is no way out
   */
  public static KeyDesk open(
      FleetNode fleet, Predicate<NodeId> aside, EventLog log, InstantSource clock) {
    KeyDesk desk = new KeyDesk(fleet, aside, clock);
    fleet.serve(
        KeyNews.PROTOCOL,
        (member, stream) -> {
          Optional<String> refusal = KeyNews.serve(stream, s -> desk.take(member, s));
          log.event(
              refusal.isPresent() ? "key-news-refused" : "key-news",
              Json.object()
                  .put("member", member.name().text())
                  .put("node", member.node().toString())
                  .put("why", refusal.orElse(null))
                  .build());
        });
    return desk;
  }

  private Optional<String> take(Member member, KeyStatement statement) throws IOException {
    if (aside.test(member.node())) {
      return Optional.of("the machine was set aside");
    }
    Optional<NodeId> next = Optional.empty();
    switch (statement) {
      case KeyStatement.Succession succession -> {
        if (fleet.follow(succession) instanceof Book.Followed.Not(String why)) {
          return Optional.of(why);
        }
        next = Optional.of(succession.next());
      }
      case KeyStatement.End end -> {
        if (end.from().instant().isAfter(clock.instant().plus(AHEAD))) {
          return Optional.of("it ends from " + end.from() + " on, which is not yet");
        }
        fleet.remove(member.name());
      }
    }
    synchronized (news) {
      if (news.size() == REMEMBERED) {
        news.removeFirst();
      }
      news.addLast(new News(member.name(), member.node(), next, new Timestamp(clock.instant())));
    }
    return Optional.empty();
  }

  /** The last that was taken since the node started, at most sixteen. */
  public List<News> news() {
    synchronized (news) {
      return List.copyOf(news);
    }
  }
}
