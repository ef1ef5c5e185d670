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
    int one = length;
    int two = length + 1;
    int three = length + 2;
    for (int[] row : table) {
      Arrays.fill(row, -1);
    }
    for (int k = 0; k < length; k++) {
      for (int b = 0; b < 0x80; b++) {
        table[k][b] = matched(mark, k, (char) b);
      }
      Arrays.fill(table[k], 0xc2, 0xe0, one);
      Arrays.fill(table[k], 0xe0, 0xf0, two);
      table[k][0xe0] = length + 3;
      table[k][0xed] = length + 4;
      Arrays.fill(table[k], 0xf0, 0xf5, three);
      table[k][0xf0] = length + 5;
      table[k][0xf4] = length + 6;
    }
    Arrays.fill(table[one], 0x80, 0xc0, 0);
    Arrays.fill(table[two], 0x80, 0xc0, one);
    Arrays.fill(table[three], 0x80, 0xc0, two);
    Arrays.fill(table[length + 3], 0xa0, 0xc0, one);
    Arrays.fill(table[length + 4], 0x80, 0xa0, one);
    Arrays.fill(table[length + 5], 0x90, 0xc0, two);
    Arrays.fill(table[length + 6], 0x80, 0x90, two);
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
