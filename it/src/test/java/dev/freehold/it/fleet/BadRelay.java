// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.relay.HostileRelay;
import dev.freehold.link.relay.Meddler;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;

/**
 * A relay in a process of its own that does what each line of its input says: NONE, DENY (nobody is
 * there), SWAP NODE OTHER (what is for one goes to the other, whose words are said to be the
 * first's), or a deed of {@link Meddler}. It prints where it is, and after each line how often the
 * deed before was done.
 */
@NullMarked
final class BadRelay {
  private static final HostileRelay.Mischief NONE = (from, to, payload) -> List.of(payload);

  private BadRelay() {}

  /** Says that nobody is there. */
  private record Denier(AtomicInteger done) implements HostileRelay.Mischief {
    @Override
    public List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
      return List.of(payload);
    }

    @Override
    public boolean deny(NodeId to) {
      done.incrementAndGet();
      return true;
    }
  }

  /** Puts a node in another's place. */
  private record Swapper(NodeId node, NodeId other, AtomicInteger done)
      implements HostileRelay.Mischief {
    @Override
    public List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
      return List.of(payload);
    }

    @Override
    public NodeId receiver(NodeId from, NodeId to) {
      if (!to.equals(node)) {
        return to;
      }
      done.incrementAndGet();
      return other;
    }

    @Override
    public NodeId sender(NodeId from) {
      return from.equals(other) ? node : from;
    }
  }

  /** What it does now. */
  private static final class Now implements HostileRelay.Mischief {
    volatile HostileRelay.Mischief deed = NONE;

    @Override
    public List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
      return deed.deliver(from, to, payload);
    }

    @Override
    public NodeId receiver(NodeId from, NodeId to) {
      return deed.receiver(from, to);
    }

    @Override
    public NodeId sender(NodeId from) {
      return deed.sender(from);
    }

    @Override
    public boolean deny(NodeId to) {
      return deed.deny(to);
    }

    int done() {
      return switch (deed) {
        case Meddler meddler -> meddler.done();
        case Denier denier -> denier.done().get();
        case Swapper swapper -> swapper.done().get();
        default -> 0;
      };
    }
  }

  public static void main(String[] words) throws Exception {
    SecureRandom random = new SecureRandom();
    Now now = new Now();
    HostileRelay relay = new HostileRelay(SigningKey.generate(random), random, now);
    System.out.println(Json.object().put("relay", relay.address().toString()).build().write());
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] said = line.split(" ", -1);
      HostileRelay.Mischief next =
          switch (said[0]) {
            case "NONE" -> NONE;
            case "DENY" -> new Denier(new AtomicInteger());
            case "SWAP" ->
                new Swapper(
                    NodeId.parse(said[1]).orElseThrow(),
                    NodeId.parse(said[2]).orElseThrow(),
                    new AtomicInteger());
            default -> new Meddler(Meddler.Deed.valueOf(said[0]));
          };
      int done = now.done();
      now.deed = next;
      System.out.println(Json.object().put("done", done).build().write());
    }
    relay.close();
  }
}
