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
import org.jspecify.annotations.NullMarked;

/**
 * A relay in a process of its own that does what each line of its input says: NONE, DENY, or a deed
 * of {@link Meddler}. It prints where it is, and after each line how often the deed before was
 * done.
 */
@NullMarked
final class BadRelay {
  private static final HostileRelay.Mischief NONE = (from, to, payload) -> List.of(payload);

  private BadRelay() {}

  /** Says that nobody is there. */
  private record Denier() implements HostileRelay.Mischief {
    @Override
    public List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
      return List.of(payload);
    }

    @Override
    public boolean deny(NodeId to) {
      return true;
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
    public boolean deny(NodeId to) {
      return deed.deny(to);
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
      HostileRelay.Mischief next =
          switch (line) {
            case "NONE" -> NONE;
            case "DENY" -> new Denier();
            default -> new Meddler(Meddler.Deed.valueOf(line));
          };
      HostileRelay.Mischief before = now.deed;
      now.deed = next;
      int done = before instanceof Meddler meddler ? meddler.done() : 0;
      System.out.println(Json.object().put("done", done).build().write());
    }
    relay.close();
  }
}
