// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.evidence.Transcript;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What template and tokenizer of an order's model, without its weights, say of answers to that
 * order. Any thread may call.
 */
public interface TokenCheck {
  /**
   * What came of counting an answer.
   *
   * @param judgement Holds where its counts, its end and its text are what its tokens make them
   * @param doubtful whether it has far more tokens than its text takes, which only a replay
   *     explains
   */
  record Counted(Judgement judgement, boolean doubtful) {
    /** Nothing can be said. */
    static Counted cannot(String why) {
      return new Counted(new Judgement.CannotJudge(why), false);
    }
  }

  /** An answer has begun to come: what takes a while may be prepared. Returns at once. */
  void begin();

  /**
   * How many tokens the order's prompts have, each counted once; empty where that can't be said
   * here. It waits until that is known.
   */
  OptionalInt promptTokens() throws InterruptedException;

  /** Follows an answer while it comes; empty where that can't be done here, or not yet. */
  Optional<Following> follow();

  /** Compares tokens that a machine shows with what it gives of them. One thread at a time. */
  interface Following {
    /**
     * Takes tokens of a choice.
     *
     * @param tokens those that were shown since it was last called, none of them negative
     * @param text all that was given of the choice so far (see {@link Words})
     * @return why both can't be of one answer; empty where they can
     */
    Optional<String> next(int choice, List<Integer> tokens, String text);
  }

  /** Counts an answer whose receipt was found to be one to the order. */
  Counted judge(Transcript transcript) throws InterruptedException;

  /** Where no tokenizer is: nothing can be said. */
  static TokenCheck none() {
    return new TokenCheck() {
      @Override
      public void begin() {
        // There is nothing to be prepared.
      }

      @Override
      public OptionalInt promptTokens() {
        return OptionalInt.empty();
      }

      @Override
      public Optional<Following> follow() {
        return Optional.empty();
      }

      @Override
      public Counted judge(Transcript transcript) {
        return Counted.cannot("the tokenizer of the model is not on this machine");
      }
    };
  }
}
