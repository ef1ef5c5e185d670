// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.grammar.Grammar;
import dev.freehold.engine.sampling.SamplingParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One answer to be generated: with the model, all that decides it.
 *
 * @param prompt at least one token
 * @param maxTokens at least one
 * @param choice which of a request's answers this is; it enters the random draws
 * @param stop texts that end the answer where they appear
 * @param grammar what the answer's text must be; null: anything
 * @param ignoreEnd the tokens that end an answer don't end it, unless there is a grammar
 * @param topLogprobs alternatives to report for each token; 0: the chosen token's probability
 *     alone; -1: none at all
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out.
public record GenerationRequest(
    int[] prompt,
    int maxTokens,
    SamplingParameters sampling,
    int choice,
    List<String> stop,
    @Nullable Grammar grammar,
    boolean ignoreEnd,
    int topLogprobs) {
  /** Copies the tokens and the list. */
  public GenerationRequest {
    if (prompt.length == 0 || maxTokens < 1 || choice < 0 || topLogprobs < -1) {
      throw new IllegalArgumentException(
          "nothing can be generated from "
              + prompt.length
              + " tokens to at most "
              + maxTokens
              + ", as choice "
              + choice
              + " with "
              + topLogprobs
              + " alternatives");
    }
    prompt = prompt.clone();
    stop = List.copyOf(stop);
  }

  /** A copy of the prompt's tokens. */
  @Override
  public int[] prompt() {
    return prompt.clone();
  }
}
