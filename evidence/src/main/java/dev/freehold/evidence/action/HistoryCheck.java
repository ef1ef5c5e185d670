// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.control.AgentChain;
import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenFault;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.record.Digest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks a history that somebody presents: whole, signed, and the one that was published. */
public final class HistoryCheck {
  private HistoryCheck() {}

  /**
   * What was published of a history before somebody asked: from a checkpoint that witnesses
   * cosigned, or a ledger.
   *
   * @param steps how many steps it covers, at least 1
   * @param root the tree's root over them
   * @param lastOrNull digest of the whole last token of them; it binds every claim of every step,
   *     where the root binds what was judged and decided only
   */
  public record Anchor(long steps, TaggedDigest root, @Nullable Digest lastOrNull) {}

  /** What came of it. */
  public sealed interface Result {

    /**
     * It holds.
     *
     * @param history the history
     */
    record Holds(AgentHistory history) implements Result {}

    /**
     * It does not.
     *
     * @param fault the first thing that is wrong
     */
    record Broken(ChainFault fault) implements Result {}
  }

  /**
   * Replays tokens in the order given.
   *
   * @param tokens the agent's tokens, from step 0
   * @param key whose signatures count
   * @param measurement what has to have judged
   * @param anchors what was published; none says nothing about truncated or rewritten histories
   */
  public static Result check(
      List<Token> tokens, VerifyingKey key, TaggedDigest measurement, List<Anchor> anchors) {
    AgentHistory history = new AgentHistory();
    for (Token token : tokens) {
      long step = history.chain().steps();
      Optional<ChainFault> fault = signed(token, key, step);
      if (fault.isEmpty() && !token.measurement().equals(measurement)) {
        fault =
            fault(
                ChainFault.Kind.MEASUREMENT,
                step,
                "something with the measurement " + token.measurement() + " judged");
      }
      if (fault.isEmpty()) {
        fault = history.accept(token);
      }
      if (fault.isEmpty()) {
        fault = contradicted(history, anchors);
      }
      if (fault.isPresent()) {
        return new Result.Broken(fault.get());
      }
    }
    long steps = history.chain().steps();
    for (Anchor anchor : anchors) {
      if (anchor.steps() > steps) {
        return new Result.Broken(
            new ChainFault(
                ChainFault.Kind.TRUNCATED,
                steps,
                anchor.steps() + " steps were published, " + steps + " are shown"));
      }
    }
    return new Result.Holds(history);
  }

  /**
   * Whether two tokens prove that their signer shows different histories: both signed by the key,
   * for the same step of the same agent, and not the same.
   */
  public static boolean equivocate(Token one, Token other, VerifyingKey key) {
    return one.agent().equals(other.agent())
        && one.stepIndex() == other.stepIndex()
        && !one.digest().equals(other.digest())
        && one.verify(key) instanceof TokenReading.Accepted
        && other.verify(key) instanceof TokenReading.Accepted;
  }

  private static Optional<ChainFault> signed(Token token, VerifyingKey key, long step) {
    return switch (token.verify(key)) {
      case TokenReading.Accepted _ -> Optional.empty();
      case TokenReading.Refused(TokenFault _, String reason) ->
          fault(ChainFault.Kind.SIGNATURE, step, reason);
      case TokenReading.Undecided(Token _, String why) ->
          fault(ChainFault.Kind.SIGNATURE, step, why);
    };
  }

  private static Optional<ChainFault> contradicted(AgentHistory history, List<Anchor> anchors) {
    AgentChain chain = history.chain();
    for (Anchor anchor : anchors) {
      if (anchor.steps() != chain.steps()) {
        continue;
      }
      if (!anchor.root().equals(chain.root())) {
        return fault(
            ChainFault.Kind.REWRITTEN,
            chain.steps() - 1,
            "the root over " + chain.steps() + " steps is not the one that was published");
      }
      if (anchor.lastOrNull() != null && !chain.last().equals(Optional.of(anchor.lastOrNull()))) {
        return fault(
            ChainFault.Kind.REWRITTEN,
            chain.steps() - 1,
            "the token of this step is not the one that was published");
      }
    }
    return Optional.empty();
  }

  private static Optional<ChainFault> fault(ChainFault.Kind kind, long step, String reason) {
    return Optional.of(new ChainFault(kind, step, reason));
  }
}
