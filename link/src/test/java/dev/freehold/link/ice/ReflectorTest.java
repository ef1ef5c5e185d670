// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A relay's answers by UDP. */
@NullMarked
class ReflectorTest {
  private final Random random = new Random(6);
  private final AtomicLong now = new AtomicLong();
  private final MonotonicClock clock =
      new MonotonicClock() {
        @Override
        public long nanos() {
          return now.get();
        }

        @Override
        public void sleep(Duration time) {
          throw new AssertionError("nothing sleeps here");
        }
      };

  private byte[] request() {
    return new StunWriter(StunMessage.Kind.REQUEST, TransactionId.random(random)).bytes();
  }

  private static InetSocketAddress at(int number) throws Exception {
    byte[] address = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
    return new InetSocketAddress(InetAddress.getByAddress(address), 4000);
  }

  private Reflector reflector() throws Exception {
    return new Reflector(DatagramChannel.open(), random, clock);
  }

  @Test
  void tellsWhereARequestCameFrom() throws Exception {
    try (Reflector reflector = reflector()) {
      byte[] answer = reflector.answer(at(7), request()).orElseThrow();
      assertThat(
              StunMessage.parse(answer) instanceof Parsed.Read<StunMessage>(StunMessage message)
                  ? message.mapped()
                  : null)
          .isEqualTo(java.util.Optional.of(at(7)));
      assertThat(answer).hasSize(request().length + 12);
      InetSocketAddress six = new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 9);
      assertThat(reflector.answer(six, request()).orElseThrow()).hasSize(request().length + 24);
    }
  }

  @Test
  void answersNothingButRequests() throws Exception {
    try (Reflector reflector = reflector()) {
      byte[] request = request();
      byte[] answer = reflector.answer(at(7), request).orElseThrow();
      assertThat(reflector.answer(at(7), answer)).as("an answer").isEmpty();
      assertThat(reflector.answer(at(7), new byte[100])).isEmpty();
      assertThat(reflector.answer(at(7), new byte[0])).isEmpty();
      assertThat(
              reflector.answer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), request))
          .as("nobody gets an answer at port 0")
          .isEmpty();
    }
  }

  @Test
  void oneAddressGetsTwentyASecondAndOthersGoOn() throws Exception {
    try (Reflector reflector = reflector()) {
      for (int i = 0; i < Reflector.EACH; i++) {
        assertThat(reflector.answer(at(7), request())).isPresent();
      }
      assertThat(reflector.answer(at(7), request())).isEmpty();
      assertThat(reflector.answer(at(8), request())).isPresent();
      now.addAndGet(1_000_000_000L);
      assertThat(reflector.answer(at(7), request())).isPresent();
    }
  }

  @Test
  void allTogetherGetFiveThousandASecond() throws Exception {
    try (Reflector reflector = reflector()) {
      int answers = 0;
      for (int i = 0; i < 3 * Reflector.ALL; i++) {
        answers += reflector.answer(at(i), request()).isPresent() ? 1 : 0;
      }
      assertThat(answers).isEqualTo(Reflector.ALL);
    }
  }

  @Test
  void aSocketLearnsItsAddressOverLoopback() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    MonotonicClock system = MonotonicClock.system();
    try (Reflector reflector = Reflector.start(new InetSocketAddress(loopback, 0), random, system);
        DatagramChannel silent = DatagramChannel.open().bind(new InetSocketAddress(loopback, 0));
        IceSocket socket = IceSocket.open(system)) {
      InetSocketAddress server = new InetSocketAddress(loopback, reflector.port());
      InetSocketAddress nobody = (InetSocketAddress) silent.getLocalAddress();
      Map<InetSocketAddress, InetSocketAddress> expected = new HashMap<>();
      expected.put(server, new InetSocketAddress(loopback, socket.port()));
      assertThat(socket.reflexive(List.of(server, nobody), random)).isEqualTo(expected);
    }
  }
}
