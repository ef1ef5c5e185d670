// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import java.util.regex.Pattern;

/**
 * What a conversation is called.
 *
 * @param text 1 to 120 characters on one line
 */
public record Title(String text) {
  private static final int LENGTH = 120;

  /** What would break the line, or turn what stands beside it round. */
  private static final Pattern UNFIT =
      Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]");

  /**
   * Refuses anything else.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public Title {
    int length = text.codePointCount(0, text.length());
    if (length < 1 || length > LENGTH || !text.equals(text.strip())) {
      throw new IllegalArgumentException(
          "a title has 1 to " + LENGTH + " characters, and no space at its ends");
    }
    if (UNFIT.matcher(text).find()) {
      throw new IllegalArgumentException(
          "a title stands on one line, and holds no character that steers writing");
    }
  }

  /** What a question would be called. */
  static Title of(String question) {
    String line = UNFIT.matcher(question).replaceAll(" ").strip().replaceAll("\\s+", " ");
    int length = Math.min(line.codePointCount(0, line.length()), LENGTH);
    String cut = line.substring(0, line.offsetByCodePoints(0, length)).strip();
    return new Title(cut.isEmpty() ? "Conversation" : cut);
  }

  @Override
  public String toString() {
    return text;
  }
}
