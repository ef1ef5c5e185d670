// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.HostileRelay;
import dev.freehold.link.relay.Meddler;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.Protocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the relay does, the streams' bytes arrive once and in order, or not at all. */
@NullMarked
class HostileRelayTest {
  private static final Protocol ECHO = new Protocol("test/echo");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void noByteIsLostOrRepeated(Meddler.Deed deed) throws Exception {
    Meddler meddler = new Meddler(deed);
    HostileRelay relay = hostile(meddler);
    Links b = node(SigningKey.generate(RANDOM), List.of(relay.address()));
    Links a = node(SigningKey.generate(RANDOM), List.of());
    Link link = a.to(b.address());
    Random random = new Random(5);
    byte[] secret = "a secret of sixteen bytes or more".getBytes(StandardCharsets.US_ASCII);
    try (LinkStream stream = link.open(ECHO)) {
      Messages messages = stream.messages(10_000);
      for (int i = 0; i < 40; i++) {
        byte[] sent = Arrays.copyOf(secret, secret.length + random.nextInt(3000));
        messages.send(sent);
        assertThat(messages.receive()).as("message %d", i).hasValue(sent);
      }
      stream.end();
      assertThat(messages.receive()).isEmpty();
    }
    assertThat(meddler.done()).isEqualTo(Meddler.DEEDS);
    assertThat(meddler.carried())
        .noneMatch(
            payload -> new String(payload, StandardCharsets.ISO_8859_1).contains("a secret"));
  }

  @Test
  void aRelayThatDeniesEverybodyIsGoneRound() throws Exception {
    HostileRelay liar =
        hostile(
            new HostileRelay.Mischief() {
              @Override
              public List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
                return List.of(payload);
              }

              @Override
              public boolean deny(NodeId to) {
                return true;
              }
            });
    Relay honest =
        Relay.start(
            RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            SigningKey.generate(RANDOM),
            RANDOM,
            MonotonicClock.system());
    open.add(honest);
    Links b = node(SigningKey.generate(RANDOM), List.of(liar.address(), honest.address()));
    Links a = node(SigningKey.generate(RANDOM), List.of());
    Link link = a.to(b.address());
    assertThat(link.awaitUp(SOON)).as("%s", link.state()).isTrue();
    assertThat(link.state()).isEqualTo(new LinkState.Up(PathKind.RELAY));
    assertThat(honest.load().nodes()).isEqualTo(2);
  }

  @Test
  void aRelayThatConnectsToAnotherNodeIsNoticed() throws Exception {
    SigningKey keyOfB = SigningKey.generate(RANDOM);
    SigningKey keyOfM = SigningKey.generate(RANDOM);
    NodeId b = keyOfB.nodeId();
    NodeId m = keyOfM.nodeId();
    HostileRelay relay =
        hostile(
            new HostileRelay.Mischief() {
              @Override
              public List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
                return List.of(payload);
              }

              @Override
              public NodeId receiver(NodeId from, NodeId to) {
                return to.equals(b) ? m : to;
              }

              @Override
              public NodeId sender(NodeId from) {
                return from.equals(m) ? b : from;
              }
            });
    node(keyOfM, List.of(relay.address()));
    Links a = node(SigningKey.generate(RANDOM), List.of());
    Link link = a.to(NodeAddress.behind(b, relay.address()));
    awaitState(link, "OTHER_NODE");
    assertThat(link.awaitUp(Duration.ofMillis(500))).isFalse();
  }

  @Test
  void aRelayThatNamesAnotherCallerIsNoticed() throws Exception {
    SigningKey keyOfA = SigningKey.generate(RANDOM);
    SigningKey keyOfM = SigningKey.generate(RANDOM);
    NodeId friend = keyOfA.nodeId();
    NodeId m = keyOfM.nodeId();
    HostileRelay relay =
        hostile(
            new HostileRelay.Mischief() {
              @Override
              public List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
                return List.of(payload);
              }

              @Override
              public NodeId receiver(NodeId from, NodeId to) {
                return to.equals(friend) ? m : to;
              }

              @Override
              public NodeId sender(NodeId from) {
                return from.equals(m) ? friend : from;
              }
            });
    SigningKey keyOfB = SigningKey.generate(RANDOM);
    Links b =
        Links.start(
            LinkSettings.DEFAULT.withRelays(List.of(relay.address())),
            keyOfB,
            friend::equals,
            RANDOM,
            MonotonicClock.system());
    open.add(b);
    Links impostor = node(keyOfM, List.of());
    Link link = impostor.to(NodeAddress.behind(keyOfB.nodeId(), relay.address()));
    awaitState(link, "the other node has left the path");
    assertThat(link.awaitUp(Duration.ofMillis(500))).isFalse();
    assertThat(b.all()).isEmpty();
  }

  private static void awaitState(Link link, String part) throws InterruptedException {
    long until = System.nanoTime() + SOON.toNanos();
    while (!link.state().toString().contains(part) && System.nanoTime() < until) {
      Thread.sleep(5);
    }
    assertThat(link.state()).asString().contains(part);
  }

  private HostileRelay hostile(HostileRelay.Mischief mischief) {
    HostileRelay relay = new HostileRelay(SigningKey.generate(RANDOM), RANDOM, mischief);
    open.add(relay);
    return relay;
  }

  private Links node(SigningKey key, List<RelayAddress> relays) throws Exception {
    Links links =
        Links.start(
            LinkSettings.DEFAULT.withRelays(relays),
            key,
            _ -> true,
            RANDOM,
            MonotonicClock.system());
    links.serve(ECHO, stream -> stream.input().transferTo(stream.output()));
    open.add(links);
    return links;
  }
}
