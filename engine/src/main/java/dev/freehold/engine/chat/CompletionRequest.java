// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.List;
import java.util.OptionalInt;

/**
 * A request to continue texts. Choice c of prompt p has index p·n + c.
 *
 * @param echo the answer's text starts with the prompt's
 */
public record CompletionRequest(
    Json.Obj body,
    String model,
    List<PromptInput> prompts,
    boolean echo,
    Decoding decoding,
    List<String> ignored)
    implements Request {
  /** Tokens that OpenAI's API generates where the client doesn't say. */
  public static final int DEFAULT_MAX_TOKENS = 16;

  private static final int MAX_LOGPROBS = 20;

  /** Copies the lists. */
  public CompletionRequest {
    prompts = List.copyOf(prompts);
    ignored = List.copyOf(ignored);
  }

  static CompletionRequest parse(Json body) {
    Fields fields = Fields.of(body, "");
    String model = fields.requireString("model");
    List<PromptInput> prompts = PromptInput.parse(fields.require("prompt"), "prompt");
    boolean echo = fields.bool("echo", false);
    int logprobs = fields.integer("logprobs", 0, MAX_LOGPROBS).orElse(-1);
    if (echo && logprobs >= 0) {
      throw Fields.unsupported(
          "echo", "log probabilities of the prompt are not reported; leave out one of the two.");
    }
    if (fields.string("suffix").filter(suffix -> !suffix.isEmpty()).isPresent()) {
      throw Fields.unsupported("suffix", "text is only continued here, not filled in.");
    }
    fields.string("user");
    OptionalInt maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
    Decoding decoding =
        Decoding.parse(fields, OptionalInt.of(maxTokens.orElse(DEFAULT_MAX_TOKENS)), logprobs);
    if ((long) prompts.size() * decoding.n() > PromptInput.MAX_PROMPTS) {
      throw Fields.invalid(
          "n", "prompts times 'n' is more than " + PromptInput.MAX_PROMPTS + " choices.");
    }
    return new CompletionRequest(fields.object(), model, prompts, echo, decoding, fields.ignored());
  }
}
