// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A text as code points, each with the class by which pre-tokenizers see it: a code point below 128
 * is its own class; every other one is {@link #SPACE} or stands for its general category.
 *
 * <p>The categories are those of Unicode 15.1, which llama.cpp uses too, from a table of our own:
 * the Java platform's change with its version, and with them would the tokens.
 */
final class Characters {
  static final int SPACE = 0x0B;
  static final int OTHER = 0xD0;
  static final int NUMBER = 0xD1;
  static final int LETTER = 0xD2;
  static final int PUNCTUATION = 0xD3;
  static final int MARK = 0xD4;
  static final int SYMBOL = 0xD5;

  /** Classes but for the bits of OTHER: most code points are that, and need not be written. */
  private static final byte[] TABLE = table();

  private final int[] codePoints;
  private final byte[] classes;
  private final int length;

  /** Takes {@code text} from {@code from} to {@code to}; it holds no lone surrogates. */
  Characters(String text, int from, int to) {
    int[] points = new int[to - from];
    byte[] kinds = new byte[to - from];
    int count = 0;
    for (int i = from; i < to; count++) {
      int point = text.codePointAt(i);
      points[count] = point;
      kinds[count] = (byte) (TABLE[point] ^ OTHER);
      i += Character.charCount(point);
    }
    codePoints = points;
    classes = kinds;
    length = count;
  }

  int length() {
    return length;
  }

  int codePoint(int index) {
    return codePoints[index];
  }

  int characterClass(int index) {
    return classes[index] & 0xFF;
  }

  /** The code point, but the class where that says that it is a space. */
  int spaceOrCodePoint(int index) {
    return classes[index] == SPACE ? SPACE : codePoints[index];
  }

  /** The class of one code point. */
  static int classOf(int codePoint) {
    return (TABLE[codePoint] ^ OTHER) & 0xFF;
  }

  /**
   * Writes the UTF-8 bytes of the code points from {@code from} to {@code to}; {@code out} has room
   * for four a code point.
   *
   * @return how many bytes
   */
  int utf8(int from, int to, byte[] out) {
    int at = 0;
    for (int i = from; i < to; i++) {
      at = Utf8.encode(codePoints[i], out, at);
    }
    return at;
  }

  private static byte[] table() {
    byte[] runs = resource("unicode-15.1.txt");
    byte[] table = new byte[Character.MAX_CODE_POINT + 1];
    int at = 0;
    for (int i = 0; i < runs.length; ) {
      byte first = runs[i++];
      if (first == '#') {
        while (runs[i++] != '\n') {}
      } else if (first > ' ') {
        int length = 0;
        while (runs[i] > ' ') {
          length = 36 * length + Character.digit(runs[i++], 36);
        }
        put(table, at, at + length, kind(first));
        at += length;
      }
    }
    if (at != table.length) {
      throw new IllegalStateException("the table of categories ends at " + at);
    }
    for (int i = 0; i < 0x80; i++) {
      put(table, i, i + 1, i);
    }
    for (int space : new int[] {0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}) {
      put(table, space, space + 1, SPACE);
    }
    put(table, 0x2000, 0x200B, SPACE);
    return table;
  }

  private static int kind(byte category) {
    return switch (category) {
      case 'N' -> NUMBER;
      case 'L' -> LETTER;
      case 'P' -> PUNCTUATION;
      case 'M' -> MARK;
      case 'S' -> SYMBOL;
      default -> OTHER;
    };
  }

  private static void put(byte[] table, int from, int to, int kind) {
    if (kind != OTHER) {
      Arrays.fill(table, from, to, (byte) (kind ^ OTHER));
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = Characters.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the program");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + name, e);
    }
  }
}
