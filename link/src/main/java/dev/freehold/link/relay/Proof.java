// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What nodes and relays sign to prove themselves to each other. */
final class Proof {
  private Proof() {}

  /** Signed by the node: it names the relay, so no relay can pass it on to another one. */
  static byte[] ofNode(NodeId node, NodeId relay, byte[] challenge, byte[] nonce) {
    return join("freehold relay/1 node", node, relay, challenge, nonce);
  }

  /** Signed by the relay. */
  static byte[] ofRelay(NodeId node, NodeId relay, byte[] challenge, byte[] nonce) {
    return join("freehold relay/1 relay", node, relay, challenge, nonce);
  }

  private static byte[] join(
      String purpose, NodeId node, NodeId relay, byte[] challenge, byte[] nonce) {
    byte[] label = purpose.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(label.length + 64 + challenge.length + nonce.length)
        .put(label)
        .put(node.key().bytes())
        .put(relay.key().bytes())
        .put(challenge)
        .put(nonce)
        .array();
  }
}
