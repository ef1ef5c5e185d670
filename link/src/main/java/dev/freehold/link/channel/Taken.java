// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

/** What a record turned out to be. */
public sealed interface Taken permits Taken.Opened, ChannelRefusal {
  /**
   * A record that is the next one of the other end.
   *
   * @param plaintext the opener's own; nobody else keeps it
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Opened(byte[] plaintext) implements Taken {}
}
