// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

/** The characters, or classes of {@link Characters}, that one place of a pattern accepts. */
final class CharacterSet {
  static final CharacterSet SPACES = new Builder().spaces().build(false);

  private final boolean[] low;
  private final int[] ranges;
  private final boolean negated;

  private CharacterSet(boolean[] low, int[] ranges, boolean negated) {
    this.low = low;
    this.ranges = ranges;
    this.negated = negated;
  }

  boolean has(int value) {
    if (value < low.length) {
      return low[value];
    }
    for (int i = 0; i < ranges.length; i += 2) {
      if (value >= ranges[i] && value <= ranges[i + 1]) {
        return !negated;
      }
    }
    return negated;
  }

  static final class Builder {
    private final boolean[] low = new boolean[256];
    private final IntList ranges = new IntList();

    Builder range(int from, int to) {
      for (int i = from; i <= Math.min(to, 0xFF); i++) {
        low[i] = true;
      }
      if (to > 0xFF) {
        ranges.add(Math.max(from, 0x100));
        ranges.add(to);
      }
      return this;
    }

    Builder spaces() {
      return range('\t', '\r').range(' ', ' ');
    }

    /** The class of a category and the ASCII characters in it. */
    Builder category(String name) {
      return switch (name) {
        case "L" -> category("Upper").category("Lower");
        case "Upper" -> value(Characters.LETTER).range('A', 'Z');
        case "Lower" -> value(Characters.LETTER).range('a', 'z');
        case "N" -> value(Characters.NUMBER).range('0', '9');
        case "M" -> value(Characters.MARK);
        case "P" -> value(Characters.PUNCTUATION).all("!\"#%&'()*,-./:;?@[\\]_{}");
        case "S" -> value(Characters.SYMBOL).all("$+<=>^`|~");
        default -> throw new IllegalStateException("pre-tokenizer pattern names \\p{" + name + "}");
      };
    }

    private Builder value(int value) {
      return range(value, value);
    }

    private Builder all(String characters) {
      characters.chars().forEach(this::value);
      return this;
    }

    CharacterSet build(boolean negated) {
      boolean[] table = low.clone();
      for (int i = 0; negated && i < table.length; i++) {
        table[i] = !table[i];
      }
      return new CharacterSet(table, ranges.toArray(), negated);
    }
  }
}
