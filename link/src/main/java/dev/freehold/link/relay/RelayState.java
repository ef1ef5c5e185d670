// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

/** How a node's connection to a relay stands. */
public sealed interface RelayState {
  /**
   * Online: others reach the node here.
   *
   * @param displaced whether another connection held this node's key until then
   */
  record Online(boolean displaced) implements RelayState {}

  /**
   * Not connected; the next attempt is under way or due.
   *
   * @param why what happened last, for a person
   */
  record Offline(String why) implements RelayState {}

  /** Another machine has proven the same key, and holds it: one of the two must get another key. */
  record ClaimedElsewhere() implements RelayState {}
}
