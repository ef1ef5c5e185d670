// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.sampling.Sampled;
import java.util.List;

/** What happens to an answer, in order. */
public sealed interface GenerationEvent {
  /**
   * A token was chosen.
   *
   * @param logprob natural logarithm of its probability; NaN unless the request asked for it
   * @param top the most likely tokens at this place, as many as the request asked for
   */
  record Token(int token, float logprob, List<Sampled.Alternative> top) implements GenerationEvent {
    /** Copies the list. */
    public Token {
      top = List.copyOf(top);
    }
  }

  /** The answer is complete. */
  record Finished(FinishReason reason, Outcome outcome) implements GenerationEvent {}

  /** The machine or the model broke; the message is for a person. */
  record Failed(String message) implements GenerationEvent {}
}
