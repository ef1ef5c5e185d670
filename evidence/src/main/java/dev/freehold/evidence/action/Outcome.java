// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import java.util.Locale;

/** How an action ended. */
public enum Outcome {
  /** The whole result was given to the caller. */
  RETURNED,
  /** The effect failed; the caller was told so. */
  FAILED,
  /** There was a result, and the caller did not get it. */
  WITHHELD,
  /** The caller left before the end. */
  CUT,
  /** The gateway ended in between: nothing more is known. */
  INTERRUPTED;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** As formats write it: {@code returned}, for example. */
  public String text() {
    return text;
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException for every other text
   */
  public static Outcome parse(String text) {
    for (Outcome outcome : values()) {
      if (outcome.text().equals(text)) {
        return outcome;
      }
    }
    throw new IllegalArgumentException(
        "an outcome is returned, failed, withheld, cut or interrupted");
  }
}
