// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
      kinds[count] = TABLE[point];
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
    return TABLE[codePoint] & 0xFF;
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
    byte[] table = new byte[Character.MAX_CODE_POINT + 1];
    int at = 0;
    for (String run : resource("unicode-15.1.txt").split("\\s+", -1)) {
      if (!run.isEmpty()) {
        int length = Integer.parseInt(run, 1, run.length(), 36);
        int kind =
            switch (run.charAt(0)) {
              case 'N' -> NUMBER;
              case 'L' -> LETTER;
              case 'P' -> PUNCTUATION;
              case 'M' -> MARK;
              case 'S' -> SYMBOL;
              default -> OTHER;
            };
        Arrays.fill(table, at, at + length, (byte) kind);
        at += length;
      }
    }
    if (at != table.length) {
      throw new IllegalStateException("the table of categories ends at " + at);
    }
    for (int i = 0; i < 0x80; i++) {
      table[i] = (byte) i;
    }
    for (int space : new int[] {0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}) {
      table[space] = SPACE;
    }
    Arrays.fill(table, 0x2000, 0x200B, (byte) SPACE);
    return table;
  }

  private static String resource(String name) {
    try (InputStream in = Characters.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from the program");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .reduce(
              new StringBuilder(),
              (all, line) -> all.append(line).append(' '),
              StringBuilder::append)
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + name, e);
    }
  }
}
