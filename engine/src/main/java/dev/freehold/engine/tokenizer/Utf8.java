// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

/** UTF-8 that may be cut or ill-formed (The Unicode Standard, 3.9, table 3-7). */
final class Utf8 {
  private Utf8() {}

  /**
   * Appends the characters of {@code bytes} to {@code out}, U+FFFD for each maximal ill-formed
   * part.
   *
   * @param last whether no bytes follow: then an unfinished character at the end is ill-formed too
   * @return how many bytes were used up; the rest is the start of a character
   */
  static int decode(byte[] bytes, boolean last, StringBuilder out) {
    int at = 0;
    while (at < bytes.length) {
      int length = sequence(bytes, at);
      if (length > 0) {
        out.appendCodePoint(codePoint(bytes, at, length));
        at += length;
      } else if (!last && at - length == bytes.length) {
        return at;
      } else {
        out.append('\uFFFD');
        at += Math.max(1, -length);
      }
    }
    return at;
  }

  /**
   * Writes one code point, at most four bytes.
   *
   * @return where the next one goes
   */
  static int encode(int codePoint, byte[] out, int start) {
    int at = start;
    if (codePoint < 0x80) {
      out[at++] = (byte) codePoint;
    } else if (codePoint < 0x800) {
      out[at++] = (byte) (0xC0 | codePoint >> 6);
      out[at++] = (byte) (0x80 | (codePoint & 0x3F));
    } else if (codePoint < 0x10000) {
      out[at++] = (byte) (0xE0 | codePoint >> 12);
      out[at++] = (byte) (0x80 | (codePoint >> 6 & 0x3F));
      out[at++] = (byte) (0x80 | (codePoint & 0x3F));
    } else {
      out[at++] = (byte) (0xF0 | codePoint >> 18);
      out[at++] = (byte) (0x80 | (codePoint >> 12 & 0x3F));
      out[at++] = (byte) (0x80 | (codePoint >> 6 & 0x3F));
      out[at++] = (byte) (0x80 | (codePoint & 0x3F));
    }
    return at;
  }

  /** The text with U+FFFD in place of each lone surrogate; its length stays. */
  static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return replaceLoneSurrogates(text);
      }
    }
    return text;
  }

  private static String replaceLoneSurrogates(String text) {
    char[] units = text.toCharArray();
    for (int i = 0; i < units.length; i++) {
      if (i + 1 < units.length && Character.isSurrogatePair(units[i], units[i + 1])) {
        i++;
      } else if (Character.isSurrogate(units[i])) {
        units[i] = '\uFFFD';
      }
    }
    return new String(units);
  }

  /** The value of a well-formed sequence of that length. */
  static int codePoint(byte[] bytes, int at, int length) {
    int first = bytes[at] & 0xFF;
    int value = length == 1 ? first : first & (0x7F >> length);
    for (int i = 1; i < length; i++) {
      value = value << 6 | (bytes[at + i] & 0x3F);
    }
    return value;
  }

  /**
   * The length of the well-formed sequence at {@code at}; or, negated, how many bytes there are the
   * start of one (0: none).
   */
  static int sequence(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (int i = 1; i < length; i++) {
      if (at + i == bytes.length) {
        return -i;
      }
      int next = bytes[at + i] & 0xFF;
      if (next < low || next > high) {
        return -i;
      }
      low = 0x80;
      high = 0xBF;
    }
    return length;
  }
}
