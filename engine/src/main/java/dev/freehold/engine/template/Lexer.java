// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Cuts a template into tokens, with the white-space rules that Hugging Face's chat templates are
 * written for: {@code trim_blocks} (the newline after a statement or comment goes), {@code
 * lstrip_blocks} (so does the indentation before one), {@code -} strips all white space on its
 * side, {@code +} keeps it, and one newline at the end of the template goes.
 */
final class Lexer {
  /** What a token is. */
  enum Kind {
    TEXT,
    OPEN_STATEMENT,
    CLOSE_STATEMENT,
    OPEN_EXPRESSION,
    CLOSE_EXPRESSION,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  /** One token and where it begins. */
  record Token(Kind kind, String text, int at) {}

  private static final List<String> OPERATORS =
      List.of(
          "<=", ">=", "==", "!=", "**", "//", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|", "<",
          ">", "+", "-", "~", "*", "/", "%", "=");

  private final String original;
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int textStart;

  private Lexer(String source) {
    original = source;
    this.source = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
  }

  static List<Token> tokens(String source) {
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  /** An error at that place of the source. */
  static TemplateException error(String source, int at, String message) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(at, source.length()); i++) {
      column++;
      if (source.charAt(i) == '\n') {
        line++;
        column = 1;
      }
    }
    return new TemplateException(message, line, column);
  }

  private TemplateException error(int where, String message) {
    return error(original, where, message);
  }

  private void run() {
    while (at < source.length()) {
      char next = source.charAt(at) == '{' && at + 1 < source.length() ? source.charAt(at + 1) : 0;
      if (next == '#') {
        text(at, true);
        comment();
      } else if (next == '%') {
        text(at, true);
        tag(Kind.OPEN_STATEMENT, Kind.CLOSE_STATEMENT, "%}");
      } else if (next == '{') {
        text(at, false);
        tag(Kind.OPEN_EXPRESSION, Kind.CLOSE_EXPRESSION, "}}");
      } else {
        at++;
      }
    }
    text(at, false);
    tokens.add(new Token(Kind.END, "", at));
  }

  /** Adds the text before a tag that opens at {@code end}. */
  private void text(int end, boolean block) {
    char sign = end + 2 < source.length() ? source.charAt(end + 2) : 0;
    int to = end;
    if (end < source.length() && sign == '-') {
      while (to > textStart && Operations.isSpace(source.charAt(to - 1))) {
        to--;
      }
    } else if (block && sign != '+') {
      int start = end;
      while (start > 0 && (source.charAt(start - 1) == ' ' || source.charAt(start - 1) == '\t')) {
        start--;
      }
      if (start == 0 || source.charAt(start - 1) == '\n') {
        to = Math.max(start, textStart);
      }
    }
    if (to > textStart) {
      tokens.add(new Token(Kind.TEXT, source.substring(textStart, to), textStart));
    }
  }

  /** After a tag's end: strips what its sign says. */
  private void afterTag(char sign, boolean block) {
    if (sign == '-') {
      while (at < source.length() && Operations.isSpace(source.charAt(at))) {
        at++;
      }
    } else if (block && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    textStart = at;
  }

  private void comment() {
    int end = source.indexOf("#}", at + 2);
    if (end < 0) {
      throw error(at, "this comment has no end ('#}')");
    }
    char sign = end - 1 > at + 1 ? source.charAt(end - 1) : ' ';
    at = end + 2;
    afterTag(sign, true);
  }

  private void tag(Kind open, Kind close, String end) {
    int start = at;
    tokens.add(new Token(open, source.substring(at, at + 2), at));
    at += 2;
    if (at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+')) {
      at++;
    }
    int braces = 0;
    while (true) {
      while (at < source.length() && Operations.isSpace(source.charAt(at))) {
        at++;
      }
      if (at >= source.length()) {
        throw error(start, "this tag has no end ('" + end + "')");
      }
      char sign = source.charAt(at);
      int skip = (sign == '-' || sign == '+') && source.startsWith(end, at + 1) ? 1 : 0;
      if (braces == 0 && source.startsWith(end, at + skip)) {
        tokens.add(new Token(close, end, at));
        at += skip + 2;
        afterTag(skip == 1 ? sign : ' ', close == Kind.CLOSE_STATEMENT);
        return;
      }
      Token token = token();
      tokens.add(token);
      if (token.kind() == Kind.OPERATOR) {
        braces += token.text().equals("{") ? 1 : token.text().equals("}") ? -1 : 0;
        if (braces < 0) {
          throw error(token.at(), "'}' closes nothing");
        }
      }
    }
  }

  private Token token() {
    int start = at;
    char first = source.charAt(at);
    if (first == '\'' || first == '"') {
      return new Token(Kind.STRING, string(first), start);
    }
    if (isDigit(first)) {
      return number();
    }
    if (isNameStart(first)) {
      take(c -> isNameStart(c) || isDigit(c));
      return new Token(Kind.NAME, source.substring(start, at), start);
    }
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        at += operator.length();
        return new Token(Kind.OPERATOR, operator, start);
      }
    }
    throw error(at, "'" + Character.toString(source.codePointAt(at)) + "' means nothing here");
  }

  private Token number() {
    int start = at;
    take(Lexer::isDigit);
    boolean member = !tokens.isEmpty() && tokens.getLast().text().equals(".");
    boolean real = false;
    if (!member
        && at + 1 < source.length()
        && source.charAt(at) == '.'
        && isDigit(source.charAt(at + 1))) {
      at++;
      take(Lexer::isDigit);
      real = true;
    }
    return new Token(real ? Kind.FLOAT : Kind.INTEGER, source.substring(start, at), start);
  }

  private String string(char quote) {
    int start = at++;
    StringBuilder text = new StringBuilder();
    while (at < source.length() && source.charAt(at) != quote) {
      char c = source.charAt(at++);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      if (at >= source.length()) {
        break;
      }
      char escaped = source.charAt(at++);
      switch (escaped) {
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'v' -> text.append('\u000B');
        case '\'', '"', '\\' -> text.append(escaped);
        case '\n' -> {} // a line continued
        case 'x' -> text.append((char) hexadecimal(2));
        case 'u' -> text.append((char) hexadecimal(4));
        case 'U' -> {
          int point = hexadecimal(8);
          if (!Character.isValidCodePoint(point)) {
            throw error(at, "this escape names no character");
          }
          text.appendCodePoint(point);
        }
        default -> text.append('\\').append(escaped);
      }
    }
    if (at >= source.length()) {
      throw error(start, "this string has no end");
    }
    at++;
    return text.toString();
  }

  private int hexadecimal(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++, at++) {
      int digit = at < source.length() ? Character.digit(source.charAt(at), 16) : -1;
      if (digit < 0 || source.charAt(at) > 'f') {
        throw error(at, "this escape needs " + digits + " hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private void take(IntPredicate wanted) {
    while (at < source.length() && wanted.test(source.charAt(at))) {
      at++;
    }
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNameStart(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }
}
