// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.Protocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that are linked over a relay find a way by UDP, over loopback. */
@NullMarked
class UdpLinkTest {
  private static final Protocol ECHO = new Protocol("test/echo");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration SOON = Duration.ofSeconds(60);

  /** How long nothing may happen that should not: a first attempt comes after a second. */
  private static final Duration WHILE = Duration.ofSeconds(4);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final SigningKey lower;
  private final SigningKey higher;

  UdpLinkTest() {
    SigningKey one = SigningKey.generate(RANDOM);
    SigningKey other = SigningKey.generate(RANDOM);
    boolean inOrder = NodeOrder.isLower(one.nodeId(), other.nodeId());
    lower = inOrder ? one : other;
    higher = inOrder ? other : one;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void streamsMoveFromTheRelayToQuicAndBackWhenItDies() throws Exception {
    Relay relay = relay(true);
    Links b = node(lower, relay, true);
    Links a = node(higher, relay, true);
    Link link = a.to(b.address());

    byte[] sent = new byte[24 << 20];
    new Random(7).nextBytes(sent);
    CompletableFuture<byte[]> echo = new CompletableFuture<>();
    LinkStream stream = link.open(ECHO);
    Thread.startVirtualThread(
        () -> {
          try {
            echo.complete(stream.input().readAllBytes());
          } catch (java.io.IOException e) {
            echo.completeExceptionally(e);
          }
        });
    stream.write(sent, 0, 8 << 20);
    assertThat(link.awaitUp(PathKind.QUIC, SOON))
        .as("%s %s", link.state(), link.obstacle())
        .isTrue();
    stream.write(sent, 8 << 20, 8 << 20);
    assertThat(link.state()).isEqualTo(new LinkState.Up(PathKind.QUIC));
    assertThat(link.obstacle()).isEmpty();
    // Nothing is said to the other end: the relay takes over once the silence is noticed.
    b.introductions().close();
    stream.write(sent, 16 << 20, 8 << 20);
    stream.end();
    assertThat(echo.get()).isEqualTo(sent);
    assertThat(link.state()).isEqualTo(new LinkState.Up(PathKind.RELAY));
  }

  @Test
  void aRelayWithoutUdpStillIntroducesNodesOfOneNetwork() throws Exception {
    Relay relay = relay(false);
    assertThat(relay.reflector()).isEmpty();
    Links b = node(lower, relay, true);
    Links a = node(higher, relay, true);
    Link link = a.to(b.address());
    assertThat(link.awaitUp(PathKind.QUIC, SOON))
        .as("%s %s", link.state(), link.obstacle())
        .isTrue();
  }

  @Test
  void theRelayTellsNodesWhereItReflects() throws Exception {
    Relay relay = relay(true);
    Links a = node(higher, relay, true);
    until(() -> !a.reflectors().isEmpty());
    assertThat(a.reflectors())
        .containsExactly(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.address().port()));
  }

  @Test
  void whoIsNotIntroducedIsToldNoAddressAndStaysOnTheRelay() throws Exception {
    Relay relay = relay(true);
    Links b = node(lower, relay, true);
    Links a = node(higher, relay, false);
    Link link = b.to(a.address());
    assertThat(link.awaitUp(SOON)).isTrue();
    until(() -> link.obstacle().isPresent());
    assertThat(link.obstacle()).hasValue(Obstacle.NOT_WANTED_THERE);
    assertThat(link.state()).isEqualTo(new LinkState.Up(PathKind.RELAY));
  }

  @Test
  void whoWantsToIntroduceNobodyAsksNobody() throws Exception {
    Relay relay = relay(true);
    Links b = node(lower, relay, false);
    Links a = node(higher, relay, true);
    Link link = b.to(a.address());
    assertThat(link.awaitUp(SOON)).isTrue();
    assertThat(link.awaitUp(PathKind.QUIC, WHILE)).isFalse();
    assertThat(link.obstacle()).isEmpty();
    assertThat(a.known(b.self()).orElseThrow().obstacle()).isEmpty();
  }

  @Test
  void aStrangersIntroductionIsNotServed() throws Exception {
    Relay relay = relay(true);
    Links b = node(lower, relay, true);
    Links a = node(higher, relay, false);
    Link link = b.to(a.address());
    assertThat(link.awaitUp(SOON)).isTrue();
    LinkStream stream = link.open(Introductions.PROTOCOL);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> stream.messages(1000).receive())
        .hasMessageContaining("NOT_SERVED");
  }

  @Test
  void theNodeWithTheHigherKeyDoesNotBegin() throws Exception {
    Relay relay = relay(true);
    Links b = node(lower, relay, false);
    Links a = node(higher, relay, true);
    Link link = a.to(b.address());
    assertThat(link.awaitUp(SOON)).isTrue();
    LinkStream stream = link.open(Introductions.PROTOCOL);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> stream.messages(1000).receive())
        .hasMessageContaining("NOT_SERVED");
  }

  @Test
  void anIntroductionThatIsNoneIsNotServed() throws Exception {
    Relay relay = relay(true);
    Links b = node(lower, relay, false);
    Links a = node(higher, relay, true);
    // The lower one is asked to begin by nobody; it says rubbish itself.
    Link link = b.to(a.address());
    assertThat(link.awaitUp(SOON)).isTrue();
    LinkStream stream = link.open(Introductions.PROTOCOL);
    stream.messages(1000).send(new byte[] {1, 2, 3});
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> stream.messages(1000).receive())
        .hasMessageContaining("NOT_SERVED");
    assertThat(a.known(b.self()).orElseThrow().state()).isEqualTo(new LinkState.Up(PathKind.RELAY));
  }

  private static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      Thread.sleep(10);
    }
  }

  private Relay relay(boolean udp) throws Exception {
    RelaySettings settings =
        RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Relay relay =
        Relay.start(
            udp ? settings : settings.withoutUdp(),
            SigningKey.generate(RANDOM),
            RANDOM,
            MonotonicClock.system());
    open.add(relay);
    return relay;
  }

  private Links node(SigningKey key, Relay relay, boolean introduces) throws Exception {
    Admission admission =
        new Admission() {
          @Override
          public boolean admits(NodeId node) {
            return true;
          }

          @Override
          public boolean introduces(NodeId node) {
            return introduces;
          }
        };
    LinkSettings settings =
        LinkSettings.DEFAULT
            .withLoopback()
            .withDirect(Set.of(PathKind.QUIC))
            .withRelays(List.of(relay.address()));
    Links links = Links.start(settings, key, admission, RANDOM, MonotonicClock.system());
    links.serve(ECHO, stream -> stream.input().transferTo(stream.output()));
    open.add(links);
    return links;
  }
}
