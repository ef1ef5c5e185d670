// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.StreamServices;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.LinkState;
import dev.freehold.link.Links;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class LookoutTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static Relay relay() throws Exception {
    return Relay.start(
        RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
        SigningKey.generate(RANDOM),
        RANDOM,
        MonotonicClock.system());
  }

  private static Links at(RelayAddress relay, SigningKey key) throws Exception {
    return Links.start(
        LinkSettings.DEFAULT.withRelays(List.of(relay)),
        key,
        _ -> true,
        RANDOM,
        MonotonicClock.system());
  }

  @Test
  void aMemberThatLeftItsRelayIsFoundAtOneThatBothAreAt() throws Exception {
    RelayAddress left;
    try (Relay gone = relay()) {
      left = gone.address();
    }
    SigningKey keyOfB = SigningKey.generate(RANDOM);
    Member b =
        new Member(
            new MemberName("b"),
            Tier.OWN,
            NodeAddress.behind(keyOfB.nodeId(), left),
            Timestamp.parse("2026-11-29T07:00:00.000Z"));
    try (Relay shared = relay();
        Links ofA = at(shared.address(), SigningKey.generate(RANDOM));
        Links ofB = at(shared.address(), keyOfB);
        Lookout lookout =
            Lookout.start(
                ofA,
                () -> List.of(b),
                new StreamServices(ofA, () -> List.of(b)),
                () -> {
                  throw new IllegalStateException("nobody asks");
                },
                InstantSource.system(),
                MonotonicClock.system())) {
      assertThat(ofB.self()).isEqualTo(b.node());
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!(lookout.sights().getFirst().link() instanceof LinkState.Up)) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(50);
      }
    }
  }
}
