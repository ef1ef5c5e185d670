// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.Arrays;

/** Text without structure: any UTF-8, until a mark stands in it. */
final class FreeText {
  /** Any character. */
  private static final Expression ANY =
      Expression.choice(Expression.codePoints(0, 0xd7ff), Expression.codePoints(0xe000, 0x10ffff));

  private FreeText() {}

  /**
   * Any text without the mark, or such a text, the mark, and a text of {@code after}.
   *
   * @param mark ASCII
   */
  static Dfa until(String mark, Dfa after) {
    int length = mark.length();
    // States 0 to length - 1: so much of the mark has just been read. Then those inside a
    // character.
    int[][] table = new int[length + 7][256];
    for (int s = 0; s < table.length; s++) {
      for (int b = 0; b < 256; b++) {
        int inside = utf8(s < length ? 0 : s - length + 1, b);
        table[s][b] = inside > 0 ? length + inside - 1 : inside;
        if (s < length && b < 0x80) {
          table[s][b] = matched(mark, s, (char) b);
        }
      }
    }
    boolean[] accept = new boolean[table.length];
    Arrays.fill(accept, 0, length, true);
    // The whole mark: the first state of what follows, which stands behind these.
    for (int k = 0; k < length; k++) {
      for (int b = 0; b < 0x80; b++) {
        table[k][b] = table[k][b] == length ? table.length : table[k][b];
      }
    }
    return Dfa.of(table, accept, after);
  }

  /**
   * The state of UTF-8 after one more byte: 0 between characters, 1 to 3 with so many bytes to
   * come, 4 to 7 after E0, ED, F0, F4; -1 where it is not UTF-8.
   */
  static int utf8(int state, int value) {
    if (state == 0) {
      if (value < 0x80) {
        return 0;
      }
      if (value < 0xc2 || value > 0xf4) {
        return -1;
      }
      return switch (value) {
        case 0xe0 -> 4;
        case 0xed -> 5;
        case 0xf0 -> 6;
        case 0xf4 -> 7;
        default -> value < 0xe0 ? 1 : value < 0xf0 ? 2 : 3;
      };
    }
    int low = state == 4 ? 0xa0 : state == 6 ? 0x90 : 0x80;
    int high = state == 5 ? 0x9f : state == 7 ? 0x8f : 0xbf;
    if (value < low || value > high) {
      return -1;
    }
    return state <= 3 ? state - 1 : state <= 5 ? 1 : 2;
  }

  /** How much of the mark has been read after {@code k} of its characters and one more. */
  private static int matched(String mark, int k, char c) {
    String read = mark.substring(0, k) + c;
    for (int n = Math.min(read.length(), mark.length()); n > 0; n--) {
      if (read.endsWith(mark.substring(0, n))) {
        return n;
      }
    }
    return 0;
  }

  /** Any text that does not begin like a call of {@link ToolForm#LLAMA}, spaces aside. */
  static Expression notACall() {
    Expression blank = Expression.oneOf(" \t\r\n");
    Expression start =
        Expression.choice(
            Expression.codePoints(0, 8),
            Expression.codePoints(0x0b, 0x0c),
            Expression.codePoints(0x0e, 0x1f),
            Expression.codePoints(0x21, '<' - 1),
            Expression.codePoints('<' + 1, '{' - 1),
            Expression.codePoints('|', 0xd7ff),
            Expression.codePoints(0xe000, 0x10ffff));
    Expression bracket =
        Expression.sequence(
            Expression.literal("<"),
            Expression.optional(
                Expression.sequence(
                    Expression.choice(
                        Expression.codePoints(0, '|' - 1),
                        Expression.codePoints('|' + 1, 0xd7ff),
                        Expression.codePoints(0xe000, 0x10ffff)),
                    Expression.many(ANY))));
    return Expression.sequence(
        Expression.many(blank),
        Expression.optional(
            Expression.choice(Expression.sequence(start, Expression.many(ANY)), bracket)));
  }
}
