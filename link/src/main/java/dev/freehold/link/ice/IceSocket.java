// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The UDP socket of one attempt: it learns what a relay sees of it, looks for a way to the other
 * end, and then takes datagrams from there alone. Owned by one thread at a time.
 */
public final class IceSocket implements AutoCloseable {
  private static final Duration ASK_AGAIN = Duration.ofMillis(250);
  private static final int ASKED = 4;

  /** A wait of none would be one without end. */
  private static final int SHORTEST_WAIT = 1;

  private static final int TICK = 10;

  private final DatagramChannel channel;
  private final MonotonicClock clock;

  private IceSocket(DatagramChannel channel, MonotonicClock clock) {
    this.channel = channel;
    this.clock = clock;
  }

  /**
   * Binds any free port.
   *
   * @throws IOException if there is no UDP
   */
  public static IceSocket open(MonotonicClock clock) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.bind(new InetSocketAddress(0));
      return new IceSocket(channel, clock);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The port that is bound. */
  public int port() {
    return channel.socket().getLocalPort();
  }

  /** The socket itself, for what is spoken after the checks. */
  public DatagramChannel channel() {
    return channel;
  }

  /**
   * Asks STUN servers which address they see.
   *
   * @return what each that answered saw; fewer answers than servers once the limit of a second has
   *     passed
   */
  public Map<InetSocketAddress, InetSocketAddress> reflexive(
      List<InetSocketAddress> servers, RandomGenerator random) throws IOException {
    Map<TransactionId, InetSocketAddress> open = new LinkedHashMap<>();
    Map<InetSocketAddress, InetSocketAddress> seen = new HashMap<>();
    servers.forEach(server -> open.put(TransactionId.random(random), server));
    for (int i = 0; i < ASKED && !open.isEmpty(); i++) {
      for (Map.Entry<TransactionId, InetSocketAddress> one : open.entrySet()) {
        StunWriter request = new StunWriter(StunMessage.Kind.REQUEST, one.getKey());
        send(new Datagram(one.getValue(), request.fingerprint().bytes()));
      }
      long until = clock.nanos() + ASK_AGAIN.toNanos();
      while (!open.isEmpty() && clock.nanos() < until) {
        DatagramPacket packet = packet();
        if (receive(packet, until - clock.nanos())
            && StunMessage.parse(bytes(packet)) instanceof Parsed.Read<StunMessage>(var answer)
            && answer.kind() == StunMessage.Kind.SUCCESS
            && answer.mapped().isPresent()
            && from(packet).equals(open.get(answer.transaction()))) {
          open.remove(answer.transaction());
          seen.put(from(packet), answer.mapped().get());
        }
      }
    }
    return seen;
  }

  /**
   * Makes the checks until both ends have agreed on an address; from then on the socket is
   * connected to it, and the system lets nobody else's datagrams in.
   *
   * @return that address; empty where none was found within the limit
   */
  public Optional<InetSocketAddress> connect(Agent agent, Duration limit) throws IOException {
    Set<InetSocketAddress> unreachable = new LinkedHashSet<>();
    long end = clock.nanos() + limit.toNanos();
    while (agent.nominated().isEmpty() && clock.nanos() < end) {
      Optional<Datagram> due = agent.due(clock.nanos());
      if (due.isPresent() && !unreachable.contains(due.get().to()) && !send(due.get())) {
        // Of an address family that this machine has no way to.
        unreachable.add(due.get().to());
      }
      DatagramPacket packet = packet();
      if (receive(packet, Duration.ofMillis(TICK).toNanos())) {
        agent.received(from(packet), bytes(packet), clock.nanos()).ifPresent(this::send);
      }
    }
    Optional<InetSocketAddress> nominated = agent.nominated();
    if (nominated.isPresent()) {
      channel.connect(nominated.get());
    }
    return nominated;
  }

  /** Whether it went; a network that has no way there is no fault of ours. */
  private boolean send(Datagram datagram) {
    try {
      int _ = channel.send(ByteBuffer.wrap(datagram.bytes()), datagram.to());
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private boolean receive(DatagramPacket packet, long nanos) throws IOException {
    try {
      channel.socket().setSoTimeout(Math.max(SHORTEST_WAIT, Math.toIntExact(nanos / 1_000_000)));
      channel.socket().receive(packet);
      return packet.getLength() > 0;
    } catch (SocketTimeoutException | PortUnreachableException e) {
      return false;
    }
  }

  private static DatagramPacket packet() {
    // One byte more than is read, so that what was cut off is no message.
    return new DatagramPacket(new byte[StunMessage.LENGTH_LIMIT + 1], StunMessage.LENGTH_LIMIT + 1);
  }

  private static byte[] bytes(DatagramPacket packet) {
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  private static InetSocketAddress from(DatagramPacket packet) {
    return (InetSocketAddress) packet.getSocketAddress();
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
