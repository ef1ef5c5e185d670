// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.evidence.control.InterceptionPoint;
import java.util.Locale;

/** Which of an action's three records a token is. */
public enum Phase {
  /** The request was received and judged; nothing has been sent. */
  BEFORE(InterceptionPoint.PRE_CALL_TOOL_INVOCATION),
  /** The effect was performed. */
  DURING(InterceptionPoint.POST_CALL_TOOL_RESULT),
  /** The result was returned. */
  AFTER(InterceptionPoint.POST_CALL_TOOL_RESULT);

  private final InterceptionPoint point;

  Phase(InterceptionPoint point) {
    this.point = point;
  }

  /** The hook that the standard's enumeration has for it. */
  public InterceptionPoint point() {
    return point;
  }

  private final String text = name().toLowerCase(Locale.ROOT);

  /** As formats write it: {@code before}, {@code during}, {@code after}. */
  public String text() {
    return text;
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException for every other text
   */
  public static Phase parse(String text) {
    for (Phase phase : values()) {
      if (phase.text().equals(text)) {
        return phase;
      }
    }
    throw new IllegalArgumentException("a phase is before, during or after");
  }
}
