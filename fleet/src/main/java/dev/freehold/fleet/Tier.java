// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

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
  /** Of a stranger; never that of a member. */
  PUBLIC;

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
    throw new IllegalArgumentException("a tier is own, invited or public, not '" + text + "'");
  }

  /** Whether a machine of this tier may run what was demanded to stay within {@code widest}. */
  public boolean within(Tier widest) {
    return compareTo(widest) <= 0;
  }

  /**
   * This tier, as that of a member.
   *
   * @throws IllegalArgumentException for {@link #PUBLIC}: strangers are no members
   */
  public Tier ofMember() {
    if (this == PUBLIC) {
      throw new IllegalArgumentException("a member's tier is own or invited, not 'public'");
    }
    return this;
  }
}
