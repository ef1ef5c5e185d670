// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.record.Amount;

/**
 * What was spent, or may be.
 *
 * @param pay in the token's smallest unit
 * @param answers that were paid for
 * @param tokens that were put out for it
 */
public record Spent(Amount pay, Amount answers, Amount tokens) {
  /** Nothing. */
  public static final Spent NOTHING = new Spent(Amount.ZERO, Amount.ZERO, Amount.ZERO);

  /** So many counts. */
  public static Spent of(Amount pay, long answers, long tokens) {
    return new Spent(pay, Amount.of(answers), Amount.of(tokens));
  }

  /** Both. */
  public Spent plus(Spent more) {
    return new Spent(pay.plus(more.pay), answers.plus(more.answers), tokens.plus(more.tokens));
  }

  /** What is left of it. */
  public Spent less(Spent gone) {
    return new Spent(
        pay.less(gone.pay.atMost(pay)),
        answers.less(gone.answers.atMost(answers)),
        tokens.less(gone.tokens.atMost(tokens)));
  }

  /** The same without the coins. */
  public Spent unpaid() {
    return new Spent(Amount.ZERO, answers, tokens);
  }

  /** Whether it is more than {@code most} in anything. */
  public boolean beyond(Spent most) {
    return pay.compareTo(most.pay) > 0
        || answers.compareTo(most.answers) > 0
        || tokens.compareTo(most.tokens) > 0;
  }
}
