// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import java.util.Locale;

/** What a receipt can be checked for (docs/verify-yourself.md). */
public enum Claim {
  /** The node named in the receipt signed it, and nothing in it was changed since. */
  SIGNED,
  /** Request, response and output tokens are the ones that the receipt commits to. */
  TRANSCRIPT,
  /** The model gives exactly this answer to exactly this request. */
  REPLAYED;

  /** The word on the command line and in reports: {@code signed}, for example. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
