// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.relay.RelayState;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.PathKind;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.StreamCancelled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that only dial out, and relays between them: TLS and WebSocket over loopback. */
@NullMarked
class RelayLinkTest {
  private static final Protocol ECHO = new Protocol("test/echo");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final SigningKey keyOfA = SigningKey.generate(RANDOM);
  private final SigningKey keyOfB = SigningKey.generate(RANDOM);

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void streamsGoThroughARelay() throws Exception {
    Relay relay = relay(0, SigningKey.generate(RANDOM));
    Links b = node(keyOfB, LinkSettings.DEFAULT.withRelays(List.of(relay.address())));
    Links a = node(keyOfA, LinkSettings.DEFAULT);
    Link link = a.to(b.address());
    assertThat(link.awaitUp(SOON)).as("%s", link.state()).isTrue();
    assertThat(link.state()).isEqualTo(new LinkState.Up(PathKind.RELAY));
    echoes(link, 3 << 20);
    assertThat(relay.load().nodes()).isEqualTo(2);
    // The last acknowledgement may still be on its way.
    long end = System.nanoTime() + SOON.toNanos();
    while (relay.load().queued() > 0) {
      assertThat(System.nanoTime()).as("the relay keeps something").isLessThan(end);
      Thread.sleep(5);
    }
  }

  @Test
  void theRelayedNodeCanOpenStreamsToo() throws Exception {
    Relay relay = relay(0, SigningKey.generate(RANDOM));
    Links b = node(keyOfB, LinkSettings.DEFAULT.withRelays(List.of(relay.address())));
    Links a = node(keyOfA, LinkSettings.DEFAULT);
    assertThat(a.to(b.address()).awaitUp(SOON)).isTrue();
    Link back = b.to(NodeAddress.unknown(a.self()));
    assertThat(back.awaitUp(SOON)).isTrue();
    echoes(back, 1000);
  }

  @Test
  void aStreamGoesOnWhenTheRelayStartsAgain() throws Exception {
    SigningKey keyOfRelay = SigningKey.generate(RANDOM);
    Relay first = relay(0, keyOfRelay);
    RelayAddress address = first.address();
    Links b = node(keyOfB, LinkSettings.DEFAULT.withRelays(List.of(address)));
    Links a = node(keyOfA, LinkSettings.DEFAULT);
    Link link = a.to(b.address());
    assertThat(link.awaitUp(SOON)).isTrue();
    try (LinkStream stream = link.open(ECHO)) {
      Messages messages = stream.messages(1000);
      messages.send(new byte[] {1});
      assertThat(messages.receive()).hasValue(new byte[] {1});
      first.close();
      messages.send(new byte[] {2});
      Relay second = relay(address.port(), keyOfRelay);
      assertThat(messages.receive()).hasValue(new byte[] {2});
      messages.send(new byte[] {3});
      assertThat(messages.receive()).hasValue(new byte[] {3});
      assertThat(second.address()).isEqualTo(address);
    }
  }

  @Test
  void aNodeThatListensIsCalledDirectlyAndStreamsMoveThere() throws Exception {
    Relay relay = relay(0, SigningKey.generate(RANDOM));
    Links b =
        node(
            keyOfB,
            LinkSettings.DEFAULT
                .withLoopback()
                .withRelays(List.of(relay.address()))
                .listeningAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    Links a = node(keyOfA, LinkSettings.DEFAULT.withLoopback());
    Link link = a.to(NodeAddress.behind(b.self(), relay.address()));
    CompletableFuture<byte[]> echo = new CompletableFuture<>();
    byte[] sent = new byte[8 << 20];
    new Random(3).nextBytes(sent);
    LinkStream stream = link.open(ECHO);
    Thread.startVirtualThread(
        () -> {
          try {
            echo.complete(stream.input().readAllBytes());
          } catch (java.io.IOException e) {
            echo.completeExceptionally(e);
          }
        });
    stream.write(sent, 0, 4 << 20);
    assertThat(link.awaitUp(PathKind.DIRECT, SOON)).as("%s", link.state()).isTrue();
    stream.write(sent, 4 << 20, 4 << 20);
    stream.end();
    assertThat(echo.get()).isEqualTo(sent);
  }

  @Test
  void aRelayOfAnotherKeyIsNotUsed() throws Exception {
    Relay relay = relay(0, SigningKey.generate(RANDOM));
    RelayAddress lie =
        new RelayAddress(
            relay.address().host(),
            relay.address().port(),
            RelayAddress.Trust.PINNED,
            SigningKey.generate(RANDOM).nodeId());
    Links b = node(keyOfB, LinkSettings.DEFAULT.withRelays(List.of(lie)));
    Thread.sleep(Duration.ofSeconds(1));
    assertThat(b.relays().get(lie)).isInstanceOf(RelayState.Offline.class);
    assertThat(b.relays().get(lie)).asString().contains("the certificate is not signed by");
    assertThat(relay.load().nodes()).isZero();
  }

  @Test
  void twoConnectionsWithOneKeyAreBothToldAndTheNewestHoldsIt() throws Exception {
    Relay relay = relay(0, SigningKey.generate(RANDOM));
    LinkSettings settings = LinkSettings.DEFAULT.withRelays(List.of(relay.address()));
    Links first = node(keyOfB, settings);
    awaitState(first, relay.address(), RelayState.Online.class);
    assertThat(first.relays().get(relay.address())).isEqualTo(new RelayState.Online(false));
    Links second = node(keyOfB, settings);
    awaitState(second, relay.address(), RelayState.Online.class);
    assertThat(second.relays().get(relay.address())).isEqualTo(new RelayState.Online(true));
    awaitState(first, relay.address(), RelayState.ClaimedElsewhere.class);
    assertThat(relay.load().nodes()).isEqualTo(1);
  }

  @Test
  void aNodeThatIsNotThereIsLostAfterPatience() throws Exception {
    Relay relay = relay(0, SigningKey.generate(RANDOM));
    Links a = node(keyOfA, LinkSettings.DEFAULT.withPatience(Duration.ofSeconds(1)));
    Link link = a.to(NodeAddress.behind(keyOfB.nodeId(), relay.address()));
    LinkStream stream = link.open(ECHO);
    assertThatThrownBy(() -> stream.input().readAllBytes()).isInstanceOf(StreamCancelled.class);
    assertThat(link.state()).asString().contains("the relay says the node is ABSENT");
  }

  @Test
  void aPeerThatCalledAndIsGoneIsForgottenAndOneThatIsLookedForIsNot() throws Exception {
    Relay relay = relay(0, SigningKey.generate(RANDOM));
    LinkSettings settings =
        LinkSettings.DEFAULT
            .withRelays(List.of(relay.address()))
            .withPatience(Duration.ofSeconds(1));
    Links b = node(keyOfB, settings);
    Links a = node(keyOfA, LinkSettings.DEFAULT);
    SigningKey keyOfC = SigningKey.generate(RANDOM);
    Links c = node(keyOfC, LinkSettings.DEFAULT);
    assertThat(a.to(b.address()).awaitUp(SOON)).isTrue();
    assertThat(c.to(b.address()).awaitUp(SOON)).isTrue();
    echoes(a.to(b.address()), 10);
    echoes(c.to(b.address()), 10);
    assertThat(b.all()).hasSize(2);
    Link lookedFor = b.to(NodeAddress.unknown(c.self()));
    a.close();
    c.close();
    long until = System.nanoTime() + SOON.toNanos();
    while (b.all().size() > 1 && System.nanoTime() < until) {
      Thread.sleep(20);
    }
    assertThat(b.all()).containsExactly(lookedFor);
    Links again = node(keyOfA, LinkSettings.DEFAULT);
    echoes(again.to(b.address()), 10);
    assertThat(b.all()).hasSize(2);
  }

  private void echoes(Link link, int length) throws Exception {
    byte[] sent = new byte[length];
    new Random(length).nextBytes(sent);
    try (LinkStream stream = link.open(ECHO)) {
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  stream.write(sent);
                  stream.end();
                } catch (java.io.IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(stream.input().readAllBytes()).isEqualTo(sent);
      writer.join();
    }
  }

  private static void awaitState(Links node, RelayAddress relay, Class<?> state)
      throws InterruptedException {
    long until = System.nanoTime() + SOON.toNanos();
    while (!state.isInstance(node.relays().get(relay)) && System.nanoTime() < until) {
      Thread.sleep(10);
    }
    assertThat(node.relays().get(relay)).isInstanceOf(state);
  }

  private Relay relay(int port, SigningKey key) throws Exception {
    Relay relay =
        Relay.start(
            RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
            key,
            RANDOM,
            MonotonicClock.system());
    open.add(relay);
    return relay;
  }

  private Links node(SigningKey key, LinkSettings settings) throws Exception {
    Links links = Links.start(settings, key, _ -> true, RANDOM, MonotonicClock.system());
    links.serve(ECHO, stream -> stream.input().transferTo(stream.output()));
    open.add(links);
    return links;
  }
}
