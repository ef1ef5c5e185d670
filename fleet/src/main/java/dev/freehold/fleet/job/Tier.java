// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import java.util.Locale;
import java.util.Optional;

/** Whose machine it is: the nearer one comes first. Its owner can read what runs on it. */
public enum Tier {
  /** The person's own. */
  OWN,
  /** Of somebody whom the person invited. */
  INVITED,
  /** Of a stranger. */
  PUBLIC;

  /** As people write it: {@code own}, {@code invited}, {@code public}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads {@link #text}. */
  public static Optional<Tier> parse(String text) {
    for (Tier tier : values()) {
      if (tier.text().equals(text)) {
        return Optional.of(tier);
      }
    }
    return Optional.empty();
  }

  /** Whether a machine of this tier may run what was demanded to stay within {@code widest}. */
  public boolean within(Tier widest) {
    return compareTo(widest) <= 0;
  }
}
