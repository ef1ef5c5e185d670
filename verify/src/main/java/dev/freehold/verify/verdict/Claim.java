// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import java.util.Locale;

/** What evidence can be checked for (docs/verify-yourself.md). */
public enum Claim {
  /** Whoever it names signed it, and nothing in it was changed since. */
  SIGNED,
  /** Request, response and output tokens are the ones that the receipt commits to. */
  TRANSCRIPT,
  /** The model gives exactly this answer to exactly this request. */
  REPLAYED,
  /** It is an entry of its signer's log, under a checkpoint that the log signed. */
  LOGGED,
  /** As many of the witnesses that a policy names as it demands have cosigned the checkpoint. */
  WITNESSED,
  /** Time-stamp authorities say that the checkpoint was there at a time. */
  TIMESTAMPED,
  /** A chain holds a checkpoint over it, as somebody who asked the chain wrote down. */
  ANCHORED,
  /** The log's own key signed two histories that can't both be true. */
  EQUIVOCATED,
  /** An owner allowed it: mandate by mandate, each within the one before. */
  AUTHORISED,
  /** It is part of a gap-free chain of its agent's steps. */
  CHAINED,
  /** The files beside it are the ones it tells of. */
  MATCHED;

  /** The word on the command line and in reports: {@code signed}, for example. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
