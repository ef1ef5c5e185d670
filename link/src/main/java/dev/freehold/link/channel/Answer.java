// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

/** What a reply turned out to be, at the initiator. */
public sealed interface Answer permits Answer.Proven, ChannelRefusal {
  /**
   * The node that was called.
   *
   * @param confirmation to be sent to it
   * @param channel for the records after it; the other end's first is its {@link Resumption}
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Proven(byte[] confirmation, Channel channel) implements Answer {}
}
