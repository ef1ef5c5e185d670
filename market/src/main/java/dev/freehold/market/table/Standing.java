// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import java.util.Locale;

/** What speaks for a seller before it is asked, the least first. */
public enum Standing {
  /** A key, which costs nothing to make. */
  UNKNOWN,
  /** It is in the registry: an identity, and gas. */
  REGISTERED,
  /** It stands to lose a bond there. */
  BONDED,
  /** This buyer bought a whole answer of it that no check failed. */
  USED;

  /** For a person. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
