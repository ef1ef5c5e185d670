// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

/** Why sealed bytes were not taken (docs/formats/sealed-job.md). */
public enum Refusal {
  /** Not this version of the format. */
  VERSION,
  /** Sealed to a key that this runner hasn't, or hasn't any more. */
  UNKNOWN_KEY,
  /** Resumed with a ticket that this runner hasn't, or hasn't any more: to be sealed anew. */
  UNKNOWN_TICKET,
  /** A job of this id was accepted before. */
  REPLAYED,
  /** The key has accepted as many jobs as are remembered; it must be rotated. */
  KEY_USED_UP,
  /** Altered, dropped, reordered, or of another job, direction or key. */
  ALTERED,
  /** Opened, but not of the one form. */
  MALFORMED,
  /** The asker's name is not backed by its signature. */
  SENDER_FORGED,
  /** The asker gave no name, and the runner demands one. */
  SENDER_DEMANDED,
  /** The asker's name is not among those that the runner serves. */
  SENDER_UNKNOWN,
  /** More bytes than the receiver takes. */
  TOO_LONG,
  /** The bytes ended before the last frame. */
  TRUNCATED,
  /** Bytes after the last frame. */
  AFTER_END
}
