// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import java.util.Locale;

/** How an answer ended. */
public enum Finish {
  /** The model ended it, or a stop string did. */
  STOP,
  /** The limit on tokens, or the model's context, ended it. */
  LENGTH,
  /** The model called tools. */
  TOOL_CALLS,
  /** Whoever asked went away. */
  CANCELLED;

  /** As formats write it: {@code stop}, {@code length}, {@code tool_calls}, {@code cancelled}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static Finish parse(String text) {
    for (Finish finish : values()) {
      if (finish.text().equals(text)) {
        return finish;
      }
    }
    throw new IllegalArgumentException(
        "an answer finishes with stop, length, tool_calls or cancelled");
  }
}
