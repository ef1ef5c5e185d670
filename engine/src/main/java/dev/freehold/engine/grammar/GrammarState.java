// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.BitSet;

/** How far a sequence has come in its grammar. Immutable, and usable from any thread. */
public interface GrammarState {
  /**
   * The tokens that may come next. Of the control tokens only those that end the generation are
   * ever among them, and only where {@link #mayEnd}.
   *
   * @param tokens overwritten with the answer
   */
  void allowed(BitSet tokens);

  /**
   * The state after a token.
   *
   * @throws IllegalArgumentException if the token is not allowed here
   */
  GrammarState advance(int token);

  /** True where the text so far is complete. */
  boolean mayEnd();
}
