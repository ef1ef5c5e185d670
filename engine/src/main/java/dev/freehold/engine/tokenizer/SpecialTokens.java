// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts special tokens out of a text before anything else sees it, in llama.cpp's order: the longest
 * token first over the whole text, each at its leftmost places, then the next in what is left.
 * User-defined tokens are text and are found anywhere; control tokens, and what looks like one,
 * only where they are trusted.
 */
final class SpecialTokens {
  /** A stretch of the text ({@code token} is -1), or a token in place of one. */
  record Fragment(int token, int from, int to) {
    boolean isText() {
      return token < 0;
    }
  }

  private record Special(String text, int token, boolean needsTrust, boolean stripsRight) {}

  private static final class Node {
    final Map<Character, Node> next = new HashMap<>();
    int special = -1;
  }

  private final List<Special> specials = new ArrayList<>();
  private final Node root = new Node();
  private final BitSet starts = new BitSet();

  SpecialTokens(Vocabulary vocabulary) {
    vocabulary
        .specials()
        .forEach(
            (text, token) ->
                specials.add(
                    new Special(
                        text, token, vocabulary.needsTrust(token), vocabulary.stripsRight(token))));
    specials.sort(SpecialTokens::longestFirst);
    for (int i = 0; i < specials.size(); i++) {
      Node node = root;
      String text = specials.get(i).text();
      starts.set(text.charAt(0));
      for (int j = 0; j < text.length(); j++) {
        node = node.next.computeIfAbsent(text.charAt(j), _ -> new Node());
      }
      node.special = i;
    }
  }

  private static int longestFirst(Special one, Special other) {
    int byLength = Integer.compare(bytes(other), bytes(one));
    return byLength == 0 ? Integer.compare(one.token, other.token) : byLength;
  }

  private static int bytes(Special special) {
    return special.text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Cuts the text; what needs trust is found where every unit of theirs is in {@code trusted}. */
  List<Fragment> cut(String text, BitSet trusted) {
    List<Fragment> fragments = new ArrayList<>();
    if (text.isEmpty()) {
      return fragments;
    }
    fragments.add(new Fragment(-1, 0, text.length()));
    BitSet occurring = occurring(text, trusted);
    for (int i = occurring.nextSetBit(0); i >= 0; i = occurring.nextSetBit(i + 1)) {
      List<Fragment> cut = new ArrayList<>(fragments.size() + 2);
      for (Fragment fragment : fragments) {
        if (fragment.isText()) {
          cut(specials.get(i), fragment, text, trusted, cut);
        } else {
          cut.add(fragment);
        }
      }
      fragments = cut;
    }
    return fragments;
  }

  private static void cut(
      Special special, Fragment fragment, String text, BitSet trusted, List<Fragment> out) {
    int length = special.text().length();
    int from = fragment.from();
    int search = from;
    while (from < fragment.to()) {
      int found = text.indexOf(special.text(), search, fragment.to());
      if (found < 0) {
        break;
      }
      if (special.needsTrust() && !isTrusted(trusted, found, found + length)) {
        search = found + 1;
        continue;
      }
      if (found > from) {
        out.add(new Fragment(-1, from, found));
      }
      out.add(new Fragment(special.token(), found, found + length));
      from = found + length;
      while (special.stripsRight() && from < fragment.to() && isSpace(text.charAt(from))) {
        from++;
      }
      search = from;
    }
    if (from < fragment.to()) {
      out.add(new Fragment(-1, from, fragment.to()));
    }
  }

  private static boolean isTrusted(BitSet trusted, int from, int to) {
    int at = from;
    while (at < to && trusted.get(at)) {
      at++;
    }
    return at == to;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  /** Which of the special tokens can occur at all, so that thousands need not be searched for. */
  private BitSet occurring(String text, BitSet trusted) {
    BitSet occurring = new BitSet();
    for (int i = 0; i < text.length(); i++) {
      if (starts.get(text.charAt(i))) {
        Node node = root;
        for (int j = i; j < text.length() && node != null; j++) {
          node = node.next.get(text.charAt(j));
          if (node != null
              && node.special >= 0
              && (trusted.get(i) || !specials.get(node.special).needsTrust())) {
            occurring.set(node.special);
          }
        }
      }
    }
    return occurring;
  }
}
