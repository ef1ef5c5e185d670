// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

/**
 * The name of a key that signs notes (C2SP signed-note): by custom a URL without scheme.
 *
 * @param text at least one character; no Unicode space, no plus, no control character
 */
public record KeyName(String text) {
  /**
   * Checks the characters.
   *
   * @throws IllegalArgumentException if there is none, or one that may not be there
   */
  public KeyName {
    if (text.isEmpty() || !text.codePoints().allMatch(KeyName::allowed)) {
      throw new IllegalArgumentException(
          "the name of a key is one or more characters without spaces and plus signs, '"
              + text
              + "' is not");
    }
  }

  private static boolean allowed(int c) {
    return c >= 0x20
        && c != '+'
        && c != 0x85
        && !Character.isSpaceChar(c)
        && Character.getType(c) != Character.SURROGATE;
  }

  @Override
  public String toString() {
    return text;
  }
}
