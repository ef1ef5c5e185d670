// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict, total reader of JSON (RFC 8259 as narrowed by I-JSON, RFC 7493): UTF-8 without a byte
 * order mark, no duplicate names, no lone surrogates, numbers within binary64, nesting to {@value
 * #MAX_DEPTH}.
 */
final class JsonParser {
  static final int MAX_DEPTH = 128;

  private final String text;
  private int at;

  private JsonParser(String text) {
    this.text = text;
  }

  static Json parse(byte[] utf8) {
    try {
      return parse(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(utf8))
              .toString());
    } catch (CharacterCodingException e) {
      throw new JsonException("not UTF-8");
    }
  }

  static Json parse(String text) {
    JsonParser parser = new JsonParser(text);
    parser.space();
    Json value = parser.value(0);
    parser.space();
    if (parser.at != text.length()) {
      throw parser.error("something follows the value");
    }
    return value;
  }

  static void requireWellFormed(String value) {
    // A well-formed string has no code point in the surrogate range: pairs are joined.
    if (value.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
      throw new JsonException("a lone surrogate is not a character");
    }
  }

  private Json value(int depth) {
    if (depth > MAX_DEPTH) {
      throw error("nested deeper than " + MAX_DEPTH);
    }
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Str(string());
      case 't' -> literal("true", new Json.Bool(true));
      case 'f' -> literal("false", new Json.Bool(false));
      case 'n' -> literal("null", Json.Null.VALUE);
      default -> number();
    };
  }

  private Json object(int depth) {
    at++;
    Map<String, Json> members = new LinkedHashMap<>();
    space();
    if (peek() == '}') {
      at++;
      return new Json.Obj(members);
    }
    while (true) {
      space();
      if (peek() != '"') {
        throw error("a member name is due");
      }
      String name = string();
      if (members.containsKey(name)) {
        throw new JsonException(at("the name \"" + name + "\" stands twice"), true);
      }
      space();
      expect(':');
      space();
      members.put(name, value(depth + 1));
      space();
      if (peek() == ',') {
        at++;
        continue;
      }
      expect('}');
      return new Json.Obj(members);
    }
  }

  private Json array(int depth) {
    at++;
    List<Json> items = new ArrayList<>();
    space();
    if (peek() == ']') {
      at++;
      return new Json.Arr(items);
    }
    while (true) {
      space();
      items.add(value(depth + 1));
      space();
      if (peek() == ',') {
        at++;
        continue;
      }
      expect(']');
      return new Json.Arr(items);
    }
  }

  private String string() {
    at++;
    StringBuilder out = new StringBuilder();
    while (true) {
      char c = next("the text ends inside a string");
      if (c == '"') {
        break;
      }
      if (c < 0x20) {
        throw error("a control character stands unescaped in a string");
      }
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escape = next("the text ends inside an escape");
      switch (escape) {
        case '"', '\\', '/' -> out.append(escape);
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'u' -> out.append(hexadecimal());
        default -> throw error("\\" + escape + " is not an escape");
      }
    }
    String value = out.toString();
    try {
      requireWellFormed(value);
    } catch (JsonException e) {
      throw error(String.valueOf(e.getMessage()));
    }
    return value;
  }

  private char hexadecimal() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = next("the text ends inside an escape");
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw error("\\u takes four hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private Json number() {
    int start = at;
    boolean integral = true;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits();
    }
    if (peek() == '.') {
      at++;
      integral = false;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      integral = false;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
    double value = Double.parseDouble(text.substring(start, at));
    if (!Double.isFinite(value)) {
      throw error("the number is beyond binary64");
    }
    return new Json.Num(value, integral);
  }

  private void digits() {
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    if (at == start) {
      throw error("a value is due");
    }
  }

  private Json literal(String word, Json value) {
    if (!text.startsWith(word, at)) {
      throw error("a value is due");
    }
    at += word.length();
    return value;
  }

  private void space() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
        return;
      }
      at++;
    }
  }

  /** The next character, or NUL (which no JSON token starts with) at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private char next(String endMessage) {
    if (at >= text.length()) {
      throw error(endMessage);
    }
    return text.charAt(at++);
  }

  private void expect(char c) {
    if (peek() != c) {
      throw error("'" + c + "' is due");
    }
    at++;
  }

  private JsonException error(String what) {
    return new JsonException(at(what));
  }

  private String at(String what) {
    return what + ", at character " + (at + 1) + " of " + text.length();
  }
}
