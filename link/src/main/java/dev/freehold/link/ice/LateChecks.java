// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import dev.freehold.link.stream.MonotonicClock;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Goes on answering the other end's checks once QUIC has the socket: the other end may not have
 * heard that it was answered. Owned by one thread at a time.
 */
public final class LateChecks {
  private final Agent agent;
  private final InetSocketAddress other;
  private final MonotonicClock clock;

  /**
   * Those of one attempt.
   *
   * @param other the address that the socket is connected to
   */
  public LateChecks(Agent agent, InetSocketAddress other, MonotonicClock clock) {
    this.agent = agent;
    this.other = other;
    this.clock = clock;
  }

  /** Whether the datagram with this first byte is none of STUN's (RFC 9443, section 3). */
  public static boolean isQuic(byte first) {
    return !StunMessage.isStun(first);
  }

  /** The answer to a datagram of the other end, if it gets one. */
  public Optional<byte[]> answer(byte[] bytes) {
    return agent.received(other, bytes, clock.nanos()).map(Datagram::bytes);
  }
}
