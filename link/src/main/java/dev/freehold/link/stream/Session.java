// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.channel.Instance;
import dev.freehold.link.channel.Resumption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one link, and what must not be lost when its path changes: frames that are not yet
 * acknowledged, and the number of the next one that is expected. Safe for use by many threads;
 * bounded by its {@link SessionLimits}.
 */
public final class Session {
  private static final long ACKNOWLEDGE_WITHIN = 20_000_000L;
  private static final int ACKNOWLEDGE_BYTES = 131_072;

  /** Bytes that a path has room for when no more than these are under way. */
  private static final int WRITERS_SEND = 32_768;

  /** Readers receive while something came for them within so many nanoseconds. */
  private static final long IN_USE = 1_000_000_000L;

  final ReentrantLock lock = new ReentrantLock();

  private final NodeId peer;
  private final SessionLimits limits;
  private final MonotonicClock clock;
  private final Instance own;
  private final Consumer<LinkStream> incoming;
  private final Consumer<byte[]> notes;

  /**
   * Written with the lock held, and read without it: a link asks while it holds its own monitor,
   * which a note's receiver takes while it holds the lock.
   */
  private volatile @Nullable Lane active;

  // All below is owned by the lock.
  private final Outbox outbox;
  private final ResendBuffer sent;
  private Instance other = Instance.NONE;
  private long expected;
  private final Map<Integer, LinkStream> streams = new HashMap<>();
  private final List<Lane> lanes = new ArrayList<>();
  private int nextStream;
  private int newestOfPeer;
  private int streamsOfPeer;
  private int grown;
  private int unacknowledgedBytes;
  private long acknowledgeAt = Long.MAX_VALUE;
  private boolean closed;

  /**
   * A link without a path.
   *
   * @param odd whether this end's streams have odd numbers: the other end's must then be even
   * @param incoming gets each stream that the peer opens, on the thread that receives; must not
   *     wait
   * @param notes gets each note of the peer, likewise
   */
  public Session(
      NodeId peer,
      boolean odd,
      SessionLimits limits,
      MonotonicClock clock,
      Instance own,
      Consumer<LinkStream> incoming,
      Consumer<byte[]> notes) {
    this.peer = peer;
    this.limits = limits;
    this.clock = clock;
    this.own = own;
    this.incoming = incoming;
    this.notes = notes;
    this.outbox = new Outbox(limits, this::forget);
    this.sent = outbox.sent;
    this.nextStream = odd ? 1 : 2;
  }

  /** Who is at the other end. */
  public NodeId peer() {
    return peer;
  }

  /** What this end says of itself on a fresh path. */
  public Resumption resumption() {
    lock.lock();
    try {
      return new Resumption(own, other, expected);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to use a path on which the other end has proven itself.
   *
   * @param said what the other end says of itself on this path
   */
  public Lane attach(Resumption said, PathKind kind) {
    lock.lock();
    try {
      boolean otherRemembers = said.other().equals(own);
      boolean otherIsAnother = !other.equals(Instance.NONE) && !other.equals(said.own());
      if (otherIsAnother || (!otherRemembers && sent.base() > 0)) {
        startOver();
      }
      other = said.own();
      if (otherRemembers && said.expected() >= sent.base()) {
        sent.acknowledge(Math.min(said.expected(), sent.next()));
      }
      Lane lane = new Lane(this, kind, clock);
      if (closed) {
        lane.closed = true;
        return lane;
      }
      lanes.add(lane);
      choose();
      return lane;
    } finally {
      lock.unlock();
    }
  }

  /** Opens a stream; its first bytes go as soon as a path is up. */
  public LinkStream open(Protocol protocol) throws StreamCancelled {
    lock.lock();
    try {
      LinkStream stream = new LinkStream(this, nextStream, protocol);
      if (closed) {
        throw new StreamCancelled(stream.toString(), Cancellation.LINK_CLOSED);
      }
      nextStream = Math.addExact(nextStream, 2);
      stream.openDue = true;
      streams.put(stream.id, stream);
      schedule(stream);
      return stream;
    } finally {
      lock.unlock();
    }
  }

  /** Sends a note to the other end; an older one that was not sent yet is forgotten. */
  public void note(byte[] bytes) {
    if (bytes.length > Frame.Note.LIMIT) {
      throw new IllegalArgumentException("a note has at most " + Frame.Note.LIMIT + " bytes");
    }
    lock.lock();
    try {
      outbox.note(bytes.clone());
      rouseActive();
    } finally {
      lock.unlock();
    }
  }

  /** The path that carries what is sent; empty while none is up. */
  public Optional<Lane> active() {
    return Optional.ofNullable(active);
  }

  /**
   * Something should have come by now: the other end is asked whether the path is still there, so
   * that one that is gone unnoticed is left and another one looked for.
   */
  void doubt() {
    lock.lock();
    try {
      Lane doubted = active;
      if (doubted != null) {
        doubted.doubt();
        doubted.work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is a stream that the other end knows, and that is to go on. */
  public boolean hasStreamsUnderWay() {
    lock.lock();
    try {
      return streams.values().stream().anyMatch(one -> !one.openDue && one.broken == null);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives every stream up as {@link Cancellation#LOST}; the other end hears of it when it is back.
   */
  public void giveUp() {
    lock.lock();
    try {
      for (LinkStream stream : List.copyOf(streams.values())) {
        breakOff(stream, Cancellation.LOST, Cancellation.CANCELLED);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends all: streams are broken, lanes closed, and nothing is kept. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      for (LinkStream stream : List.copyOf(streams.values())) {
        breakOff(stream, Cancellation.LINK_CLOSED, null);
      }
      List.copyOf(lanes).forEach(this::detach);
      outbox.clear();
    } finally {
      lock.unlock();
    }
  }

  // Lanes.

  /** The path's own thread asks: what it was given before has been sent. */
  Optional<byte[]> take(Lane lane) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      lane.takerSends = false;
      while (!lane.closed) {
        long now = clock.nanos();
        long due = lane.writerSends ? Long.MAX_VALUE : dueAt(lane);
        if (now >= due) {
          lane.takerSends = true;
          return Optional.of(record(lane, now));
        }
        lane.looksAt = due;
        if (due == Long.MAX_VALUE) {
          lane.work.await();
        } else {
          lane.work.awaitNanos(due - now);
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** From when on there is something to send on a path. */
  private long dueAt(Lane lane) {
    if (!lane.pongsDue.isEmpty() || (lane == active && outbox.hasFrames(lane))) {
      return Long.MIN_VALUE;
    }
    long pingAt = lane.pingDueAt(sent.frames() > 0);
    return lane == active ? Math.min(pingAt, acknowledgeAt) : pingAt;
  }

  /**
   * Wakes the thread that takes a path's records where something is due before it looks by itself.
   * Who sends now does this afterwards; what is due later is left to the thread that waits for its
   * turn to receive, if one does, since it looks every few milliseconds: an acknowledgement has
   * mostly gone with something else by then. Called with the lock held.
   */
  void rouse(Lane lane) {
    if (!lane.sends()) {
      long due = dueAt(lane);
      if (due < lane.looksAt && (!lane.turns.looks() || due <= clock.nanos())) {
        lane.work.signal();
      }
    }
  }

  private byte[] record(Lane lane, long now) {
    boolean ping = now >= lane.pingDueAt(sent.frames() > 0);
    ByteBuffer to = lane.buffer.clear();
    // Frames that another lane carries may not have come yet, when this record does.
    to.putLong(lane == active ? lane.cursor : sent.base()).putLong(expected);
    lane.sending(now);
    acknowledgeAt = Long.MAX_VALUE;
    unacknowledgedBytes = 0;
    while (!lane.pongsDue.isEmpty()) {
      to.put(new Frame.Pong(lane.pongsDue.removeFirst()).encoded());
    }
    if (ping) {
      to.put(new Frame.Ping(lane.ping(now)).encoded());
    }
    if (lane == active) {
      if (sent.frames() == 0) {
        lane.measured.idle(now);
      }
      outbox.fill(to, lane);
    }
    byte[] record = new byte[to.position()];
    to.flip().get(record);
    return record;
  }

  Optional<String> received(Lane lane, Packet packet) {
    lock.lock();
    try {
      if (lane.closed) {
        return Optional.empty();
      }
      long now = clock.nanos();
      lane.heard(now);
      long before = sent.bytes();
      if (!sent.acknowledge(Math.max(packet.acknowledged(), sent.base()))) {
        return Optional.of(
            "frame " + packet.acknowledged() + " is acknowledged and was never sent");
      }
      if (sent.bytes() < before) {
        lane.measured.acknowledged(before - sent.bytes(), now);
        rouseActive();
      }
      for (Lane each : lanes) {
        each.cursor = Math.max(each.cursor, sent.base());
      }
      if (packet.first() > expected) {
        return Optional.of("frame %d is expected, and %d came".formatted(expected, packet.first()));
      }
      long number = packet.first();
      for (Frame frame : packet.frames()) {
        Optional<String> wrong =
            switch (frame) {
              case Frame.Ping(long value) -> {
                lane.answer(value);
                rouse(lane);
                yield Optional.empty();
              }
              case Frame.Pong(long value) -> {
                lane.pong(value, now);
                yield Optional.empty();
              }
              case Frame.Numbered numbered ->
                  number++ < expected ? Optional.empty() : accept(lane, numbered, now);
            };
        if (wrong.isPresent()) {
          return wrong;
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  boolean overdue(Lane lane) {
    lock.lock();
    try {
      return lane.overdue(clock.nanos(), lanes.size() > 1);
    } finally {
      lock.unlock();
    }
  }

  Optional<Quality> quality(Lane lane) {
    lock.lock();
    try {
      return lane.measured.quality();
    } finally {
      lock.unlock();
    }
  }

  void detach(Lane lane) {
    lock.lock();
    try {
      lane.closed = true;
      lane.work.signalAll();
      lane.turns.close();
      lanes.remove(lane);
      choose();
    } finally {
      lock.unlock();
    }
  }

  /** The best lane sends, from the first frame on that the other end may not have. */
  private void choose() {
    Lane best = lanes.reversed().stream().max(Comparator.comparing(Lane::kind)).orElse(null);
    if (best != active) {
      active = best;
      if (best != null) {
        best.cursor = sent.base();
        best.work.signal();
      }
    }
  }

  private void rouseActive() {
    Lane lane = active;
    if (lane != null) {
      rouse(lane);
    }
  }

  // Frames that came.

  private Optional<String> accept(Lane lane, Frame.Numbered frame, long now) {
    expected++;
    Optional<String> wrong =
        switch (frame) {
          case Frame.Open(int id, Protocol protocol) -> opened(id, protocol);
          case Frame.Data(int id, byte[] bytes) -> {
            unacknowledgedBytes += bytes.length;
            yield known(id).flatMap(stream -> data(lane, stream, bytes, now));
          }
          case Frame.End(int id) -> known(id).flatMap(this::ended);
          case Frame.Cancel(int id, Cancellation why) -> {
            known(id).ifPresent(stream -> cancelled(stream, why));
            yield Optional.empty();
          }
          case Frame.Credit(int id, int bytes) -> {
            known(id).ifPresent(stream -> credited(stream, bytes));
            yield Optional.empty();
          }
          case Frame.Note(byte[] bytes) -> {
            notes.accept(bytes);
            yield Optional.empty();
          }
        };
    boolean first = acknowledgeAt == Long.MAX_VALUE;
    if (unacknowledgedBytes >= ACKNOWLEDGE_BYTES) {
      acknowledgeAt = now;
      rouseActive();
    } else if (first) {
      acknowledgeAt = now + ACKNOWLEDGE_WITHIN;
      rouseActive();
    }
    return wrong.or(() -> unheardOf(frame));
  }

  private Optional<LinkStream> known(int id) {
    return Optional.ofNullable(streams.get(id));
  }

  /** A stream that nobody opened; one that is over may still get frames which were under way. */
  private Optional<String> unheardOf(Frame.Numbered frame) {
    int id = frame.stream();
    boolean ours = id % 2 == nextStream % 2;
    return id < (ours ? nextStream : newestOfPeer + 1)
        ? Optional.empty()
        : Optional.of("stream " + id + " was never opened");
  }

  private Optional<String> opened(int id, Protocol protocol) {
    if (id % 2 == nextStream % 2 || id <= newestOfPeer) {
      return Optional.of("stream " + id + " can't be opened by the peer now");
    }
    newestOfPeer = id;
    LinkStream stream = new LinkStream(this, id, protocol);
    streams.put(id, stream);
    streamsOfPeer++;
    if (streamsOfPeer > limits.streams()) {
      breakOff(stream, Cancellation.TOO_MANY, Cancellation.TOO_MANY);
    } else {
      incoming.accept(stream);
    }
    return Optional.empty();
  }

  private Optional<String> data(Lane lane, LinkStream stream, byte[] bytes, long now) {
    if (stream.endArrived || bytes.length > stream.receiveCredit) {
      return Optional.of(stream + ": bytes after the end, or without credit");
    }
    stream.receiveCredit -= bytes.length;
    if (stream.broken == null) {
      stream.arrived.addLast(bytes);
      stream.arrivedOn = lane;
      stream.arrivedAt = now;
      if (stream.readerWaits) {
        lane.turns.woken(now);
      }
      stream.readable.signal();
    }
    return Optional.empty();
  }

  private Optional<String> ended(LinkStream stream) {
    if (stream.endArrived) {
      return Optional.of(stream + " ended twice");
    }
    stream.endArrived = true;
    stream.readable.signal();
    forgetWhenOver(stream);
    return Optional.empty();
  }

  private void cancelled(LinkStream stream, Cancellation why) {
    if (stream.broken == null) {
      breakOff(stream, why, null);
    }
    forget(stream);
  }

  private void credited(LinkStream stream, int bytes) {
    stream.sendCredit = Math.min(stream.sendCredit + bytes, Integer.MAX_VALUE);
    schedule(stream);
  }

  // Streams.

  int read(LinkStream stream, byte[] to, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, to.length);
    lock.lock();
    try {
      while (true) {
        if (!stream.arrived.isEmpty()) {
          int taken = stream.take(to, offset, length);
          consumed(stream, taken);
          return taken;
        }
        if (stream.endArrived) {
          return -1;
        }
        stream.requireWhole();
        Lane lane = mayReceive(stream);
        if (lane == null) {
          stream.readerWaits = stream.readerReceives;
          LinkStream.await(stream.readable);
          stream.readerWaits = false;
        } else {
          lane.turns.receive();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  void receives(LinkStream stream) {
    lock.lock();
    try {
      stream.readerReceives = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The path on which a stream's reader may wait by itself, if the stream is in use: that on which
   * something came last, since what comes on another doesn't wake it.
   */
  private @Nullable Lane mayReceive(LinkStream stream) {
    Lane lane = stream.arrivedOn;
    return stream.readerReceives
            && lane != null
            && clock.nanos() - stream.arrivedAt < IN_USE
            && lane.turns.readersMay()
            && !Thread.currentThread().isInterrupted()
        ? lane
        : null;
  }

  private void consumed(LinkStream stream, int bytes) {
    stream.consumed += bytes;
    if (stream.endArrived || stream.broken != null || stream.consumed < stream.window / 2) {
      return;
    }
    int more = stream.consumed;
    if (stream.arrived.isEmpty()) {
      // The reader waits for the path and not the other way round: a wider window may help.
      int wider =
          Math.min(
              Math.min(stream.window, limits.window() - stream.window), limits.growth() - grown);
      stream.window += wider;
      grown += wider;
      more += wider;
    }
    stream.consumed = 0;
    stream.receiveCredit += more;
    stream.creditDue += more;
    schedule(stream);
  }

  void write(LinkStream stream, byte[] from, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, from.length);
    Lane lane;
    byte[] record;
    lock.lock();
    try {
      int written = 0;
      while (written < length) {
        if (stream.endDue) {
          throw new IllegalStateException(stream + " was ended by this side");
        }
        stream.requireWhole();
        int room = limits.pending() - stream.pendingBytes;
        if (room <= 0) {
          LinkStream.await(stream.writable);
          continue;
        }
        int part = Math.min(length - written, room);
        stream.put(from, offset + written, part);
        written += part;
        boolean _ = outbox.schedule(stream);
        if (written < length) {
          rouseActive();
        }
      }
      lane = active;
      if (lane == null || !writerSends(lane, stream)) {
        rouseActive();
        return;
      }
      lane.writerSends = true;
      record = record(lane, clock.nanos());
    } finally {
      lock.unlock();
    }
    try {
      lane.send(record);
    } finally {
      lock.lock();
      try {
        lane.writerSends = false;
        rouse(lane);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Whether a writer sends what it wrote by itself: only where nobody else sends, and where so
   * little is under way that the path takes it without making the writer wait. An interrupted
   * thread would break the path.
   */
  private boolean writerSends(Lane lane, LinkStream stream) {
    return !lane.sends()
        && lane.writersSend()
        && sent.bytes() + stream.pendingBytes <= WRITERS_SEND
        && outbox.hasFrames(lane)
        && !Thread.currentThread().isInterrupted();
  }

  void end(LinkStream stream) {
    lock.lock();
    try {
      // A stream that was cancelled before says so, and not that it came to its end.
      if (stream.broken == null) {
        stream.endDue = true;
        schedule(stream);
      }
    } finally {
      lock.unlock();
    }
  }

  void cancel(LinkStream stream, Cancellation why) {
    lock.lock();
    try {
      if (stream.broken == null && !stream.forgotten) {
        breakOff(stream, Cancellation.CANCELLED, why);
      }
    } finally {
      lock.unlock();
    }
  }

  void close(LinkStream stream) {
    lock.lock();
    try {
      if (stream.endDue && !stream.endArrived && stream.broken == null) {
        // After the end has gone: what still comes is not wanted.
        stream.broken = Cancellation.CANCELLED;
        stream.cancelDue = Cancellation.CANCELLED;
        stream.arrived.clear();
        schedule(stream);
      } else if (!stream.endDue) {
        cancel(stream, Cancellation.CANCELLED);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends a stream here; {@code told}, where there is one, is what the other end hears. */
  private void breakOff(LinkStream stream, Cancellation here, @Nullable Cancellation told) {
    stream.broken = here;
    stream.throwAway();
    if (told == null || stream.openDue) {
      stream.openDue = false;
      forget(stream);
    } else {
      stream.cancelDue = told;
      schedule(stream);
    }
  }

  private void forgetWhenOver(LinkStream stream) {
    if (stream.endSent && stream.endArrived) {
      forget(stream);
    }
  }

  private void forget(LinkStream stream) {
    if (streams.remove(stream.id, stream)) {
      stream.forgotten = true;
      grown -= stream.window - Frame.INITIAL_CREDIT;
      stream.window = Frame.INITIAL_CREDIT;
      if (stream.id % 2 != nextStream % 2) {
        streamsOfPeer--;
      }
    }
  }

  private void schedule(LinkStream stream) {
    if (outbox.schedule(stream)) {
      rouseActive();
    }
  }

  /** The other end remembers nothing: what it knew is lost, what it was never told is kept. */
  private void startOver() {
    List.copyOf(lanes).forEach(this::detach);
    sent.clear();
    expected = 0;
    newestOfPeer = 0;
    acknowledgeAt = Long.MAX_VALUE;
    unacknowledgedBytes = 0;
    for (LinkStream stream : List.copyOf(streams.values())) {
      if (!stream.openDue) {
        breakOff(stream, Cancellation.LOST, null);
      }
    }
  }
}
