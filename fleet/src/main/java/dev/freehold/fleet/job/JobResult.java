// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.evidence.Transcript;
import dev.freehold.record.Json;
import java.util.List;

/**
 * The end of an answer, as a machine gives it; nothing of it is checked yet.
 *
 * @param transcript the signed receipt and what its digests are of
 * @param choices the response's choices with their log probabilities, or an embedding's data
 * @param last the chunks that a stream still has to give: those that say how each choice ended
 * @param cached tokens of the prompt that it says it had computed before, at least 0
 */
public record JobResult(
    Transcript transcript, List<Json.Obj> choices, List<Json.Obj> last, int cached) {
  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if the count is negative
   */
  public JobResult {
    choices = List.copyOf(choices);
    last = List.copyOf(last);
    if (cached < 0) {
      throw new IllegalArgumentException("a count is never negative");
    }
  }
}
