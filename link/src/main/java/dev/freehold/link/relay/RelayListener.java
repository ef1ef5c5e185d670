// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;

/** Hears what a relay says. Called by one thread at a time, which must not be kept waiting. */
public interface RelayListener {
  /** Bytes from another node, as the relay claims. */
  void received(NodeId from, byte[] payload);

  /** The relay claims that this node does not get what is sent to it. */
  void gone(NodeId node, Absence why);

  /** The connection came or went. */
  void changed(RelayState state);
}
