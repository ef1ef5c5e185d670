// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.engine.grammar.Expression.Choice;
import dev.freehold.engine.grammar.Expression.Repeat;
import java.util.ArrayList;
import java.util.List;

/** How JSON writes characters, strings and numbers, as expressions over bytes. */
final class JsonText {
  /** At most one space: all the whitespace there is, after a colon and after a comma. */
  static final Expression SPACE = Expression.optional(Expression.literal(" "));

  static final Expression QUOTE = Expression.literal("\"");

  /** A character that stands for itself inside a string. */
  static final Expression PLAIN =
      Expression.choice(
          Expression.codePoints(0x20, 0x21),
          Expression.codePoints(0x23, 0x5b),
          Expression.codePoints(0x5d, 0xd7ff),
          Expression.codePoints(0xe000, 0x10ffff));

  /** A character of a string in any of its spellings, a pair of surrogates being one. */
  static final Expression CHARACTER = Expression.choice(PLAIN, escape());

  /** A number of up to 15 digits before and after the point, and a two-digit exponent. */
  static final Expression NUMBER =
      Expression.sequence(
          Expression.optional(Expression.literal("-")),
          Expression.choice(
              Expression.literal("0"),
              Expression.sequence(
                  Expression.digit(1, 9), new Repeat(Expression.digit(0, 9), 0, 14))),
          Expression.optional(
              Expression.sequence(
                  Expression.literal("."), new Repeat(Expression.digit(0, 9), 1, 15))),
          Expression.optional(
              Expression.sequence(
                  Expression.oneOf("eE"),
                  Expression.optional(Expression.oneOf("+-")),
                  new Repeat(Expression.digit(0, 9), 1, 2))));

  private JsonText() {}

  private static Expression escape() {
    Expression hex = Expression.oneOf("0123456789abcdefABCDEF");
    Expression notSurrogate =
        Expression.choice(
            Expression.sequence(Expression.oneOf("0123456789abcefABCEF"), new Repeat(hex, 3, 3)),
            Expression.sequence(
                Expression.oneOf("dD"), Expression.digit(0, 7), new Repeat(hex, 2, 2)));
    Expression pair =
        Expression.sequence(
            Expression.oneOf("dD"),
            Expression.oneOf("89abAB"),
            new Repeat(hex, 2, 2),
            Expression.literal("\\u"),
            Expression.oneOf("dD"),
            Expression.oneOf("cdefCDEF"),
            new Repeat(hex, 2, 2));
    return Expression.sequence(
        Expression.literal("\\"),
        Expression.choice(
            Expression.oneOf("\"\\/bfnrt"),
            Expression.sequence(Expression.literal("u"), Expression.choice(notSurrogate, pair))));
  }

  /** The characters of some ranges (low, high), each in the one spelling that JSON writers use. */
  static Expression canonical(List<int[]> ranges) {
    List<Expression> parts = new ArrayList<>();
    for (int[] range : ranges) {
      for (int c = range[0]; c <= Math.min(range[1], 0x1f); c++) {
        parts.add(Expression.literal(control(c)));
      }
      if (range[0] <= '"' && range[1] >= '"') {
        parts.add(Expression.literal("\\\""));
      }
      if (range[0] <= '\\' && range[1] >= '\\') {
        parts.add(Expression.literal("\\\\"));
      }
      plain(Math.max(range[0], 0x20), Math.min(range[1], 0x21), parts);
      plain(Math.max(range[0], 0x23), Math.min(range[1], 0x5b), parts);
      plain(Math.max(range[0], 0x5d), Math.min(range[1], 0xd7ff), parts);
      plain(Math.max(range[0], 0xe000), Math.min(range[1], 0x10ffff), parts);
    }
    return new Choice(parts);
  }

  private static void plain(int low, int high, List<Expression> parts) {
    if (low <= high) {
      parts.add(Expression.codePoints(low, high));
    }
  }

  private static String control(int c) {
    return switch (c) {
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format("\\u%04x", c);
    };
  }
}
