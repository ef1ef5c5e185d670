// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import dev.freehold.link.channel.Channel;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One path that is up, as its session sees it. One thread takes records to be sealed and sent, one
 * gives what was opened; whoever notices that the path is gone closes the lane.
 */
public final class Lane {
  /** How long a silent other end is waited for once something is owed by it. */
  static final long PATIENCE = 5_000_000_000L;

  /** The same on a direct path while another one is up. */
  static final long SPARED = 2_000_000_000L;

  private static final long KEEP_ALIVE = 15_000_000_000L;
  private static final long HURRY = 500_000_000L;
  private static final long YOUNG = 3_000_000_000L;
  private static final int PONGS = 4;

  private final Session session;
  private final PathKind kind;
  final Condition work;
  final ReceivingTurns turns;
  final Measured measured;
  private volatile @Nullable Consumer<byte[]> sending;

  /** Gives this lane what came on its path, on the thread of whoever waits for it. */
  @FunctionalInterface
  public interface Receiver {
    /**
     * Waits a short while for one message and gives it to the lane. Neither throws nor waits for
     * anything but the path; what is wrong with the path ends it.
     */
    void receive();
  }

  /** What a record is made in. Its owner is whoever sends. */
  final ByteBuffer buffer = ByteBuffer.allocate(Channel.RECORD_LIMIT);

  // Owned by the session's lock.
  // Of these one at most: records are sealed and sent in the order in which they were made.
  /** The thread that takes records has one that it has not sent yet. */
  boolean takerSends;

  /** A writer has one. */
  boolean writerSends;

  /** When the path's own thread looks for something to send, unless it is woken. */
  long looksAt = Long.MIN_VALUE;

  final ArrayDeque<Long> pongsDue = new ArrayDeque<>();
  long cursor;
  boolean closed;
  private final long born;
  private long lastHeard;
  private long lastPing;
  private long pings;
  private boolean pingUnderWay;

  /** When the first ping was sent of those that are under way. */
  private long askedSince;

  /** Since when whoever sends now has waited for the carrier to take it. */
  private long sendingSince;

  /** Whether somebody wonders at the other end's silence. */
  private boolean doubted;

  Lane(Session session, PathKind kind, MonotonicClock clock) {
    long now = clock.nanos();
    this.session = session;
    this.kind = kind;
    this.work = session.lock.newCondition();
    this.turns = new ReceivingTurns(session.lock, clock);
    this.measured = new Measured(now);
    this.born = now;
    this.lastHeard = now;
    this.lastPing = now;
  }

  /** What carries it. */
  public PathKind kind() {
    return kind;
  }

  /** Waits for the next record to send; empty once the lane is closed. */
  public Optional<byte[]> take() throws InterruptedException {
    return session.take(this);
  }

  /**
   * From now on a thread that writes a little to a stream, while nothing else is being sent, has it
   * sent by itself instead of waking the one that takes records.
   *
   * @param send sends a record; one at a time, and in turns with what is taken. Called by threads
   *     that may hold any lock but the session's: it neither throws nor ends the path by itself
   */
  public void writersSend(Consumer<byte[]> send) {
    sending = send;
  }

  /**
   * From now on a thread that reads a stream whose {@link LinkStream#receives readers receive}
   * takes its turn in receiving from the path, instead of being woken by the one that does.
   */
  public void readersReceive(Receiver receive) {
    turns.readersReceive(receive);
  }

  /**
   * The path's own thread waits until it is its turn to receive: no reader does, and, unless the
   * lane is closed, none is about to. {@link #leaveReceiving} ends the turn.
   */
  public void awaitReceiving() throws InterruptedException {
    turns.await(() -> session.rouse(this));
  }

  /** Ends the turn of the path's own thread. */
  public void leaveReceiving() {
    turns.leave();
  }

  /** Takes what came. What is wrong with it, if anything: the path should then be closed. */
  public Optional<String> received(byte[] plaintext) {
    return switch (Packet.parse(plaintext)) {
      case Parsed.Malformed<Packet>(String reason) -> Optional.of(reason);
      case Parsed.Read<Packet>(Packet packet) -> session.received(this, packet);
    };
  }

  /** Whether the other end owes an answer for too long. */
  public boolean overdue() {
    return session.overdue(this);
  }

  /** The path is gone. The session goes on over another one, now or later. */
  public void close() {
    session.detach(this);
  }

  /** Round trips and throughput, once the path has settled. */
  public Optional<Quality> quality() {
    return session.quality(this);
  }

  void send(byte[] record) {
    Consumer<byte[]> send = sending;
    if (send != null) {
      send.accept(record);
    }
  }

  boolean writersSend() {
    return sending != null;
  }

  // What follows is called with the session's lock held.

  boolean sends() {
    return takerSends || writerSends;
  }

  void heard(long now) {
    lastHeard = now;
    doubted = false;
  }

  void doubt() {
    doubted = true;
  }

  void sending(long now) {
    sendingSince = now;
  }

  boolean overdue(long now, boolean spared) {
    long patience = spared && kind != PathKind.RELAY ? SPARED : PATIENCE;
    // A carrier that takes nothing takes no ping either.
    return (pingUnderWay && now - Math.max(askedSince, lastHeard) > patience)
        || (sends() && now - Math.max(sendingSince, lastHeard) > patience);
  }

  /**
   * When the next ping is due: soon while data are under way and nothing is heard, and soon after a
   * young path has settled, so that it is measured. While the other end's silence is doubted it is
   * asked again and again: an end that has lost this path meanwhile can't answer what it never got.
   */
  long pingDueAt(boolean owed) {
    if (doubted) {
      return lastPing + HURRY;
    }
    if (pingUnderWay) {
      return Long.MAX_VALUE;
    }
    long due = lastPing + KEEP_ALIVE;
    if (lastPing - born < YOUNG) {
      due = Math.min(due, Math.max(born + Measured.SETTLES, lastPing + HURRY));
    }
    return owed ? Math.min(due, Math.max(lastPing, lastHeard) + HURRY) : due;
  }

  long ping(long now) {
    if (!pingUnderWay) {
      pingUnderWay = true;
      askedSince = now;
    }
    lastPing = now;
    return ++pings;
  }

  void pong(long value, long now) {
    if (pingUnderWay && value == pings) {
      pingUnderWay = false;
      measured.roundTrip(now - lastPing, now);
    }
  }

  void answer(long ping) {
    if (pongsDue.size() < PONGS) {
      pongsDue.addLast(ping);
    }
  }
}
