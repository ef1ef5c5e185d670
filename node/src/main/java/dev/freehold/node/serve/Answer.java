// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.util.List;
import java.util.Optional;

/**
 * An answer whose receipt is on the disk.
 *
 * @param transcript the receipt with what its digests are of
 * @param choices the response's choices with their log probabilities, or an embedding's data
 * @param last the chunks that a stream still has to give: those that say how each choice ended
 * @param cut true where it was cancelled before its end
 * @param price what was paid for it; empty where it was not bought
 */
public record Answer(
    Transcript transcript,
    List<Json> choices,
    List<Json.Obj> last,
    int promptTokens,
    int cachedPromptTokens,
    int outputTokens,
    boolean cut,
    Optional<Amount> price) {
  /** Copies the lists. */
  public Answer {
    choices = List.copyOf(choices);
    last = List.copyOf(last);
  }

  /** The same, and what it cost. */
  public Answer paid(Amount amount) {
    return new Answer(
        transcript,
        choices,
        last,
        promptTokens,
        cachedPromptTokens,
        outputTokens,
        cut,
        Optional.of(amount));
  }

  /** The receipt's name. */
  public ReceiptId receipt() {
    return transcript.receipt().id();
  }

  /** The node that made it. */
  public NodeId machine() {
    return transcript.receipt().statement().node();
  }

  /** OpenAI's {@code usage}. */
  public Json.Obj usage(boolean embedding) {
    Json.Builder usage = Json.object().put("prompt_tokens", promptTokens);
    if (!embedding) {
      usage
          .put("completion_tokens", outputTokens)
          .put(
              "prompt_tokens_details",
              Json.object().put("cached_tokens", cachedPromptTokens).build());
    }
    return usage.put("total_tokens", promptTokens + outputTokens).build();
  }
}
