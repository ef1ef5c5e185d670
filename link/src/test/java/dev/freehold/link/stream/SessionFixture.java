// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.channel.Instance;
import dev.freehold.link.channel.Resumption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;

/** A session, and a peer that says whatever it likes. */
@NullMarked
abstract class SessionFixture {
  static final NodeId PEER = SigningKey.ofSeed(new byte[32]).nodeId();
  static final Protocol PROTOCOL = new Protocol("test/1");
  static final SessionLimits LIMITS = new SessionLimits(2, 65_536, 0, 16_384, 16_384);

  final Random random = new Random(9);
  final LinkedBlockingQueue<LinkStream> incoming = new LinkedBlockingQueue<>();
  final Session session = session(true, LIMITS, incoming);

  Session session(boolean odd, SessionLimits limits, LinkedBlockingQueue<LinkStream> streams) {
    return new Session(
        PEER, odd, limits, MonotonicClock.system(), Instance.random(random), streams::add, _ -> {});
  }

  Lane strangersLane() {
    return session.attach(
        new Resumption(Instance.random(random), Instance.NONE, 0), PathKind.RELAY);
  }

  static Optional<String> says(Lane lane, long first, Frame... frames) {
    return lane.received(new Packet(first, 0, List.of(frames)).bytes());
  }

  /** A clock that stands until it is moved. */
  static final class Moved implements MonotonicClock {
    private final AtomicLong now = new AtomicLong();

    void move(Duration by) {
      now.addAndGet(by.toNanos());
    }

    @Override
    public long nanos() {
      return now.get();
    }

    @Override
    public void sleep(Duration time) {
      throw new AssertionError("a session doesn't sleep");
    }
  }
}
