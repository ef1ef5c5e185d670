// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

/** Why an answer ended. */
public enum FinishReason {
  /** The model ended it, or a stop string appeared. */
  STOP("stop"),
  /** It reached the tokens it was allowed. */
  LENGTH("length"),
  /**
   * The model ended it with calls of tools: how an answer words a {@link #STOP} that came with
   * calls. Generation itself never says so.
   */
  TOOL_CALLS("tool_calls"),
  /** The client left, or the engine was closed. */
  CANCELLED("cancelled");

  private final String word;

  FinishReason(String word) {
    this.word = word;
  }

  /** The reason as answers and receipts name it. */
  public String word() {
    return word;
  }
}
