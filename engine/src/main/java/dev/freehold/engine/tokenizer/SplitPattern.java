// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One stage of a pre-tokenizer: a regular expression that cuts a text into its matches and what
 * lies between them.
 *
 * <p>The language is as small as the pre-tokenizers need: alternatives of sequences of character
 * sets with the quantifiers {@code ? * + {n} {n,m}}, groups {@code (?:...)} with or without {@code
 * ?}, {@code (?!\S)} and {@code $}; the first alternative that matches counts, greedily, as in
 * Perl. Its sets see what llama.cpp's see: a pattern that names a category ({@code \p{L}} and so
 * on) matches the classes of {@link Characters}, any other one the code points themselves with
 * every space beyond ASCII as U+000B. {@code \p{Upper}} and {@code \p{Lower}} are the letters
 * without {@code a-z} and without {@code A-Z}.
 *
 * <p>A set's repetition is a loop and a group is never repeated, so the time is linear in the text
 * for the patterns used and the stack is as deep as the pattern is long.
 */
final class SplitPattern {
  private sealed interface Item {
    /** A set, so many times. */
    record Run(CharacterSet set, int min, int max) implements Item {}

    /** Alternatives, each with all that follows them in the sequence. */
    record Choice(List<Item[]> continuations) implements Item {}

    /** {@code (?!\S)} (spaces may follow) or {@code $} (nothing may follow). */
    record Ahead(boolean spaces) implements Item {}
  }

  @SuppressWarnings("ArrayRecordComponent") // never leaves the class
  private record Alternative(Item[] items, boolean[] starts) {}

  private final List<Alternative> alternatives;
  private final boolean categories;

  SplitPattern(String expression) {
    categories = expression.contains("\\p{");
    Parser parser = new Parser(expression);
    alternatives = new ArrayList<>();
    for (Item[] items : parser.alternatives()) {
      alternatives.add(new Alternative(items, starts(items)));
    }
    parser.expectEnd();
  }

  /** Cuts each segment of the text again; {@code ends} are where segments end, in order. */
  IntList split(Characters text, IntList ends) {
    IntList out = new IntList();
    int start = 0;
    for (int i = 0; i < ends.size(); i++) {
      int end = ends.get(i);
      int gap = start;
      int at = start;
      while (at < end) {
        int matched = match(text, at, end);
        if (matched > at) {
          if (gap < at) {
            out.add(at);
          }
          out.add(matched);
          at = matched;
          gap = at;
        } else {
          at = afterFailure(text, at, end);
        }
      }
      if (gap < end) {
        out.add(end);
      }
      start = end;
    }
    return out;
  }

  /**
   * Where a match may start next after none was found. An unbounded first set was followed to its
   * end, and what comes after it was tried everywhere in between, so starting within is in vain.
   */
  private int afterFailure(Characters text, int at, int end) {
    int next = at + 1;
    if (alternatives.size() == 1
        && alternatives.getFirst().items()[0] instanceof Item.Run run
        && run.max() == Integer.MAX_VALUE
        && run.set().has(value(text, at))) {
      while (next < end && run.set().has(value(text, next))) {
        next++;
      }
    }
    return next;
  }

  private int match(Characters text, int at, int end) {
    int first = value(text, at);
    for (Alternative alternative : alternatives) {
      if (first > 0xFF || alternative.starts()[first]) {
        int matched = match(alternative.items(), 0, text, at, end);
        if (matched >= 0) {
          return matched;
        }
      }
    }
    return -1;
  }

  private int match(Item[] items, int index, Characters text, int at, int end) {
    if (index == items.length) {
      return at;
    }
    return switch (items[index]) {
      case Item.Run(CharacterSet set, int min, int max) -> {
        int count = 0;
        while (count < max && at + count < end && set.has(value(text, at + count))) {
          count++;
        }
        int matched = -1;
        for (; count >= min && matched < 0; count--) {
          matched = match(items, index + 1, text, at + count, end);
        }
        yield matched;
      }
      case Item.Choice(List<Item[]> continuations) -> {
        int matched = -1;
        for (int i = 0; i < continuations.size() && matched < 0; i++) {
          matched = match(continuations.get(i), 0, text, at, end);
        }
        yield matched;
      }
      case Item.Ahead(boolean spaces) ->
          at == end || (spaces && CharacterSet.SPACES.has(value(text, at)))
              ? match(items, index + 1, text, at, end)
              : -1;
    };
  }

  private int value(Characters text, int index) {
    return categories ? text.characterClass(index) : text.spaceOrCodePoint(index);
  }

  private static boolean[] starts(Item[] items) {
    boolean[] starts = new boolean[256];
    for (Item item : items) {
      switch (item) {
        case Item.Run(CharacterSet set, int min, int max) -> {
          for (int i = 0; i < starts.length; i++) {
            starts[i] |= set.has(i);
          }
          if (min > 0) {
            return starts;
          }
        }
        case Item.Choice(List<Item[]> continuations) -> {
          for (Item[] continuation : continuations) {
            boolean[] more = starts(continuation);
            for (int i = 0; i < starts.length; i++) {
              starts[i] |= more[i];
            }
          }
          return starts;
        }
        case Item.Ahead ahead -> {
          Arrays.fill(starts, true);
          return starts;
        }
      }
    }
    Arrays.fill(starts, true);
    return starts;
  }

  /** Reads an expression; a mistake is the program's own. */
  private static final class Parser {
    private final String source;
    private int at;

    Parser(String source) {
      this.source = source;
    }

    List<Item[]> alternatives() {
      List<Item[]> all = new ArrayList<>();
      do {
        all.add(sequence());
      } while (take("|"));
      return all;
    }

    void expectEnd() {
      if (at != source.length()) {
        throw new IllegalStateException("pre-tokenizer pattern, at " + at + ": " + source);
      }
    }

    private Item[] sequence() {
      List<Item> items = new ArrayList<>();
      while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
        if (take("(?!\\S)")) {
          items.add(new Item.Ahead(true));
        } else if (take("$")) {
          items.add(new Item.Ahead(false));
        } else if (take("(?:")) {
          List<Item[]> inner = alternatives();
          if (!take(")")) {
            throw new IllegalStateException("unclosed group: " + source);
          }
          boolean optional = take("?");
          Item[] rest = sequence();
          List<Item[]> continuations = new ArrayList<>();
          for (Item[] each : inner) {
            Item[] whole = Arrays.copyOf(each, each.length + rest.length);
            System.arraycopy(rest, 0, whole, each.length, rest.length);
            continuations.add(whole);
          }
          if (optional) {
            continuations.add(rest);
          }
          items.add(new Item.Choice(continuations));
        } else {
          items.add(run(set()));
        }
      }
      return items.toArray(Item[]::new);
    }

    private Item.Run run(CharacterSet set) {
      if (take("?")) {
        return new Item.Run(set, 0, 1);
      } else if (take("*")) {
        return new Item.Run(set, 0, Integer.MAX_VALUE);
      } else if (take("+")) {
        return new Item.Run(set, 1, Integer.MAX_VALUE);
      } else if (take("{")) {
        int close = source.indexOf('}', at);
        String[] bounds = source.substring(at, close).split(",", -1);
        at = close + 1;
        return new Item.Run(
            set, Integer.parseInt(bounds[0]), Integer.parseInt(bounds[bounds.length - 1]));
      }
      return new Item.Run(set, 1, 1);
    }

    private CharacterSet set() {
      CharacterSet.Builder set = new CharacterSet.Builder();
      if (!take("[")) {
        single(set);
        return set.build(false);
      }
      boolean negated = take("^");
      while (!take("]")) {
        single(set);
      }
      return set.build(negated);
    }

    /** One character, range, escape or category. */
    private void single(CharacterSet.Builder set) {
      if (take("\\p{")) {
        int close = source.indexOf('}', at);
        set.category(source.substring(at, close));
        at = close + 1;
      } else if (take("\\s")) {
        set.spaces();
      } else {
        int from = character();
        int to = from;
        if (at + 1 < source.length() && source.charAt(at) == '-' && source.charAt(at + 1) != ']') {
          at++;
          to = character();
        }
        set.range(from, to);
      }
    }

    private int character() {
      if (take("\\")) {
        char escaped = source.charAt(at++);
        return switch (escaped) {
          case 'r' -> '\r';
          case 'n' -> '\n';
          default -> escaped;
        };
      }
      int point = source.codePointAt(at);
      at += Character.charCount(point);
      return point;
    }

    private boolean take(String expected) {
      boolean there = source.startsWith(expected, at);
      at += there ? expected.length() : 0;
      return there;
    }
  }
}
