// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.listing;

/**
 * A relay or an address at which a seller is reached, as it is written; who opens links reads it.
 *
 * @param text 1 to {@value #LONGEST} visible ASCII characters without quotation marks and
 *     backslashes
 */
public record Place(String text) {
  /** The longest text. */
  public static final int LONGEST = 400;

  /**
   * Checks the characters.
   *
   * @throws IllegalArgumentException if it has others, none or too many
   */
  public Place {
    if (text.isEmpty()
        || text.length() > LONGEST
        || !text.chars().allMatch(c -> c >= '!' && c <= '~' && c != '"' && c != '\\')) {
      throw new IllegalArgumentException(
          "a place has 1 to " + LONGEST + " visible ASCII characters, no \" and \\");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
