// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

/**
 * The identity of a log: the first line of its checkpoints (C2SP tlog-checkpoint).
 *
 * @param text one line, not empty, without control characters
 */
public record Origin(String text) {
  /**
   * Checks the characters.
   *
   * @throws IllegalArgumentException if there is none, or one that may not be there
   */
  public Origin {
    if (text.isEmpty()
        || !text.codePoints()
            .allMatch(c -> c >= 0x20 && Character.getType(c) != Character.SURROGATE)) {
      throw new IllegalArgumentException("the origin of a log is one line that is not empty");
    }
  }

  /** The origin that a key's name makes: what our own logs have. */
  public static Origin of(KeyName name) {
    return new Origin(name.text());
  }

  @Override
  public String toString() {
    return text;
  }
}
