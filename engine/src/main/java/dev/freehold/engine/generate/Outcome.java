// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.record.Digest;
import java.time.Duration;

/**
 * What became of a prompt.
 *
 * @param output every token that was chosen, the one that ended the answer included
 * @param traceRoot docs/formats/trace.md
 * @param cachedPromptTokens prompt tokens whose attention memory the cache held
 * @param queued from submission to the first work
 * @param prefill from there to the first token
 * @param decode from there to the last token
 */
@SuppressWarnings("ArrayRecordComponent") // Copied in and out.
public record Outcome(
    int[] prompt,
    int[] output,
    Digest traceRoot,
    int cachedPromptTokens,
    Duration queued,
    Duration prefill,
    Duration decode) {
  /** Copies the tokens. */
  public Outcome {
    prompt = prompt.clone();
    output = output.clone();
  }

  /** A copy of the prompt's tokens. */
  @Override
  public int[] prompt() {
    return prompt.clone();
  }

  /** A copy of the answer's tokens. */
  @Override
  public int[] output() {
    return output.clone();
  }
}
