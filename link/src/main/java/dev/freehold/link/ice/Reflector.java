// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Tells whoever asks by UDP which address it is seen at: the server of RFC 8489 without
 * authentication. It keeps nothing of those who ask but a count, so many a second for each of
 * {@link #BUCKETS} groups of addresses and for all together; what is above is not answered. An
 * answer is 12 bytes longer than the shortest request over IPv4, and 24 over IPv6.
 */
public final class Reflector implements AutoCloseable {
  static final int EACH = 20;
  static final int ALL = 5000;
  static final int BUCKETS = 4096;
  private static final long SECOND = 1_000_000_000L;

  private final DatagramChannel channel;
  private final MonotonicClock clock;
  private final int salt;

  // Owned by the thread that receives.
  private final int[] counts = new int[BUCKETS];
  private int all;
  private long since;

  Reflector(DatagramChannel channel, RandomGenerator random, MonotonicClock clock) {
    this.channel = channel;
    this.clock = clock;
    this.salt = random.nextInt();
    this.since = clock.nanos();
  }

  /**
   * Binds the address and answers from now on.
   *
   * @throws IOException if the address can't be bound
   */
  public static Reflector start(
      InetSocketAddress bind, RandomGenerator random, MonotonicClock clock) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.bind(bind);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    Reflector reflector = new Reflector(channel, random, clock);
    Thread.ofVirtual().name("reflector").start(reflector::serve);
    return reflector;
  }

  /** The port that is bound. */
  public int port() {
    return channel.socket().getLocalPort();
  }

  private void serve() {
    ByteBuffer buffer = ByteBuffer.allocate(StunMessage.LENGTH_LIMIT + 1);
    while (channel.isOpen()) {
      try {
        buffer.clear();
        InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
        byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
        Optional<byte[]> answer = answer(from, bytes);
        if (answer.isPresent()) {
          int _ = channel.send(ByteBuffer.wrap(answer.get()), from);
        }
      } catch (IOException e) {
        // One answer less; or the end, which the loop's condition sees.
      }
    }
  }

  /** The answer to what came; empty where it gets none. */
  Optional<byte[]> answer(InetSocketAddress from, byte[] bytes) {
    if (!(StunMessage.parse(bytes) instanceof Parsed.Read<StunMessage>(StunMessage message))
        || message.kind() != StunMessage.Kind.REQUEST
        || from.getPort() == 0
        || !admits(from)) {
      return Optional.empty();
    }
    return Optional.of(
        new StunWriter(StunMessage.Kind.SUCCESS, message.transaction()).mapped(from).bytes());
  }

  private boolean admits(InetSocketAddress from) {
    long now = clock.nanos();
    if (now - since >= SECOND) {
      since = now;
      all = 0;
      Arrays.fill(counts, 0);
    }
    int mixed = (from.getAddress().hashCode() ^ salt) * 0x9E3779B1;
    return counts[mixed >>> 20]++ < EACH && all++ < ALL;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed for our purposes.
    }
  }
}
