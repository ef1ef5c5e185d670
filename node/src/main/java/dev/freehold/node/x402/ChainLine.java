// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.node.money.Money;

/** How the chain is reached. */
@FunctionalInterface
public interface ChainLine {
  /**
   * The chain.
   *
   * @throws RpcException if it does not answer, or is another one
   */
  Money.Ledger ledger() throws RpcException;
}
