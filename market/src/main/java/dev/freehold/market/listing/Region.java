// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.listing;

/**
 * Where a seller says its machine stands: shown, and never ranked by, since nobody can prove it.
 *
 * @param text 1 to {@value #LONGEST} printable ASCII characters without quotation marks and
 *     backslashes
 */
public record Region(String text) {
  /** The longest text. */
  public static final int LONGEST = 64;

  /**
   * Checks the characters.
   *
   * @throws IllegalArgumentException if it has others, none or too many
   */
  public Region {
    if (text.isBlank()
        || text.length() > LONGEST
        || !text.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\')) {
      throw new IllegalArgumentException(
          "a region has 1 to " + LONGEST + " printable ASCII characters, no \" and \\");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
