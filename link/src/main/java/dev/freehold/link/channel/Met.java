// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import dev.freehold.crypto.NodeId;

/** What a confirmation turned out to be, at the responder. */
public sealed interface Met permits Met.Proven, ChannelRefusal {
  /**
   * A node that proved its key.
   *
   * @param peer who it is
   * @param resumption what it remembers
   * @param channel for the records after it; the first of ours must be our {@link Resumption}
   */
  record Proven(NodeId peer, Resumption resumption, Channel channel) implements Met {}
}
