// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.channel.Answer;
import dev.freehold.link.channel.Carrier;
import dev.freehold.link.channel.Channel;
import dev.freehold.link.channel.ChannelRefusal;
import dev.freehold.link.channel.Greeted;
import dev.freehold.link.channel.Initiator;
import dev.freehold.link.channel.Met;
import dev.freehold.link.channel.PathId;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.link.channel.PathMessage.Kind;
import dev.freehold.link.channel.Responder;
import dev.freehold.link.channel.Resumption;
import dev.freehold.link.channel.Taken;
import dev.freehold.link.direct.TcpCarrier;
import dev.freehold.link.stream.Lane;
import dev.freehold.link.stream.PathKind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to bring a path up, and the path: a handshake over a carrier, then records between
 * the carrier and the link's session. One thread gives what the carrier brings.
 */
final class Path {
  private static final long HANDSHAKE = 5_000_000_000L;

  /** Milliseconds after which a reader that receives looks whether its stream goes on at all. */
  private static final int READERS_LOOK = 20;

  private static final String USED_UP = "the path's key has sealed as much as it may";

  private final Links links;
  private final Carrier carrier;
  private final PathKind kind;
  private final PathId id;
  private final @Nullable NodeId claimed;
  private final long born;
  private final CountDownLatch settled = new CountDownLatch(1);

  // Owned by the thread that receives, and read by others once the path is settled.
  private @Nullable Initiator initiator;
  private @Nullable Responder responder;
  private @Nullable Channel channel;

  // Owned by this object's monitor.
  private @Nullable Link link;
  private @Nullable Lane lane;
  private @Nullable String ended;

  private final List<Runnable> atEnd = new CopyOnWriteArrayList<>();
  private volatile Runnable atUp = () -> {};

  private Path(
      Links links,
      Carrier carrier,
      PathKind kind,
      PathId id,
      @Nullable NodeId claimed,
      @Nullable Link link) {
    this.links = links;
    this.carrier = carrier;
    this.kind = kind;
    this.id = id;
    this.claimed = claimed;
    this.link = link;
    this.born = links.clock().nanos();
  }

  /** Calls the link's peer. */
  static Path calling(
      Links links, Carrier carrier, PathKind kind, Link link, Consumer<Path> known) {
    Path path = new Path(links, carrier, kind, PathId.random(links.random()), link.peer(), link);
    Initiator initiator = new Initiator(links.key(), link.peer(), links.random());
    path.initiator = initiator;
    known.accept(path);
    links.add(path);
    path.later(PathMessage.of(Kind.HELLO, path.id, initiator.hello()));
    return path;
  }

  /**
   * Waits for whoever calls, with the path id that it chose.
   *
   * @param claimed who the carrier says it is; null where it doesn't say
   */
  static Path called(
      Links links,
      Carrier carrier,
      PathKind kind,
      PathId id,
      @Nullable NodeId claimed,
      Consumer<Path> known) {
    Path path = new Path(links, carrier, kind, id, claimed, null);
    known.accept(path);
    links.add(path);
    return path;
  }

  /** Who is at the other end, as the caller or the carrier says. */
  Optional<NodeId> claimed() {
    return Optional.ofNullable(claimed);
  }

  /** What carries it. */
  PathKind kind() {
    return kind;
  }

  /** To be done when the path has ended. */
  void onEnd(Runnable action) {
    atEnd.add(action);
  }

  /** To be done when the path is up. */
  void onUp(Runnable action) {
    atUp = action;
  }

  boolean isSettled() {
    return settled.getCount() == 0;
  }

  PathId id() {
    return id;
  }

  boolean isUp() {
    synchronized (this) {
      return lane != null && ended == null;
    }
  }

  boolean isCalling() {
    return initiator != null && settled.getCount() > 0;
  }

  /**
   * Gives what comes to a path that is up, in turns with those who wait for it, until the path
   * ends.
   */
  void receiveInTurns(TcpCarrier tcp) {
    Lane up = lane();
    if (up == null) {
      tcp.close();
      return;
    }
    up.readersReceive(() -> receiveOne(tcp));
    try {
      while (true) {
        up.awaitReceiving();
        try {
          receive(tcp.receive());
        } finally {
          up.leaveReceiving();
        }
      }
    } catch (IOException e) {
      finish(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      finish("interrupted");
    } finally {
      tcp.close();
    }
  }

  /** A reader's turn. */
  private void receiveOne(TcpCarrier tcp) {
    try {
      if (tcp.awaits(READERS_LOOK)) {
        receive(tcp.receive());
      }
    } catch (IOException e) {
      finish(String.valueOf(e.getMessage()));
      tcp.close();
    }
  }

  /** Waits until the path is up or has failed; why, if it has. */
  Optional<String> await() throws InterruptedException {
    settled.await();
    synchronized (this) {
      return Optional.ofNullable(ended);
    }
  }

  /** Waits until the path is no more. */
  void awaitEnd() throws InterruptedException {
    synchronized (this) {
      while (ended == null) {
        wait();
      }
    }
  }

  /** Takes one message of this path. */
  void receive(PathMessage message) {
    if (!message.path().equals(id)) {
      end("a message of another path");
      return;
    }
    switch (message.kind()) {
      case HELLO -> hello(message);
      case REPLY -> reply(message);
      case CONFIRM -> confirm(message);
      case READY -> ready(message);
      case RECORD -> record(message);
      case CLOSE -> finish("the other node has left the path");
    }
  }

  private void hello(PathMessage message) {
    if (initiator != null || responder != null) {
      end("a hello out of its place");
      return;
    }
    Greeted greeted = Responder.greet(links.key(), message.body(), links.random());
    switch (greeted) {
      case Responder answered -> {
        responder = answered;
        later(PathMessage.of(Kind.REPLY, id, answered.reply()));
      }
      case ChannelRefusal why -> end("hello: " + why);
    }
  }

  private void reply(PathMessage message) {
    Link called = owner();
    if (initiator == null || called == null || channel != null) {
      end("a reply out of its place");
      return;
    }
    Answer answer = initiator.answer(message.body(), called.session().resumption());
    switch (answer) {
      case Answer.Proven(byte[] confirmation, Channel proven) -> {
        channel = proven;
        later(PathMessage.of(Kind.CONFIRM, id, confirmation));
      }
      case ChannelRefusal why -> end("reply: " + why);
    }
  }

  private void confirm(PathMessage message) {
    if (responder == null || channel != null) {
      end("a confirmation out of its place");
      return;
    }
    switch (responder.meet(message.body())) {
      case ChannelRefusal why -> end("confirmation: " + why);
      case Met.Proven(NodeId peer, Resumption said, Channel proven) -> {
        if (claimed != null && !claimed.equals(peer)) {
          end("the carrier says it is " + claimed + ", and it is " + peer);
          return;
        }
        Optional<Link> admitted = links.admit(peer);
        if (admitted.isEmpty()) {
          end(peer + " is not admitted");
          return;
        }
        channel = proven;
        Lane up = admitted.get().session().attach(said, kind);
        byte[] ready = proven.sealReady(admitted.get().session().resumption());
        up(admitted.get(), up, proven, PathMessage.of(Kind.READY, id, ready));
      }
    }
  }

  private void ready(PathMessage message) {
    Link called = owner();
    if (initiator == null || called == null || channel == null || isUp()) {
      end("a ready out of its place");
      return;
    }
    Optional<Resumption> said = channel.openReady(message.body());
    if (said.isEmpty()) {
      end("ready: " + ChannelRefusal.ALTERED);
      return;
    }
    up(called, called.session().attach(said.get(), kind), channel, null);
  }

  private void record(PathMessage message) {
    Lane receiving = lane();
    if (receiving == null || channel == null) {
      end("a record out of its place");
      return;
    }
    switch (channel.open(message.bytes(), PathMessage.HEAD_BYTES)) {
      case ChannelRefusal why -> end("record: " + why);
      case Taken.Opened(byte[] plaintext) -> receiving.received(plaintext).ifPresent(this::end);
    }
  }

  private void up(Link peer, Lane up, Channel proven, @Nullable PathMessage first) {
    synchronized (this) {
      link = peer;
      if (ended != null) {
        up.close();
        return;
      }
      lane = up;
    }
    Thread.ofVirtual().name("path " + id).start(() -> pump(up, proven, first));
    settled.countDown();
    atUp.run();
    peer.pathCame(this);
  }

  private void pump(Lane up, Channel proven, @Nullable PathMessage first) {
    try {
      if (first != null) {
        carrier.send(first);
      }
      if (kind == PathKind.DIRECT) {
        up.writersSend(record -> send(proven, record));
      }
      for (Optional<byte[]> record = up.take(); record.isPresent(); record = up.take()) {
        if (!proven.mayCarryMore()) {
          end(USED_UP);
          return;
        }
        carrier.send(PathMessage.record(id, proven, record.get()));
      }
      end("the link has left the path");
    } catch (IOException e) {
      finish(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      finish("interrupted");
    }
  }

  /**
   * Sends a record on the thread that wrote what is in it. It may hold locks of its own, so what
   * follows of a broken path is another thread's; what the record brings is sent again on the next.
   */
  private void send(Channel proven, byte[] record) {
    try {
      if (proven.mayCarryMore()) {
        carrier.send(PathMessage.record(id, proven, record));
      } else {
        Thread.ofVirtual().start(() -> end(USED_UP));
      }
    } catch (IOException e) {
      Thread.ofVirtual().start(() -> finish(String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Thread.ofVirtual().start(() -> finish("interrupted"));
    }
  }

  private void later(PathMessage message) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                carrier.send(message);
              } catch (IOException e) {
                finish(String.valueOf(e.getMessage()));
              } catch (InterruptedException e) {
                finish("interrupted");
              }
            });
  }

  /** Called now and then: ends a path whose other end is silent. */
  void watch() {
    Lane watched = lane();
    if (watched == null && links.clock().nanos() - born > HANDSHAKE) {
      end("no answer within five seconds");
    } else if (watched != null && watched.overdue()) {
      end("the other node is silent");
    }
  }

  /** Leaves the path, and says so. */
  void end(String why) {
    if (finish(why)) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  carrier.send(PathMessage.of(Kind.CLOSE, id, new byte[0]));
                } catch (IOException | InterruptedException e) {
                  // The other end will notice.
                } finally {
                  carrier.close();
                }
              });
    }
  }

  /** The carrier is gone, or said goodbye to. */
  boolean finish(String why) {
    Lane closing;
    Link told;
    synchronized (this) {
      if (ended != null) {
        return false;
      }
      ended = why;
      notifyAll();
      closing = lane;
      told = link;
    }
    if (closing != null) {
      closing.close();
    }
    links.forget(this);
    atEnd.forEach(Runnable::run);
    settled.countDown();
    if (told != null) {
      told.pathWent(this, why);
    }
    return true;
  }

  private @Nullable Link owner() {
    synchronized (this) {
      return link;
    }
  }

  private @Nullable Lane lane() {
    synchronized (this) {
      return lane;
    }
  }
}
