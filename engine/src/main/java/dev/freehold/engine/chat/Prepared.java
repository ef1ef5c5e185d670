// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.sampling.SamplingParameters;
import java.util.List;

/**
 * A request in the model's terms.
 *
 * @param prompts the tokens of each prompt; one for a chat
 * @param generations one for each choice of the answer, in the order of their index; none for
 *     embeddings
 * @param sampling how tokens are chosen, the effective seed included
 */
public record Prepared(
    List<int[]> prompts, List<GenerationRequest> generations, SamplingParameters sampling) {
  /** Copies the lists. */
  public Prepared {
    prompts = List.copyOf(prompts);
    generations = List.copyOf(generations);
  }
}
