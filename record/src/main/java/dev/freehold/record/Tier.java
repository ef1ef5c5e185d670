// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.util.Locale;

/**
 * Whose machine it is: the nearer one comes first. Whoever owns the running machine can read what
 * runs on it.
 */
public enum Tier {
  /** The same person's. */
  OWN,
  /** Of somebody whom that person invited. */
  INVITED,
  /** A stranger's whose hardware proves what runs. */
  ATTESTED,
  /** Any stranger's. */
  PUBLIC;

  /** In lower case, as written in formats and files, and shown to people. */
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

  /**
   * This tier, as that of a member of a fleet.
   *
   * @throws IllegalArgumentException for strangers, who are no members
   */
  public Tier ofMember() {
    if (compareTo(INVITED) > 0) {
      throw new IllegalArgumentException("a member's tier is own or invited, not '" + text() + "'");
    }
    return this;
  }
}
