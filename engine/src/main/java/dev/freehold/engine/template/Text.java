// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import java.util.BitSet;

/** A string that knows which of its UTF-16 units are trusted. Immutable. */
final class Text {
  static final Text EMPTY = literal("");

  private final String value;
  private final BitSet trusted;

  private Text(String value, BitSet trusted) {
    this.value = value;
    this.trusted = trusted;
  }

  /** A text of the template's own. */
  static Text literal(String value) {
    return of(value, true);
  }

  static Text of(String value, boolean trusted) {
    BitSet bits = new BitSet();
    if (trusted) {
      bits.set(0, value.length());
    }
    return new Text(value, bits);
  }

  String value() {
    return value;
  }

  int length() {
    return value.length();
  }

  /** Whether all of it is trusted. */
  boolean isTrusted() {
    return trusted.nextClearBit(0) >= value.length();
  }

  boolean isTrusted(int from, int to) {
    return trusted.nextClearBit(from) >= to;
  }

  /** Where the stretch that begins there stops being trusted, or untrusted, throughout. */
  int sameTrust(int from) {
    int to = trusted.get(from) ? trusted.nextClearBit(from) : trusted.nextSetBit(from);
    return to < 0 ? value.length() : Math.min(to, value.length());
  }

  Text sub(int from, int to) {
    return from == 0 && to == value.length()
        ? this
        : new Text(value.substring(from, to), trusted.get(from, to));
  }

  Rendered rendered() {
    return new Rendered(value, trusted);
  }

  /** Collects a text. */
  static final class Builder {
    private final StringBuilder value = new StringBuilder();
    private final BitSet trusted = new BitSet();

    int length() {
      return value.length();
    }

    Builder append(Text text) {
      int start = value.length();
      value.append(text.value);
      for (int from = text.trusted.nextSetBit(0); from >= 0; ) {
        int to = text.trusted.nextClearBit(from);
        trusted.set(start + from, start + to);
        from = text.trusted.nextSetBit(to);
      }
      return this;
    }

    Builder append(String text, boolean isTrusted) {
      int start = value.length();
      value.append(text);
      if (isTrusted) {
        trusted.set(start, value.length());
      }
      return this;
    }

    Text build() {
      return new Text(value.toString(), (BitSet) trusted.clone());
    }
  }
}
