// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.record.Digest;
import java.time.Duration;

/**
 * An embedding (docs/formats/embedding.md).
 *
 * @param vector of length 1, as many elements as the model is wide
 * @param traceRoot docs/formats/trace.md
 * @param queued from submission to the first work
 * @param prefill from there to the end
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out.
public record EmbeddingOutcome(
    int[] prompt, float[] vector, Digest traceRoot, Duration queued, Duration prefill) {
  /** Copies the arrays. */
  public EmbeddingOutcome {
    prompt = prompt.clone();
    vector = vector.clone();
  }

  /** A copy of the prompt's tokens. */
  @Override
  public int[] prompt() {
    return prompt.clone();
  }

  /** A copy of the vector. */
  @Override
  public float[] vector() {
    return vector.clone();
  }
}
