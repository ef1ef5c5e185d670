// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.engine.grammar.Expression.Choice;
import dev.freehold.engine.grammar.Expression.Repeat;
import dev.freehold.engine.grammar.Expression.Sequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads a regular expression (ECMA-262 with the u flag, without look-around, back references, word
 * boundaries and properties) into an expression over the characters of a JSON string. Anchors stand
 * at the ends of the whole or of its alternatives; an end without anchor lets anything precede or
 * follow.
 */
final class Pattern {
  private static final int MAX_LENGTH = 2000;
  private static final int MAX_REPEAT = 1000;
  private static final int MAX_DEPTH = 40;
  private static final int LAST = 0x10ffff;

  static final List<int[]> ANY = List.of(new int[] {0, LAST});

  /** ECMA-262 LineTerminator is what the dot leaves out. */
  private static final List<int[]> DOT =
      complement(
          List.of(new int[] {'\n', '\n'}, new int[] {'\r', '\r'}, new int[] {0x2028, 0x2029}));

  private static final List<int[]> DIGIT = List.of(new int[] {'0', '9'});
  private static final List<int[]> WORD =
      List.of(
          new int[] {'0', '9'}, new int[] {'A', 'Z'}, new int[] {'_', '_'}, new int[] {'a', 'z'});
  private static final List<int[]> BLANK =
      List.of(
          new int[] {'\t', '\r'},
          new int[] {' ', ' '},
          new int[] {0xa0, 0xa0},
          new int[] {0x1680, 0x1680},
          new int[] {0x2000, 0x200a},
          new int[] {0x2028, 0x2029},
          new int[] {0x202f, 0x202f},
          new int[] {0x205f, 0x205f},
          new int[] {0x3000, 0x3000},
          new int[] {0xfeff, 0xfeff});

  private final int[] source;
  private final String where;
  private int at;

  private Pattern(String source, String where) {
    this.source = source.codePoints().toArray();
    this.where = where;
  }

  /**
   * The characters of the strings that the pattern matches, without the quotes.
   *
   * @param where where the pattern stands, for messages
   */
  static Expression parse(String source, String where) {
    Pattern pattern = new Pattern(source, where);
    if (pattern.source.length > MAX_LENGTH) {
      throw pattern.error("is longer than " + MAX_LENGTH + " characters");
    }
    Expression any = Expression.many(JsonText.canonical(ANY));
    List<Expression> alternatives = new ArrayList<>();
    do {
      boolean begins = pattern.take('^');
      Expression middle = pattern.sequence(0);
      boolean ends = pattern.take('$');
      alternatives.add(
          Expression.sequence(
              begins ? Expression.EMPTY : any, middle, ends ? Expression.EMPTY : any));
    } while (pattern.take('|'));
    if (pattern.at < pattern.source.length) {
      throw pattern.error("is not understood from character " + (pattern.at + 1));
    }
    return new Choice(alternatives);
  }

  private Expression alternatives(int depth) {
    if (depth > MAX_DEPTH) {
      throw error("nests groups deeper than " + MAX_DEPTH);
    }
    List<Expression> parts = new ArrayList<>();
    do {
      parts.add(sequence(depth));
    } while (take('|'));
    return new Choice(parts);
  }

  private Expression sequence(int depth) {
    List<Expression> parts = new ArrayList<>();
    while (at < source.length && "|)$".indexOf(source[at]) < 0) {
      parts.add(quantified(atom(depth)));
    }
    return new Sequence(parts);
  }

  private Expression atom(int depth) {
    int c = source[at++];
    return switch (c) {
      case '(' -> group(depth);
      case '[' -> JsonText.canonical(set());
      case '.' -> JsonText.canonical(DOT);
      case '\\' -> JsonText.canonical(escape(false));
      case '^', '*', '+', '?', '{', '}', ']' ->
          throw error("has '" + Character.toString(c) + "' where it means nothing; escape it");
      default -> JsonText.canonical(List.of(new int[] {c, c}));
    };
  }

  private Expression group(int depth) {
    if (take('?') && !take(':')) {
      throw error("holds (?, of which only (?: is understood");
    }
    Expression group = alternatives(depth + 1);
    if (!take(')')) {
      throw error(
          at < source.length
              ? "has an anchor inside a group, which is not understood"
              : "lacks a closing parenthesis");
    }
    return group;
  }

  private Expression quantified(Expression part) {
    int least;
    int most;
    if (take('*')) {
      least = 0;
      most = -1;
    } else if (take('+')) {
      least = 1;
      most = -1;
    } else if (take('?')) {
      least = 0;
      most = 1;
    } else if (take('{')) {
      least = number();
      most = least;
      if (take(',')) {
        most = at < source.length && source[at] == '}' ? -1 : number();
      }
      if (!take('}')) {
        throw error("has a '{' that is not a count; escape it");
      }
      if (most >= 0 && most < least) {
        throw error("counts down in {" + least + "," + most + "}");
      }
    } else {
      return part;
    }
    // A lazy quantifier matches the same texts.
    take('?');
    return new Repeat(part, least, most);
  }

  private int number() {
    int value = 0;
    int start = at;
    while (at < source.length && source[at] >= '0' && source[at] <= '9') {
      value = value * 10 + source[at++] - '0';
      if (value > MAX_REPEAT) {
        throw error("repeats more than " + MAX_REPEAT + " times");
      }
    }
    if (at == start) {
      throw error("has a '{' that is not a count; escape it");
    }
    return value;
  }

  private List<int[]> set() {
    boolean negated = take('^');
    List<int[]> ranges = new ArrayList<>();
    while (at < source.length && source[at] != ']') {
      List<int[]> low = member();
      if (at + 1 < source.length && source[at] == '-' && source[at + 1] != ']') {
        at++;
        List<int[]> high = member();
        if (!single(low) || !single(high) || high.getFirst()[0] < low.getFirst()[0]) {
          throw error("has a range in [] that is none");
        }
        ranges.add(new int[] {low.getFirst()[0], high.getFirst()[0]});
      } else {
        ranges.addAll(low);
      }
    }
    if (!take(']')) {
      throw error("lacks a closing ]");
    }
    return negated ? complement(ranges) : ranges;
  }

  private List<int[]> member() {
    int c = source[at++];
    return c == '\\' ? escape(true) : List.of(new int[] {c, c});
  }

  private static boolean single(List<int[]> ranges) {
    return ranges.size() == 1 && ranges.getFirst()[0] == ranges.getFirst()[1];
  }

  private List<int[]> escape(boolean inSet) {
    if (at == source.length) {
      throw error("ends in a backslash");
    }
    int c = source[at++];
    int value =
        switch (c) {
          case 't' -> '\t';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 'f' -> '\f';
          case 'v' -> 0x0b;
          case '0' -> 0;
          case 'x' -> hexadecimal(2);
          case 'u' -> unicode();
          case 'b' -> inSet ? '\b' : -1;
          default -> "^$\\.*+?()[]{}|/-\"'#%&,:;<=>@!`~_ ".indexOf(c) >= 0 ? c : -1;
        };
    if (value >= 0) {
      return List.of(new int[] {value, value});
    }
    return switch (c) {
      case 'd' -> DIGIT;
      case 'D' -> complement(DIGIT);
      case 'w' -> WORD;
      case 'W' -> complement(WORD);
      case 's' -> BLANK;
      case 'S' -> complement(BLANK);
      default -> throw error("holds \\" + Character.toString(c) + ", which is not understood");
    };
  }

  private int unicode() {
    if (take('{')) {
      int value = 0;
      int start = at;
      while (at < source.length && source[at] != '}') {
        value = value * 16 + hexDigit();
        if (value > LAST) {
          throw error("names a character beyond U+10FFFF");
        }
      }
      if (at == start || !take('}')) {
        throw error("has a \\u{ without its end");
      }
      return value;
    }
    int value = hexadecimal(4);
    if (!Character.isSurrogate((char) value)) {
      return value;
    }
    if (Character.isHighSurrogate((char) value)
        && at + 1 < source.length
        && source[at] == '\\'
        && source[at + 1] == 'u') {
      at += 2;
      int low = hexadecimal(4);
      if (Character.isLowSurrogate((char) low)) {
        return Character.toCodePoint((char) value, (char) low);
      }
    }
    throw error("has half a surrogate pair");
  }

  private int hexadecimal(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      value = value * 16 + hexDigit();
    }
    return value;
  }

  private int hexDigit() {
    int digit = at < source.length && source[at] < 128 ? Character.digit(source[at++], 16) : -1;
    if (digit < 0) {
      throw error("lacks a hexadecimal digit");
    }
    return digit;
  }

  private boolean take(int c) {
    if (at < source.length && source[at] == c) {
      at++;
      return true;
    }
    return false;
  }

  private static List<int[]> complement(List<int[]> ranges) {
    List<int[]> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingInt(range -> range[0]));
    List<int[]> result = new ArrayList<>();
    int from = 0;
    for (int[] range : sorted) {
      if (range[0] > from) {
        result.add(new int[] {from, range[0] - 1});
      }
      from = Math.max(from, range[1] + 1);
    }
    if (from <= LAST) {
      result.add(new int[] {from, LAST});
    }
    return result;
  }

  private GrammarException error(String what) {
    return new GrammarException("The pattern at " + where + " " + what + ".");
  }
}
