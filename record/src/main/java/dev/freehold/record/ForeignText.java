// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

/** Text that somebody else wrote, for a terminal. */
public final class ForeignText {
  private ForeignText() {}

  /**
   * The text with everything spelt out that would move a terminal's cursor or hide a part of it:
   * control and format characters (escape sequences, line feeds, bidirectional marks), line and
   * paragraph separators, and what is no character.
   */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    out.append("\\u{%x}".formatted(c));
                default -> out.appendCodePoint(c);
              }
            });
    return out.toString();
  }
}
