// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import dev.freehold.engine.grammar.GrammarState;
import dev.freehold.kernel.Kernel;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a token out of logits, exactly as docs/formats/sampling.md says. Holds scratch memory:
 * one thread at a time.
 */
public final class Sampler {
  /** For {@code topLogprobs}: no log probabilities at all. */
  public static final int NO_LOGPROBS = -1;

  private float[] adjusted = new float[0];
  private final Weights weights;
  private final BitSet mask = new BitSet();

  /**
   * A sampler without memory of anything.
   *
   * @param kernel weighs the tokens; all give the same weights
   */
  public Sampler(Kernel kernel) {
    weights = new Weights(kernel);
  }

  /**
   * The token at one position.
   *
   * @param logits {@code vocabulary} values from {@code offset}; not changed
   * @param choice which of a request's n choices this is
   * @param position the sequence position that the token will have
   * @param grammar what may come, or null for anything
   * @param topLogprobs how many alternatives are wanted, 0 for the token's log probability alone,
   *     {@link #NO_LOGPROBS} for none
   * @throws ArithmeticException if a logit is NaN or infinite
   * @throws IllegalStateException if the grammar allows no token
   */
  public Sampled sample(
      float[] logits,
      int offset,
      int vocabulary,
      SamplingParameters p,
      int choice,
      int position,
      History history,
      @Nullable GrammarState grammar,
      int topLogprobs) {
    float[] l = logits;
    int from = offset;
    boolean adjusts = p.hasPenalties() || !p.logitBias().isEmpty();
    if (adjusts || grammar != null) {
      if (adjusted.length < vocabulary) {
        adjusted = new float[vocabulary];
      }
      System.arraycopy(logits, offset, adjusted, 0, vocabulary);
      l = adjusted;
      from = 0;
      adjust(vocabulary, p, history);
    }
    int best = Best.finite(l, from, vocabulary);
    if (grammar != null) {
      grammar.allowed(mask);
      best = forbid(vocabulary);
    }
    int token =
        p.isGreedy()
            ? best
            : weights.draw(
                l, from, vocabulary, l[from + best], p, Philox.draw(p.seed(), position, choice));
    return topLogprobs == NO_LOGPROBS
        ? new Sampled(token, Float.NaN, List.of())
        : weights.withLogprobs(logits, offset, vocabulary, token, topLogprobs);
  }

  private void adjust(int vocabulary, SamplingParameters p, History history) {
    if (p.hasPenalties()) {
      float repetition = p.repetitionPenalty();
      float frequency = p.frequencyPenalty();
      float presence = p.presencePenalty();
      for (int i = 0; i < history.size(); i++) {
        int token = history.token(i);
        if (token < 0 || token >= vocabulary) {
          continue;
        }
        float l = adjusted[token];
        l = l > 0 ? l / repetition : l * repetition;
        int count = history.outputCount(i);
        if (count > 0) {
          l = l - count * frequency;
          l = l - presence;
        }
        adjusted[token] = l;
      }
    }
    for (Map.Entry<Integer, Float> bias : p.logitBias().entrySet()) {
      if (bias.getKey() < vocabulary) {
        adjusted[bias.getKey()] += bias.getValue();
      }
    }
  }

  /** Sets what the mask lacks to minus infinity, and finds the best of the rest. */
  private int forbid(int vocabulary) {
    int allowed = mask.nextSetBit(0);
    if (allowed < 0 || allowed >= vocabulary) {
      throw new IllegalStateException("The grammar allows no token of this vocabulary.");
    }
    int from = 0;
    while (from < vocabulary) {
      int to = Math.min(vocabulary, mask.nextSetBit(from) < 0 ? vocabulary : mask.nextSetBit(from));
      Arrays.fill(adjusted, from, to, Float.NEGATIVE_INFINITY);
      from = mask.nextClearBit(to);
    }
    return Best.of(adjusted, 0, vocabulary);
  }
}
