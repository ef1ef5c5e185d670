// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

/** A prompt that leaves no room for an answer. */
public final class PromptTooLong extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int tokens;
  private final int limit;

  PromptTooLong(int tokens, int limit, String ofWhat) {
    super(
        "the prompt has "
            + tokens
            + " tokens, "
            + (tokens - limit)
            + " more than the "
            + limit
            + " that fit into "
            + ofWhat
            + "; shorten it by at least that many tokens");
    this.tokens = tokens;
    this.limit = limit;
  }

  /** Tokens of the prompt. */
  public int tokens() {
    return tokens;
  }

  /** Tokens that a prompt may have. */
  public int limit() {
    return limit;
  }

  /** Tokens too many. */
  public int excess() {
    return tokens - limit;
  }
}
