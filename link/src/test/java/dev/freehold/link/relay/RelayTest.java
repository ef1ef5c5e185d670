// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that don't keep to the rules. */
@NullMarked
class RelayTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SigningKey keyOfRelay = SigningKey.generate(RANDOM);
  private final SigningKey node = SigningKey.generate(RANDOM);
  private Relay relay = start();
  private HttpClient http = RelayConnection.http(relay.address(), RANDOM);

  private Relay start() {
    try {
      return Relay.start(
          RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .taking(100, 2),
          keyOfRelay,
          RANDOM,
          MonotonicClock.system());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void nobodyIsOnline() {
    assertThat(relay.load()).isEqualTo(new RelayLoad(0, 0, 0));
  }

  @AfterEach
  void close() {
    relay.close();
    http.shutdownNow();
  }

  @Test
  void refusesAnothersKey() throws Exception {
    Raw raw = new Raw();
    NodeId claimed = SigningKey.generate(RANDOM).nodeId();
    raw.send(raw.hello(claimed, node, keyOfRelay.nodeId()));
    assertThat(raw.next()).isEqualTo(new RelayMessage.Bye(Farewell.FORGED));
    assertThat(relay.load().nodes()).isZero();
  }

  @Test
  void refusesAProofThatWasMadeForAnotherRelay() throws Exception {
    Raw raw = new Raw();
    raw.send(raw.hello(node.nodeId(), node, SigningKey.generate(RANDOM).nodeId()));
    assertThat(raw.next()).isEqualTo(new RelayMessage.Bye(Farewell.FORGED));
  }

  @Test
  void refusesAProofOfAnEarlierConnection() throws Exception {
    Raw first = new Raw();
    RelayMessage hello = first.hello(node.nodeId(), node, keyOfRelay.nodeId());
    Raw second = new Raw();
    second.send(hello);
    assertThat(second.next()).isEqualTo(new RelayMessage.Bye(Farewell.FORGED));
  }

  @Test
  void forwardsNothingForANodeThatHasProvenNothing() throws Exception {
    Raw raw = new Raw();
    raw.send(new RelayMessage.Send(node.nodeId(), new byte[9]));
    assertThat(raw.next()).isEqualTo(new RelayMessage.Bye(Farewell.PROTOCOL));
  }

  @Test
  void takesSoManyConnectionsFromOneAddress() throws Exception {
    new Raw();
    new Raw();
    Raw third = new Raw();
    assertThat(third.challengeOrBye).isEqualTo(new RelayMessage.Bye(Farewell.FULL));
  }

  @Test
  void sendsAwayWhoSendsWhatNoNodeMay() throws Exception {
    for (byte[] wrong :
        new byte[][] {{}, {99}, new byte[40], new RelayMessage.Pong().encoded(), {22, 7}}) {
      Raw raw = online();
      raw.sendBytes(wrong);
      assertThat(raw.next()).isEqualTo(new RelayMessage.Bye(Farewell.PROTOCOL));
      raw.awaitClosed();
    }
  }

  @Test
  void whatIsForAnAbsentNodeIsThrownAwayAndPaidBack() throws Exception {
    Raw raw = online();
    NodeId absent = SigningKey.generate(RANDOM).nodeId();
    for (int i = 0; i < 20; i++) {
      raw.send(new RelayMessage.Send(absent, new byte[50_000]));
      RelayMessage next = raw.next();
      while (next instanceof RelayMessage.Credit) {
        next = raw.next();
      }
      assertThat(next).isEqualTo(new RelayMessage.Gone(absent, Absence.ABSENT));
    }
    assertThat(relay.load().queued()).isZero();
  }

  @Test
  void sendsAwayWhoSendsMoreThanItsWindow() throws Exception {
    SigningKey other = SigningKey.generate(RANDOM);
    Raw slow = online(other);
    slow.reading = false;
    Raw flood = online();
    byte[] large = new RelayMessage.Send(other.nodeId(), new byte[60_000]).encoded();
    RelayMessage last = new RelayMessage.Ping();
    for (int i = 0; i < 2000 && !(last instanceof RelayMessage.Bye); i++) {
      if (flood.closed.getCount() > 0) {
        flood.socket.sendBinary(ByteBuffer.wrap(large), true).handle((_, _) -> 0).get();
      }
      RelayMessage next = flood.came.poll();
      last = next == null ? last : next;
    }
    assertThat(last).isEqualTo(new RelayMessage.Bye(Farewell.PROTOCOL));
  }

  private Raw online() throws Exception {
    return online(node);
  }

  private Raw online(SigningKey key) throws Exception {
    Raw raw = new Raw();
    raw.send(raw.hello(key.nodeId(), key, keyOfRelay.nodeId()));
    assertThat(raw.next()).isInstanceOf(RelayMessage.Welcome.class);
    return raw;
  }

  /** A WebSocket that says what it is told to say. */
  private final class Raw implements WebSocket.Listener {
    private static final byte[] NONCE = new byte[RelayMessage.NONCE_BYTES];

    private final BlockingQueue<RelayMessage> came = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final WebSocket socket;
    final RelayMessage challengeOrBye;
    volatile boolean reading = true;

    Raw() throws Exception {
      URI uri = URI.create("wss://127.0.0.1:" + relay.address().port() + Relay.PATH);
      socket = http.newWebSocketBuilder().buildAsync(uri, this).get(20, TimeUnit.SECONDS);
      challengeOrBye = next();
    }

    RelayMessage hello(NodeId claimed, SigningKey signer, NodeId to) {
      byte[] challenge = ((RelayMessage.Challenge) challengeOrBye).nonce();
      return new RelayMessage.Hello(
          claimed, NONCE, signer.sign(Proof.ofNode(claimed, to, challenge, NONCE)));
    }

    void send(RelayMessage message) throws Exception {
      sendBytes(message.encoded());
    }

    void sendBytes(byte[] bytes) throws Exception {
      socket.sendBinary(ByteBuffer.wrap(bytes), true).get(20, TimeUnit.SECONDS);
    }

    RelayMessage next() throws InterruptedException {
      RelayMessage next = came.poll(30, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came");
      }
      return next;
    }

    void awaitClosed() throws InterruptedException {
      assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] part = new byte[data.remaining()];
      data.get(part);
      partial.writeBytes(part);
      if (last) {
        if (RelayMessage.parse(partial.toByteArray())
            instanceof Parsed.Read<RelayMessage>(RelayMessage message)) {
          came.add(message);
        }
        partial.reset();
      }
      if (reading) {
        from.request(1);
      }
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String why) {
      closed.countDown();
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.countDown();
    }
  }
}
