// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.Protocol;
import dev.freehold.market.sales.Earned;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * What selling brought the owner's other machines, as they tell it (docs/formats/earned.md); and
 * what this one tells them. Any thread may call.
 */
public final class FleetEarnings {
  static final Protocol PROTOCOL = new Protocol("freehold/earned/1");

  /** Of how many days machines tell each other. */
  public static final int DAYS = 30;

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration FRESH = Duration.ofSeconds(15);
  private static final byte[] NOTHING = {};

  private final FleetNode fleet;
  private final LongSupplier nanos;
  private final Map<NodeId, Optional<Earned>> told = new ConcurrentHashMap<>();
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile long next;

  /** What this machine's selling brought. */
  interface Own {
    /**
     * In the last {@link #DAYS} days.
     *
     * @throws IOException if the book can't be read
     */
    Earned now() throws IOException;
  }

  private FleetEarnings(FleetNode fleet, LongSupplier nanos) {
    this.fleet = fleet;
    this.nanos = nanos;
    this.next = nanos.getAsLong();
  }

  /** From now on tells the owner's other machines. */
  static FleetEarnings serve(FleetNode fleet, Own own, LongSupplier nanos) {
    fleet.serve(
        PROTOCOL,
        (member, stream) -> {
          Messages messages = stream.messages(Earned.LIMIT);
          if (messages.receive().isPresent()) {
            messages.send(member.tier() == Tier.OWN ? own.now().encode() : NOTHING);
            stream.end();
          }
        });
    return new FleetEarnings(fleet, nanos);
  }

  /**
   * What a machine told.
   *
   * @param earned empty where it has not, or not yet
   */
  public record Told(MemberName name, NodeId node, Optional<Earned> earned) {}

  /** What is known of each of the owner's other machines; what is old is asked for meanwhile. */
  public List<Told> now() {
    List<Member> own =
        fleet.members().list().stream().filter(member -> member.tier() == Tier.OWN).toList();
    if (!own.isEmpty() && nanos.getAsLong() - next >= 0 && asking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("earnings").start(() -> ask(own));
    }
    return own.stream()
        .map(
            member ->
                new Told(
                    member.name(),
                    member.node(),
                    told.getOrDefault(member.node(), Optional.empty())))
        .toList();
  }

  private void ask(List<Member> members) {
    try {
      List<Thread> threads = new ArrayList<>();
      for (Member member : members) {
        threads.add(
            Thread.ofVirtual()
                .name("earnings of " + member.name())
                .start(() -> told.put(member.node(), ask(member.node()))));
      }
      for (Thread each : threads) {
        each.join();
      }
      told.keySet().retainAll(members.stream().map(Member::node).toList());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      next = nanos.getAsLong() + FRESH.toNanos();
      asking.set(false);
    }
  }

  private Optional<Earned> ask(NodeId node) {
    try (LinkStream stream = fleet.stream(node, PROTOCOL)) {
      // A machine that says nothing is not waited for: its stream is cut.
      Thread guard =
          Thread.ofVirtual()
              .name("earnings-guard")
              .start(
                  () -> {
                    try {
                      Thread.sleep(PATIENCE);
                      stream.cancel();
                    } catch (InterruptedException e) {
                      // It answered.
                    }
                  });
      try {
        Messages messages = stream.messages(Earned.LIMIT);
        messages.send(NOTHING);
        return messages.receive().map(Earned::decode).flatMap(FleetEarnings::read);
      } finally {
        guard.interrupt();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Earned> read(Parsed<Earned> parsed) {
    return switch (parsed) {
      case Parsed.Read<Earned>(Earned earned) -> Optional.of(earned);
      case Parsed.Malformed<Earned> _ -> Optional.empty();
    };
  }
}
