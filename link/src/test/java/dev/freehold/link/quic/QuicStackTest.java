// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.channel.PathId;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.link.ice.Agent;
import dev.freehold.link.ice.Candidate;
import dev.freehold.link.ice.Credentials;
import dev.freehold.link.ice.Description;
import dev.freehold.link.ice.IceSocket;
import dev.freehold.link.ice.LateChecks;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checks, then QUIC on the same two sockets, over loopback. */
@NullMarked
class QuicStackTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final MonotonicClock CLOCK = MonotonicClock.system();
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final QuicStack stack = new QuicStack();
  private final QuicIdentity identityOfA = QuicIdentity.fresh(RANDOM);
  private final QuicIdentity identityOfB = QuicIdentity.fresh(RANDOM);

  @AfterEach
  void close() {
    stack.close();
  }

  /** Both ends of one attempt that has found its way. */
  private record Way(IceSocket a, LateChecks lateA, IceSocket b, LateChecks lateB) {}

  private static Description description(IceSocket socket, QuicIdentity identity) {
    return new Description(
        Credentials.random(RANDOM),
        identity.digest(),
        List.of(Candidate.of(Candidate.Kind.HOST, 0, new DirectAddress(LOOPBACK, socket.port()))));
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.startVirtualThread(task);
    return task;
  }

  private Way way() throws Exception {
    assertThat(QuicStack.lacking()).isEmpty();
    IceSocket a = IceSocket.open(CLOCK);
    IceSocket b = IceSocket.open(CLOCK);
    Description ofA = description(a, identityOfA);
    Description ofB = description(b, identityOfB);
    Agent agentOfA = new Agent(true, ofA.credentials(), ofB, RANDOM);
    Agent agentOfB = new Agent(false, ofB.credentials(), ofA, RANDOM);
    var nominatedByB = start(() -> b.connect(agentOfB, LIMIT));
    InetSocketAddress placeOfB = a.connect(agentOfA, LIMIT).orElseThrow();
    InetSocketAddress placeOfA = nominatedByB.get().orElseThrow();
    assertThat(placeOfA).isEqualTo(new InetSocketAddress(LOOPBACK, a.port()));
    assertThat(placeOfB).isEqualTo(new InetSocketAddress(LOOPBACK, b.port()));
    return new Way(
        a, new LateChecks(agentOfA, placeOfB, CLOCK), b, new LateChecks(agentOfB, placeOfA, CLOCK));
  }

  private static PathMessage message(int length) {
    return PathMessage.of(PathMessage.Kind.HELLO, PathId.random(RANDOM), new byte[length]);
  }

  @Test
  void carriesMessagesBothWaysAndEndsAtBoth() throws Exception {
    Way way = way();
    FutureTask<QuicCarrier> accepted =
        start(
            () ->
                stack.accept(
                    way.b().channel(), identityOfB, identityOfA.digest(), way.lateB(), LIMIT));
    QuicCarrier a =
        stack.connect(way.a().channel(), identityOfA, identityOfB.digest(), way.lateA(), LIMIT);
    PathMessage first = message(1249);
    a.send(first);
    QuicCarrier b = accepted.get();
    assertThat(b.receive().bytes()).isEqualTo(first.bytes());
    // More than the windows hold, so that one end waits for the other.
    FutureTask<Integer> received =
        start(
            () -> {
              int bytes = 0;
              for (int i = 0; i < 200; i++) {
                bytes += b.receive().bytes().length;
                b.send(message(i));
              }
              return bytes;
            });
    FutureTask<Integer> echoes =
        start(
            () -> {
              int bytes = 0;
              for (int i = 0; i < 200; i++) {
                bytes += a.receive().body().length;
              }
              return bytes;
            });
    for (int i = 0; i < 200; i++) {
      a.send(message(61_000));
    }
    assertThat(received.get()).isEqualTo(200 * (61_000 + PathMessage.HEAD_BYTES));
    assertThat(echoes.get()).isEqualTo(199 * 100);
    a.close();
    assertThatThrownBy(b::receive).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> b.send(message(1))).isInstanceOf(IOException.class);
    assertThatThrownBy(a::receive).isInstanceOf(IOException.class);
  }

  @Test
  void whoShowsAnotherCertificateGetsNoStream() throws Exception {
    Digest another = QuicIdentity.fresh(RANDOM).digest();
    for (boolean atTheCaller : new boolean[] {true, false}) {
      Way way = way();
      FutureTask<QuicCarrier> accepted =
          start(
              () ->
                  stack.accept(
                      way.b().channel(),
                      identityOfB,
                      atTheCaller ? identityOfA.digest() : another,
                      way.lateB(),
                      Duration.ofSeconds(3)));
      assertThatThrownBy(
              () -> {
                QuicCarrier a =
                    stack.connect(
                        way.a().channel(),
                        identityOfA,
                        atTheCaller ? another : identityOfB.digest(),
                        way.lateA(),
                        Duration.ofSeconds(3));
                // The client's certificate is looked at once the client thinks that it is done.
                a.send(message(10));
                a.receive();
              })
          .isInstanceOf(IOException.class);
      assertThatThrownBy(accepted::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IOException.class);
      awaitClosed(way.a());
      awaitClosed(way.b());
    }
  }

  @Test
  void whereNobodyAnswersTheSocketIsClosedAfterTheLimit() throws Exception {
    Way way = way();
    assertThatThrownBy(
            () ->
                stack.connect(
                    way.a().channel(),
                    identityOfA,
                    identityOfB.digest(),
                    way.lateA(),
                    Duration.ofMillis(400)))
        .isInstanceOf(IOException.class);
    way.b().close();
    awaitClosed(way.a());
  }

  private static void awaitClosed(IceSocket socket) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (socket.channel().isOpen() && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(socket.channel().isOpen()).isFalse();
  }

  @Test
  void datagramsOfOthersAndRubbishDoNothing() throws Exception {
    Way way = way();
    InetSocketAddress placeOfB = new InetSocketAddress(LOOPBACK, way.b().port());
    FutureTask<QuicCarrier> accepted =
        start(
            () ->
                stack.accept(
                    way.b().channel(), identityOfB, identityOfA.digest(), way.lateB(), LIMIT));
    try (DatagramChannel other = DatagramChannel.open()) {
      for (int i = 0; i < 200; i++) {
        byte[] rubbish = new byte[1 + RANDOM.nextInt(1300)];
        RANDOM.nextBytes(rubbish);
        other.send(ByteBuffer.wrap(rubbish), placeOfB);
        // And from where the other end is: some look like STUN, some like QUIC.
        way.a().channel().write(ByteBuffer.wrap(rubbish));
      }
    }
    QuicCarrier a =
        stack.connect(way.a().channel(), identityOfA, identityOfB.digest(), way.lateA(), LIMIT);
    PathMessage first = message(5);
    a.send(first);
    assertThat(accepted.get().receive().bytes()).isEqualTo(first.bytes());
    a.close();
  }
}
