// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.BitSet;
import java.util.List;

/**
 * A place in a grammar: every way in which the text so far can be read.
 *
 * @param ended whether a token that ends the generation was taken
 */
record Position(Masks masks, List<Frame> threads, boolean ended) implements GrammarState {
  Position {
    threads = List.copyOf(threads);
  }

  @Override
  public void allowed(BitSet tokens) {
    if (ended) {
      tokens.clear();
    } else {
      masks.allowed(threads, tokens);
    }
  }

  @Override
  public GrammarState advance(int token) {
    TokenBytes vocabulary = masks.vocabulary();
    if (token < 0 || token >= vocabulary.size() || ended) {
      throw notAllowed(token);
    }
    if (vocabulary.isEnd(token)) {
      if (!mayEnd()) {
        throw notAllowed(token);
      }
      return new Position(masks, threads, true);
    }
    byte[] bytes = vocabulary.rawBytes(token);
    List<Frame> after = bytes.length == 0 ? List.of() : masks.after(threads, bytes);
    if (after.isEmpty()) {
      throw notAllowed(token);
    }
    return new Position(masks, after, false);
  }

  private static IllegalArgumentException notAllowed(int token) {
    return new IllegalArgumentException("The grammar does not allow token " + token + " here.");
  }

  @Override
  public boolean mayEnd() {
    return ended || masks.automaton().mayEnd(threads);
  }
}
