// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.RelayAddress;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.tls.Tls;
import io.helidon.config.Config;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.webserver.websocket.WsUpgrader;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A relay with the right key and bad manners, for tests. */
@NullMarked
public final class HostileRelay implements AutoCloseable {
  /** What it does with a message. */
  public interface Mischief {
    /** What is delivered in place of this message: nothing, other bytes, or more of them. */
    List<byte[]> deliver(NodeId from, NodeId to, byte[] payload);

    /** To whom it is delivered. */
    default NodeId receiver(NodeId from, NodeId to) {
      return to;
    }

    /** Who is said to have sent it. */
    default NodeId sender(NodeId from) {
      return from;
    }

    /** Whether a node that is online is said to be absent. */
    default boolean deny(NodeId to) {
      return false;
    }
  }

  private final SigningKey key;
  private final Mischief mischief;
  private final WebServer server;
  private final Map<NodeId, WsSession> online = new ConcurrentHashMap<>();

  /** Starts on loopback. */
  public HostileRelay(SigningKey key, SecureRandom random, Mischief mischief) {
    this.key = key;
    this.mischief = mischief;
    WsConfig frames = WsConfig.create();
    this.server =
        WebServer.builder()
            .config(Config.empty())
            .address(InetAddress.getLoopbackAddress())
            .port(0)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .shutdownHook(false)
            .addConnectionSelector(
                Http1ConnectionSelector.builder()
                    .config(Http1Config.create())
                    .addUpgrader(WsUpgrader.create(frames))
                    .build())
            .addProtocol(frames)
            .addRouting(WsRouting.builder().endpoint(Relay.PATH, Guest::new))
            .routing(HttpRouting.builder())
            .tls(Tls.builder().sslContext(RelayCertificate.server(key, random)).build())
            .build()
            .start();
  }

  /** Its address. */
  public RelayAddress address() {
    return new RelayAddress("127.0.0.1", server.port(), RelayAddress.Trust.PINNED, key.nodeId());
  }

  @Override
  public void close() {
    server.stop();
  }

  private final class Guest implements WsListener {
    private final byte[] challenge = new byte[RelayMessage.NONCE_BYTES];
    private @Nullable NodeId node;

    @Override
    public void onOpen(WsSession session) {
      send(session, new RelayMessage.Challenge(challenge));
    }

    @Override
    public void onMessage(WsSession session, BufferData data, boolean last) {
      byte[] bytes = new byte[data.available()];
      data.read(bytes);
      RelayMessage message =
          RelayMessage.parse(bytes)
              .orElse(
                  why -> {
                    throw new IllegalStateException(why);
                  });
      switch (message) {
        case RelayMessage.Hello hello -> {
          node = hello.node();
          online.put(hello.node(), session);
          byte[] proof = Proof.ofRelay(hello.node(), key.nodeId(), challenge, hello.nonce());
          send(session, new RelayMessage.Welcome(false, 1 << 30, key.sign(proof)));
        }
        case RelayMessage.Send(NodeId to, byte[] payload) -> forward(session, to, payload);
        case RelayMessage.Ping() -> send(session, new RelayMessage.Pong());
        default -> throw new IllegalStateException("out of turn");
      }
    }

    private void forward(WsSession session, NodeId to, byte[] payload) {
      NodeId from = node;
      if (from == null) {
        throw new IllegalStateException("it has not proven a key");
      }
      WsSession target = online.get(mischief.receiver(from, to));
      if (target == null || mischief.deny(to)) {
        send(session, new RelayMessage.Gone(to, Absence.ABSENT));
        return;
      }
      for (byte[] each : mischief.deliver(from, to, payload)) {
        send(target, new RelayMessage.Received(mischief.sender(from), each));
      }
    }
  }

  private static void send(WsSession session, RelayMessage message) {
    synchronized (session) {
      session.send(BufferData.create(message.encoded()), true);
    }
  }
}
