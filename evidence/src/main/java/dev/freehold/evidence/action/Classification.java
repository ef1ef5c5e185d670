// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import java.util.Locale;

/** How protected the data is that an action touches, the least first. */
public enum Classification {
  PUBLIC,
  INTERNAL,
  CONFIDENTIAL,
  RESTRICTED;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** As formats write it: {@code public}, for example. */
  public String text() {
    return text;
  }

  /** The more protected of two. */
  public Classification max(Classification other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException for every other text
   */
  public static Classification parse(String text) {
    for (Classification value : values()) {
      if (value.text().equals(text)) {
        return value;
      }
    }
    throw new IllegalArgumentException("data is public, internal, confidential or restricted");
  }
}
