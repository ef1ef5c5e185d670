// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.channel.Carrier;
import dev.freehold.link.channel.PathMessage;
import dev.freehold.link.relay.RelayConnection;
import java.io.IOException;

/** Carries messages to one node through one relay. */
final class RelayCarrier implements Carrier {
  private final RelayConnection relay;
  private final NodeId peer;

  private volatile boolean closed;

  RelayCarrier(RelayConnection relay, NodeId peer) {
    this.relay = relay;
    this.peer = peer;
  }

  @Override
  public void send(PathMessage message) throws IOException, InterruptedException {
    relay.send(peer, message.bytes(), () -> closed);
  }

  @Override
  public void close() {
    closed = true;
  }
}
