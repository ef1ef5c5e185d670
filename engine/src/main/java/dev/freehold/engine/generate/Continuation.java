// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.grammar.GrammarState;
import dev.freehold.engine.sampling.History;
import dev.freehold.engine.sampling.Sampled;
import dev.freehold.engine.sampling.Sampler;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an answer goes on from token to token: what generation and replay have in common, whether the
 * model runs here or in stages elsewhere. One thread at a time.
 */
public final class Continuation {
  private final ModelText model;
  private final GenerationRequest request;
  private final int promptLength;
  private final History history;
  private final AnswerText text;
  private final StopStrings stops;
  private @Nullable GrammarState grammar;
  private int produced;

  /**
   * An answer that has not begun.
   *
   * @throws RuntimeException a GrammarException if the vocabulary can't express the grammar
   */
  public Continuation(ModelText model, GenerationRequest request) {
    this.model = model;
    this.request = request;
    int[] prompt = request.prompt();
    promptLength = prompt.length;
    history = History.ofPrompt(prompt);
    text = model.answerText();
    stops = new StopStrings(request.stop());
    grammar = request.grammar() == null ? null : request.grammar().start(model.tokenBytes());
  }

  /** The next token, out of the logits of the position before it. */
  public Sampled choose(Sampler sampler, float[] logits, int offset) {
    return sampler.sample(
        logits,
        offset,
        model.configuration().vocabulary(),
        request.sampling(),
        request.choice(),
        promptLength + produced,
        history,
        grammar,
        request.topLogprobs());
  }

  /** Whether the model has this token, and what the request demands of the form allows it here. */
  public boolean allows(int token) {
    if (token < 0 || token >= model.configuration().vocabulary()) {
      return false;
    }
    if (grammar == null) {
      return true;
    }
    try {
      var _ = grammar.advance(token);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Takes the chosen token; says why the answer ends with it, if it does. */
  public Optional<FinishReason> accept(int token) {
    produced++;
    history.add(token);
    boolean end = model.isEnd(token);
    if (end && (grammar != null || !request.ignoreEnd())) {
      return Optional.of(FinishReason.STOP);
    }
    if (grammar != null) {
      grammar = grammar.advance(token);
    }
    if (!request.stop().isEmpty()) {
      stops.push(text.push(token));
      if (stops.found()) {
        return Optional.of(FinishReason.STOP);
      }
    }
    return produced == request.maxTokens() ? Optional.of(FinishReason.LENGTH) : Optional.empty();
  }
}
