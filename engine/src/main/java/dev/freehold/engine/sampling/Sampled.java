// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import java.util.List;

/**
 * A sampled token.
 *
 * @param token its id
 * @param logprob the natural logarithm of its probability in the model's own distribution (before
 *     penalties, bias, grammar, temperature and cuts); NaN where log probabilities were not wanted
 * @param top the most probable tokens of that distribution, as many as were wanted, best first
 */
public record Sampled(int token, float logprob, List<Alternative> top) {
  /** Copies the list. */
  public Sampled {
    top = List.copyOf(top);
  }

  /** A token that could have been chosen, and the logarithm of its probability. */
  public record Alternative(int token, float logprob) {}
}
