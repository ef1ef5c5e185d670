// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

import java.util.Locale;

/** Whose machine it is: whoever owns the running machine can read what runs on it. */
public enum Tier {
  /** The buyer's own. */
  OWN,
  /** Of somebody whom the buyer invited. */
  INVITED,
  /** A stranger's whose hardware proves what runs. */
  ATTESTED,
  /** Any stranger's. */
  PUBLIC;

  /** In lower case, as written in formats and shown to people. */
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
    throw new IllegalArgumentException(
        "a tier is own, invited, attested or public, not '" + text + "'");
  }

  /** Whether a machine of this tier may run what was demanded to stay within {@code widest}. */
  public boolean within(Tier widest) {
    return compareTo(widest) <= 0;
  }
}
