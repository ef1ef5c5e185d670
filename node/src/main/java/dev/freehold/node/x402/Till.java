// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.market.x402.SettlementResponse;
import java.util.List;

/** Where answers are paid. Safe for use by many threads. */
public interface Till {
  /** In what is paid. */
  Coin coin();

  /**
   * The ways to pay a bill, the first the one that is recommended.
   *
   * @throws RpcException if the chain must be asked, and does not answer
   */
  List<PaymentRequirements> ways(Bill bill) throws RpcException;

  /** Judges a payment before anything is done for it; nothing is taken yet. */
  Verification verify(PaymentPayload payment, Bill bill);

  /**
   * Gives coins back that were not charged.
   *
   * @throws InterruptedException if the thread is interrupted while the chain works; what was sent
   *     is looked up later
   */
  SettlementResponse refund(PaymentPayload payment) throws InterruptedException;
}
