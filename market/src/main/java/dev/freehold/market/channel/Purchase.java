// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Spent;
import dev.freehold.record.Amount;
import java.io.IOException;

/**
 * One answer that is being bought: coins are reserved for it until it is closed. Used by one thread
 * at a time.
 */
public final class Purchase implements AutoCloseable {
  private final Payer payer;
  private final Payer.Account account;
  private final Wanted wanted;
  private Spent spent = Spent.NOTHING;
  private boolean ended;

  Purchase(Payer payer, Payer.Account account, Wanted wanted) {
    this.payer = payer;
    this.account = account;
    this.wanted = wanted;
  }

  /**
   * Pays for what the seller has counted so far, where we have counted no less ourselves. The
   * voucher it gives covers all answers of this channel up to now; asked again for as much or less,
   * it covers the same. It is durable that it was signed before it is returned.
   *
   * @param asked what the seller says this answer has taken so far
   * @param counted what we count of it ourselves: the prompt exactly, of the answer what has come
   * @throws IOException if it can't be written down: nothing was signed, ask again
   */
  public Payment pay(TokenCounts asked, TokenCounts counted) throws IOException {
    if (asked.input() > counted.input() || asked.output() > counted.output()) {
      return new Payment.Refused(SpendingRefusal.OVERCOUNTED);
    }
    return payer.pay(this, due(asked), asked.output());
  }

  /** What an answer of so many tokens costs, with the arrears that are paid along with it. */
  public Amount due(TokenCounts counts) {
    return wanted.arrears().plus(wanted.price().cost(counts));
  }

  /** Gives back what was reserved and is not spent. Vouchers that were signed stay signed. */
  @Override
  public void close() {
    payer.end(this);
  }

  /** How much of the channel's coins went to this answer, arrears included. */
  public Amount paid() {
    return payer.paid(this);
  }

  Payer.Account account() {
    return account;
  }

  // All below is the payer's, under its lock.

  Wanted wanted() {
    return wanted;
  }

  /** What went to this answer so far. */
  Spent spent() {
    return spent;
  }

  /** What else may go to it. */
  Spent reserved() {
    return ended ? Spent.NOTHING : most().less(spent);
  }

  private Spent most() {
    return Spent.of(wanted.cost(), 1, wanted.most().output());
  }

  boolean ended() {
    return ended;
  }

  void allot(Spent more) {
    spent = spent.plus(more);
  }

  void end() {
    ended = true;
  }

  /** What came of asking for a payment. */
  public sealed interface Payment {
    /**
     * To be handed to the seller.
     *
     * @param voucher of the whole channel
     */
    record Signed(SignedVoucher voucher) implements Payment {}

    /**
     * Nothing was signed.
     *
     * @param refusal why
     */
    record Refused(SpendingRefusal refusal) implements Payment {}
  }
}
