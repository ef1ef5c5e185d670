// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import java.util.Optional;

/** Decimal numbers from 0 to 2^63 - 1 in their one form: ASCII digits, no leading zero. */
public final class Decimal {
  private Decimal() {}

  /** The number, if the text is the one form of any. */
  public static Optional<Long> parse(String text) {
    if (text.isEmpty()
        || text.length() > 19
        || !text.chars().allMatch(c -> c >= '0' && c <= '9')
        || (text.charAt(0) == '0' && text.length() > 1)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
