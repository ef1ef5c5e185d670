// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A regular expression over bytes that may call rules. A {@link Dfa} is made of it. */
sealed interface Expression {
  /** The empty text. */
  Expression EMPTY = new Sequence(List.of());

  /** No text at all. */
  Expression NOTHING = new Choice(List.of());

  /** One byte out of a set. */
  record Bytes(BitSet set) implements Expression {
    public Bytes {
      set = (BitSet) set.clone();
    }
  }

  /** One after the other. */
  record Sequence(List<Expression> parts) implements Expression {
    public Sequence {
      parts = List.copyOf(parts);
    }
  }

  /** Any one of them. */
  record Choice(List<Expression> parts) implements Expression {
    public Choice {
      parts = List.copyOf(parts);
    }
  }

  /** {@code least} to {@code most} times; {@code most} -1 is without end. */
  record Repeat(Expression part, int least, int most) implements Expression {}

  /** A text of the rule of that number. */
  record Call(int rule) implements Expression {}

  static Expression sequence(Expression... parts) {
    return new Sequence(List.of(parts));
  }

  static Expression choice(Expression... parts) {
    return new Choice(List.of(parts));
  }

  static Expression optional(Expression part) {
    return new Repeat(part, 0, 1);
  }

  static Expression many(Expression part) {
    return new Repeat(part, 0, -1);
  }

  static Expression range(int low, int high) {
    BitSet set = new BitSet();
    set.set(low, high + 1);
    return new Bytes(set);
  }

  static Expression digit(int low, int high) {
    return range('0' + low, '0' + high);
  }

  /** One of some ASCII characters. */
  static Expression oneOf(String characters) {
    BitSet set = new BitSet();
    characters.chars().forEach(set::set);
    return new Bytes(set);
  }

  /** Exactly this text, as UTF-8. */
  static Expression literal(String text) {
    List<Expression> parts = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      parts.add(range(b & 0xff, b & 0xff));
    }
    return new Sequence(parts);
  }

  /** The UTF-8 forms of the code points {@code low} to {@code high}, which span no surrogate. */
  static Expression codePoints(int low, int high) {
    int[] last = {0x7f, 0x7ff, 0xffff, 0x10ffff};
    List<Expression> parts = new ArrayList<>();
    int from = low;
    for (int length = 1; length <= 4 && from <= high; length++) {
      int to = Math.min(high, last[length - 1]);
      if (from <= to) {
        parts.add(sameLength(utf8(from), utf8(to), 0));
        from = to + 1;
      }
    }
    return parts.size() == 1 ? parts.getFirst() : new Choice(parts);
  }

  /** All byte strings from a to b, of one length, whose bytes after the first are 80 to BF. */
  private static Expression sameLength(byte[] a, byte[] b, int at) {
    int first = a[at] & 0xff;
    int last = b[at] & 0xff;
    if (at == a.length - 1) {
      return range(first, last);
    }
    if (first == last) {
      return sequence(range(first, first), sameLength(a, b, at + 1));
    }
    byte[] most = a.clone();
    byte[] least = b.clone();
    for (int i = at + 1; i < a.length; i++) {
      most[i] = (byte) 0xbf;
      least[i] = (byte) 0x80;
    }
    List<Expression> parts = new ArrayList<>();
    parts.add(sequence(range(first, first), sameLength(a, most, at + 1)));
    if (first + 1 < last) {
      Expression rest = range(0x80, 0xbf);
      parts.add(
          sequence(
              range(first + 1, last - 1), new Repeat(rest, a.length - at - 1, a.length - at - 1)));
    }
    parts.add(sequence(range(last, last), sameLength(least, b, at + 1)));
    return new Choice(parts);
  }

  private static byte[] utf8(int codePoint) {
    return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
  }
}
