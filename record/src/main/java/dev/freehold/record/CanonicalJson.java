// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The JSON Canonicalization Scheme (RFC 8785): the bytes that are hashed and signed. */
public final class CanonicalJson {
  /** The largest whole number that every JSON reader holds exactly: 2^53 - 1. */
  public static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

  private CanonicalJson() {}

  /** The one canonical text of a value, as UTF-8 bytes. */
  public static byte[] bytes(Json value) {
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  /** The one canonical text of a value. */
  public static String text(Json value) {
    StringBuilder out = new StringBuilder();
    write(value, out, true);
    return out.toString();
  }

  static void write(Json value, StringBuilder out, boolean sorted) {
    switch (value) {
      case Json.Obj object -> {
        // String.compareTo compares UTF-16 code units, which is the order of RFC 8785, 3.2.3.
        Map<String, Json> members = sorted ? new TreeMap<>(object.members()) : object.members();
        char before = '{';
        for (Map.Entry<String, Json> member : members.entrySet()) {
          out.append(before);
          string(member.getKey(), out);
          out.append(':');
          write(member.getValue(), out, sorted);
          before = ',';
        }
        out.append(members.isEmpty() ? "{}" : "}");
      }
      case Json.Arr array -> {
        char before = '[';
        for (Json item : array.items()) {
          out.append(before);
          write(item, out, sorted);
          before = ',';
        }
        out.append(array.items().isEmpty() ? "[]" : "]");
      }
      case Json.Str string -> string(string.value(), out);
      case Json.Num number -> out.append(number(number.value()));
      case Json.Bool bool -> out.append(bool.value());
      case Json.Null _ -> out.append("null");
    }
  }

  private static void string(String value, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** A number as ECMAScript's Number::toString writes it (RFC 8785, 3.2.2.3). */
  static String number(double value) {
    if (value == 0) {
      return "0";
    }
    if (value == Math.rint(value) && Math.abs(value) <= MAX_SAFE_INTEGER) {
      return Long.toString((long) value);
    }
    // Double.toString gives the shortest digits that read back as the same value (JDK-4511638).
    BigDecimal decimal = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    if (decimal.precision() == 2) {
      // Double.toString writes two digits at least, even where one reads back as the same value.
      BigDecimal shorter = decimal.round(new MathContext(1)).stripTrailingZeros();
      if (shorter.doubleValue() == Math.abs(value)) {
        decimal = shorter;
      }
    }
    String digits = decimal.unscaledValue().toString();
    int point = digits.length() - decimal.scale();
    StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
    if (point > 0 && point <= 21) {
      if (digits.length() <= point) {
        out.append(digits).repeat("0", point - digits.length());
      } else {
        out.append(digits, 0, point).append('.').append(digits, point, digits.length());
      }
    } else if (point <= 0 && point > -6) {
      out.append("0.").repeat("0", -point).append(digits);
    } else {
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      out.append('e').append(point > 0 ? "+" : "-").append(Math.abs(point - 1));
    }
    return out.toString();
  }
}
