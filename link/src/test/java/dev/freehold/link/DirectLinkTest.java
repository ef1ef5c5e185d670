// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.stream.Cancellation;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.StreamCancelled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes with a direct connection over loopback. */
@NullMarked
class DirectLinkTest {
  private static final Protocol ECHO = new Protocol("test/echo");
  private static final Protocol NEVER_READ = new Protocol("test/never-read");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SigningKey keyOfA = SigningKey.generate(RANDOM);
  private final SigningKey keyOfB = SigningKey.generate(RANDOM);
  private Links a;
  private Links b;
  private Link link;

  @BeforeEach
  void connect() throws Exception {
    LinkSettings settings = LinkSettings.DEFAULT.withLoopback();
    a = Links.start(settings, keyOfA, _ -> false, RANDOM, MonotonicClock.system());
    b =
        Links.start(
            settings.listeningAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            keyOfB,
            keyOfA.nodeId()::equals,
            RANDOM,
            MonotonicClock.system());
    b.serve(ECHO, stream -> stream.input().transferTo(stream.output()));
    b.serve(NEVER_READ, _ -> Thread.sleep(Duration.ofMinutes(1)));
    link = a.to(b.address());
    assertThat(link.awaitUp(Duration.ofSeconds(20))).as("%s", link.state()).isTrue();
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
  }

  @Test
  void aMessageComesBack() throws Exception {
    try (LinkStream stream = link.open(ECHO)) {
      Messages messages = stream.messages(1000);
      for (int i = 0; i < 100; i++) {
        messages.send(new byte[] {(byte) i, 7});
        assertThat(messages.receive().orElseThrow()).containsExactly(i, 7);
      }
      stream.end();
      assertThat(messages.receive()).isEmpty();
      assertThat(stream.peer()).isEqualTo(keyOfB.nodeId());
    }
  }

  @Test
  void tenMegabytesComeBackWhileAnotherStreamIsNeverRead() throws Exception {
    try (LinkStream stuck = link.open(NEVER_READ);
        LinkStream stream = link.open(ECHO)) {
      Thread stuckWriter =
          Thread.startVirtualThread(
              () -> {
                try {
                  stuck.write(new byte[1 << 20]);
                } catch (java.io.IOException e) {
                  // Cancelled at the end of the test.
                }
              });
      byte[] sent = new byte[10 << 20];
      new Random(1).nextBytes(sent);
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
      assertThat(stuckWriter.isAlive()).as("it waits for its reader").isTrue();
    }
  }

  @Test
  void aProtocolThatNobodyServesIsRefused() throws Exception {
    LinkStream stream = link.open(new Protocol("test/none"));
    assertThatThrownBy(() -> stream.input().readAllBytes())
        .isInstanceOfSatisfying(
            StreamCancelled.class, e -> assertThat(e.why()).isEqualTo(Cancellation.NOT_SERVED));
  }

  @Test
  void aStrangerIsNotAdmitted() throws Exception {
    SigningKey stranger = SigningKey.generate(RANDOM);
    try (Links c =
        Links.start(
            LinkSettings.DEFAULT.withLoopback().withPatience(Duration.ofSeconds(1)),
            stranger,
            _ -> false,
            RANDOM,
            MonotonicClock.system())) {
      Link refused = c.to(b.address());
      LinkStream stream = refused.open(ECHO);
      assertThatThrownBy(() -> stream.input().readAllBytes())
          .isInstanceOfSatisfying(
              StreamCancelled.class, e -> assertThat(e.why()).isEqualTo(Cancellation.LOST));
      assertThat(refused.state()).isInstanceOf(LinkState.Down.class);
      assertThat(b.all()).extracting(Link::peer).doesNotContain(stranger.nodeId());
    }
  }

  @Test
  void anotherNodeAtTheSameAddressIsNoticed() throws Exception {
    SigningKey other = SigningKey.generate(RANDOM);
    Link wrong = a.to(new NodeAddress(other.nodeId(), java.util.List.of(), b.address().direct()));
    assertThat(wrong.awaitUp(Duration.ofSeconds(1))).isFalse();
    assertThat(wrong.state()).hasToString("Down[why=reply: OTHER_NODE]");
  }
}
