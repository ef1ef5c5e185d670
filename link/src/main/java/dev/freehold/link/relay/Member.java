// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.record.Parsed;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection at the relay. */
final class Member implements WsListener {
  private static final long PROVES_WITHIN = 10_000_000_000L;
  private static final long SILENT = 90_000_000_000L;

  /** Small messages that wait for a node that reads nothing. */
  private static final int CONTROLS = 2048;

  /** Other nodes that one node exchanges with. */
  private static final int PARTNERS = 1024;

  private final Relay relay;
  private final byte[] challenge;
  private final long born;

  private volatile @Nullable WsSession session;
  private volatile @Nullable NodeId node;
  private volatile long lastHeard;
  private String address = "";
  private volatile boolean asksForReflector;

  // All below is owned by this object's monitor.
  private final ArrayDeque<Waiting> outbox = new ArrayDeque<>();
  private final Map<NodeId, Partner> partners = new HashMap<>();
  private int controls;
  private boolean writing;
  private boolean left;

  // Owned by the thread that receives.
  private long paidUntil;

  Member(Relay relay) {
    this.relay = relay;
    this.challenge = relay.challenge();
    this.born = relay.clock().nanos();
    this.lastHeard = born;
    this.paidUntil = born;
  }

  /** A message that waits; {@code source} is to hear when it is gone. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Waiting(byte[] message, @Nullable Member source, int bytes, boolean last) {}

  /** What is under way to one other node. */
  private static final class Partner {
    int underWay;
    int owed;
  }

  Optional<NodeId> node() {
    return Optional.ofNullable(node);
  }

  @Override
  public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) {
    asksForReflector = prologue.query().rawValue().equals(Relay.REFLECTS);
    return Optional.empty();
  }

  @Override
  public void onOpen(WsSession opened) {
    session = opened;
    SocketAddress remote = opened.socketContext().remotePeer().address();
    address =
        remote instanceof InetSocketAddress internet
            ? internet.getAddress().getHostAddress()
            : remote.toString();
    if (!relay.admit(this, address)) {
      say(new RelayMessage.Bye(Farewell.FULL), true);
      return;
    }
    say(new RelayMessage.Challenge(challenge), false);
  }

  @Override
  public void onMessage(WsSession from, String text, boolean last) {
    dismiss(Farewell.PROTOCOL);
  }

  @Override
  public void onMessage(WsSession from, BufferData data, boolean last) {
    byte[] bytes = new byte[data.available()];
    data.read(bytes);
    lastHeard = relay.clock().nanos();
    if (!last) {
      dismiss(Farewell.PROTOCOL);
      return;
    }
    pay(bytes.length);
    switch (RelayMessage.parse(bytes)) {
      case Parsed.Malformed<RelayMessage> _ -> dismiss(Farewell.PROTOCOL);
      case Parsed.Read<RelayMessage>(RelayMessage message) -> {
        switch (message) {
          case RelayMessage.Hello hello when node == null -> prove(hello);
          case RelayMessage.Send(NodeId to, byte[] payload) when node != null ->
              forward(to, payload, bytes);
          case RelayMessage.Ping() when node != null -> say(new RelayMessage.Pong(), false);
          default -> dismiss(Farewell.PROTOCOL);
        }
      }
    }
  }

  @Override
  public void onClose(WsSession closed, int status, String reason) {
    leave();
  }

  @Override
  public void onError(WsSession broken, Throwable error) {
    leave();
  }

  /** Slows a node down that sends faster than it may: its connection is not read meanwhile. */
  private void pay(int bytes) {
    long now = lastHeard;
    paidUntil =
        Math.max(paidUntil, now - 1_000_000_000L)
            + bytes * 1_000_000_000L / relay.settings().bytesPerSecond();
    if (paidUntil > now) {
      try {
        relay.clock().sleep(Duration.ofNanos(paidUntil - now));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void prove(RelayMessage.Hello hello) {
    NodeId self = relay.key().nodeId();
    if (!hello
        .node()
        .key()
        .verify(Proof.ofNode(hello.node(), self, challenge, hello.nonce()), hello.signature())) {
      dismiss(Farewell.FORGED);
      return;
    }
    node = hello.node();
    byte[] proof = Proof.ofRelay(hello.node(), self, challenge, hello.nonce());
    boolean displaced = relay.enter(hello.node(), this);
    say(
        new RelayMessage.Welcome(displaced, relay.settings().window(), relay.key().sign(proof)),
        false);
    if (asksForReflector) {
      relay.reflector().ifPresent(port -> say(new RelayMessage.Reflects(port), false));
    }
  }

  private void forward(NodeId to, byte[] payload, byte[] message) {
    if (payload.length > PathMessage.LENGTH_LIMIT || !underWay(to, payload.length)) {
      dismiss(Farewell.PROTOCOL);
      return;
    }
    Optional<Member> target = relay.find(to);
    if (target.isEmpty()) {
      arrived(to, payload.length);
      say(new RelayMessage.Gone(to, Absence.ABSENT), false);
      return;
    }
    NodeId self = node;
    if (self == null || !relay.reserve(payload.length)) {
      arrived(to, payload.length);
      say(new RelayMessage.Gone(to, Absence.BUSY), false);
      return;
    }
    // The same bytes with the sender in the place of the receiver.
    message[0] = RelayMessage.RECEIVED;
    System.arraycopy(self.key().bytes(), 0, message, 1, RelayMessage.HEAD_BYTES - 1);
    if (!target.get().offer(new Waiting(message, this, payload.length, false))) {
      relay.release(payload.length);
      arrived(to, payload.length);
      say(new RelayMessage.Gone(to, Absence.ABSENT), false);
    }
  }

  private boolean underWay(NodeId to, int bytes) {
    synchronized (this) {
      Partner partner = partners.get(to);
      if (partner == null) {
        if (partners.size() >= PARTNERS) {
          return false;
        }
        partner = new Partner();
        partners.put(to, partner);
      }
      partner.underWay += bytes;
      return partner.underWay + partner.owed <= relay.settings().window();
    }
  }

  /** Bytes of this node's have gone on or been thrown away: it may send as many again. */
  private void arrived(NodeId to, int bytes) {
    int credit = 0;
    synchronized (this) {
      Partner partner = partners.get(to);
      if (partner == null) {
        return;
      }
      partner.underWay -= bytes;
      partner.owed += bytes;
      if (partner.owed >= relay.settings().window() / 4) {
        credit = partner.owed;
        partner.owed = 0;
      }
    }
    if (credit > 0) {
      say(new RelayMessage.Credit(to, credit), false);
    }
  }

  private void say(RelayMessage message, boolean last) {
    boolean slow;
    synchronized (this) {
      slow = ++controls > CONTROLS;
    }
    if (slow) {
      leave();
      terminate();
    } else {
      boolean _ = offer(new Waiting(message.encoded(), null, 0, last));
    }
  }

  private boolean offer(Waiting waiting) {
    synchronized (this) {
      if (left) {
        return false;
      }
      outbox.addLast(waiting);
      if (!writing) {
        writing = true;
        Thread.ofVirtual().name("relay writer").start(this::write);
      }
      return true;
    }
  }

  /** Writes what waits, and is gone: an idle node costs no thread of its own for writing. */
  private void write() {
    while (true) {
      Waiting next;
      synchronized (this) {
        next = outbox.pollFirst();
        if (next == null) {
          writing = false;
          return;
        }
        if (next.source == null) {
          controls--;
        }
      }
      try {
        WsSession open = session;
        if (open != null) {
          open.send(BufferData.create(next.message), true);
        }
      } catch (RuntimeException e) {
        leave();
      }
      settle(next);
      if (next.last) {
        leave();
        terminate();
      }
    }
  }

  private void settle(Waiting gone) {
    NodeId self = node;
    if (gone.source != null && self != null) {
      relay.release(gone.bytes);
      gone.source.arrived(self, gone.bytes);
    }
  }

  /** Ends the connection and says why. */
  void dismiss(Farewell why) {
    say(new RelayMessage.Bye(why), true);
  }

  private void leave() {
    ArrayDeque<Waiting> thrownAway;
    synchronized (this) {
      left = true;
      thrownAway = new ArrayDeque<>(outbox);
      outbox.clear();
    }
    relay.leave(this, address);
    NodeId self = node;
    for (Waiting each : thrownAway) {
      settle(each);
      if (each.source != null && self != null) {
        each.source.say(new RelayMessage.Gone(self, Absence.ABSENT), false);
      }
    }
  }

  private void terminate() {
    WsSession open = session;
    if (open != null) {
      try {
        open.terminate();
      } catch (RuntimeException e) {
        // It was gone already.
      }
    }
  }

  /** Called now and then: a node that proves nothing, or is silent, has to go. */
  void watch() {
    long now = relay.clock().nanos();
    if ((node == null && now - born > PROVES_WITHIN) || now - lastHeard > SILENT) {
      leave();
      terminate();
    }
  }
}
