// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

/** Why two nodes found no way to each other by UDP; their link stays on the relay. */
public enum Obstacle {
  /** This machine has no library for QUIC. */
  NO_LIBRARY,
  /** This machine can't bind a UDP socket. */
  NO_SOCKET,
  /** The other node is not asked in this way, doesn't know how, or doesn't want it. */
  NOT_WANTED_THERE,
  /** No relay answered by UDP, and no check came through: UDP is blocked, or relays have none. */
  UDP_BLOCKED,
  /**
   * Two relays see this node at different ports: its NAT is symmetric, and no check came through.
   */
  SYMMETRIC_NAT,
  /** Relays see this node, but no check of either got through to both. */
  UNANSWERED,
  /** A way was found, and QUIC didn't come up on it. */
  NO_QUIC
}
