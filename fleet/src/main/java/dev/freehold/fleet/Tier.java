// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import java.util.Locale;

/** Whose machine a member is. Whoever owns the running machine can read what runs on it. */
public enum Tier {
  /** The same person's. */
  OWN,
  /** Of somebody whom that person invited. */
  INVITED;

  /** In lower case, as written in files and shown to people. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static Tier parse(String text) {
    for (Tier tier : values()) {
      if (tier.text().equals(text)) {
        return tier;
      }
    }
    throw new IllegalArgumentException("a tier is own or invited, not '" + text + "'");
  }
}
