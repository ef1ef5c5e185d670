// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

/** Why bytes of a path were not taken (docs/formats/link.md). */
public enum ChannelRefusal implements Taken, Answer, Greeted, Met {
  /** Not this version of the format. */
  VERSION,
  /** Not of the one form. */
  MALFORMED,
  /** Altered, dropped, repeated, reordered, or of another path. */
  ALTERED,
  /** The signature is not that of the node which is named. */
  FORGED,
  /** It is another node than the one that was called. */
  OTHER_NODE,
  /** The path has carried as many records as one key may seal. */
  USED_UP
}
