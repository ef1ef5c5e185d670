// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** One WebSocket message between a node and a relay (docs/formats/relay.md). */
sealed interface RelayMessage {
  int NONCE_BYTES = 32;
  int HEAD_BYTES = 1 + VerifyingKey.BYTES;
  int LENGTH_LIMIT = HEAD_BYTES + PathMessage.LENGTH_LIMIT;

  /** A node proves its key. */
  @SuppressWarnings("ArrayRecordComponent")
  record Hello(NodeId node, byte[] nonce, Signature signature) implements RelayMessage {}

  /** To be forwarded. */
  @SuppressWarnings("ArrayRecordComponent")
  record Send(NodeId to, byte[] payload) implements RelayMessage {}

  /** Is the other side there? */
  record Ping() implements RelayMessage {}

  /** The relay's first message. */
  @SuppressWarnings("ArrayRecordComponent")
  record Challenge(byte[] nonce) implements RelayMessage {}

  /** The relay proves its key, and the node is online. */
  record Welcome(boolean displaced, int window, Signature signature) implements RelayMessage {}

  /** Forwarded. */
  @SuppressWarnings("ArrayRecordComponent")
  record Received(NodeId from, byte[] payload) implements RelayMessage {}

  /** What was for this node was thrown away. */
  record Gone(NodeId node, Absence why) implements RelayMessage {}

  /** So many bytes more may be sent to this node. */
  record Credit(NodeId node, int bytes) implements RelayMessage {}

  /** It is. */
  record Pong() implements RelayMessage {}

  /** Which UDP port of the relay's tells nodes their address; said to those who ask for it. */
  record Reflects(int port) implements RelayMessage {}

  /** The relay ends the connection. */
  record Bye(Farewell why) implements RelayMessage {}

  byte VERSION = 1;
  byte HELLO = 1;
  byte SEND = 2;
  byte PING = 3;
  byte CHALLENGE = 16;
  byte WELCOME = 17;
  byte RECEIVED = 18;
  byte GONE = 19;
  byte CREDIT = 20;
  byte PONG = 21;
  byte BYE = 22;
  byte REFLECTS = 23;

  /** The one encoding. */
  default byte[] encoded() {
    return switch (this) {
      case Hello(NodeId node, byte[] nonce, Signature signature) ->
          ByteBuffer.allocate(1 + 32 + NONCE_BYTES + Signature.BYTES)
              .put(HELLO)
              .put(node.key().bytes())
              .put(nonce)
              .put(signature.bytes())
              .array();
      case Send(NodeId to, byte[] payload) -> addressed(SEND, to, payload);
      case Ping() -> new byte[] {PING};
      case Challenge(byte[] nonce) ->
          ByteBuffer.allocate(2 + NONCE_BYTES).put(CHALLENGE).put(VERSION).put(nonce).array();
      case Welcome(boolean displaced, int window, Signature signature) ->
          ByteBuffer.allocate(6 + Signature.BYTES)
              .put(WELCOME)
              .put((byte) (displaced ? 1 : 0))
              .putInt(window)
              .put(signature.bytes())
              .array();
      case Received(NodeId from, byte[] payload) -> addressed(RECEIVED, from, payload);
      case Gone(NodeId node, Absence why) -> addressed(GONE, node, new byte[] {why.code()});
      case Credit(NodeId node, int bytes) ->
          addressed(CREDIT, node, ByteBuffer.allocate(4).putInt(bytes).array());
      case Pong() -> new byte[] {PONG};
      case Reflects(int port) -> new byte[] {REFLECTS, (byte) (port >> 8), (byte) port};
      case Bye(Farewell why) -> new byte[] {BYE, why.code()};
    };
  }

  private static byte[] addressed(byte kind, NodeId node, byte[] rest) {
    return ByteBuffer.allocate(HEAD_BYTES + rest.length)
        .put(kind)
        .put(node.key().bytes())
        .put(rest)
        .array();
  }

  /** Reads one message of either side. */
  static Parsed<RelayMessage> parse(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > LENGTH_LIMIT) {
      return new Parsed.Malformed<>("a relay's message has no " + bytes.length + " bytes");
    }
    Optional<? extends RelayMessage> message =
        switch (bytes[0]) {
          case HELLO -> hello(bytes);
          case SEND -> node(bytes, 1).map(to -> new Send(to, rest(bytes)));
          case PING -> bytes.length == 1 ? Optional.of(new Ping()) : Optional.empty();
          case CHALLENGE ->
              bytes.length == 2 + NONCE_BYTES && bytes[1] == VERSION
                  ? Optional.of(new Challenge(Arrays.copyOfRange(bytes, 2, bytes.length)))
                  : Optional.empty();
          case WELCOME -> welcome(bytes);
          case RECEIVED -> node(bytes, 1).map(from -> new Received(from, rest(bytes)));
          case GONE -> bytes.length == HEAD_BYTES + 1 ? gone(bytes) : Optional.empty();
          case CREDIT -> bytes.length == HEAD_BYTES + 4 ? credit(bytes) : Optional.empty();
          case PONG -> bytes.length == 1 ? Optional.of(new Pong()) : Optional.empty();
          case REFLECTS -> bytes.length == 3 ? reflects(bytes) : Optional.empty();
          case BYE ->
              bytes.length == 2 ? Farewell.ofCode(bytes[1]).map(Bye::new) : Optional.empty();
          default -> Optional.empty();
        };
    return message
        .<Parsed<RelayMessage>>map(Parsed.Read::new)
        .orElseGet(
            () -> new Parsed.Malformed<>("no message of kind " + bytes[0] + " has this form"));
  }

  private static Optional<Hello> hello(byte[] bytes) {
    if (bytes.length != 1 + 32 + NONCE_BYTES + Signature.BYTES) {
      return Optional.empty();
    }
    byte[] nonce = Arrays.copyOfRange(bytes, HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
    Signature signature =
        Signature.of(Arrays.copyOfRange(bytes, HEAD_BYTES + NONCE_BYTES, bytes.length));
    return node(bytes, 0).map(node -> new Hello(node, nonce, signature));
  }

  private static Optional<Welcome> welcome(byte[] bytes) {
    if (bytes.length != 6 + Signature.BYTES || (bytes[1] != 0 && bytes[1] != 1)) {
      return Optional.empty();
    }
    int window = ByteBuffer.wrap(bytes).getInt(2);
    Signature signature = Signature.of(Arrays.copyOfRange(bytes, 6, bytes.length));
    return window < PathMessage.LENGTH_LIMIT
        ? Optional.empty()
        : Optional.of(new Welcome(bytes[1] == 1, window, signature));
  }

  private static Optional<Gone> gone(byte[] bytes) {
    return node(bytes, 1)
        .flatMap(node -> Absence.ofCode(bytes[HEAD_BYTES]).map(why -> new Gone(node, why)));
  }

  private static Optional<Credit> credit(byte[] bytes) {
    int credit = ByteBuffer.wrap(bytes).getInt(HEAD_BYTES);
    return credit < 1 ? Optional.empty() : node(bytes, 1).map(node -> new Credit(node, credit));
  }

  private static Optional<Reflects> reflects(byte[] bytes) {
    int port = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(1));
    return port == 0 ? Optional.empty() : Optional.of(new Reflects(port));
  }

  private static Optional<NodeId> node(byte[] bytes, int more) {
    return bytes.length < HEAD_BYTES + more
        ? Optional.empty()
        : VerifyingKey.decode(Arrays.copyOfRange(bytes, 1, HEAD_BYTES)).map(NodeId::of);
  }

  private static byte[] rest(byte[] bytes) {
    return Arrays.copyOfRange(bytes, HEAD_BYTES, bytes.length);
  }
}
