// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.channel;

import com.esaulpaugh.headlong.abi.Function;
import com.esaulpaugh.headlong.abi.Tuple;
import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Amount;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;

/**
 * An ERC-20.
 *
 * @param chain on which it is
 * @param address where
 */
public record Token(Chain chain, Address address) {
  private static final Function BALANCE = PackedContract.TEST_DOLLAR.function("balanceOf");

  /**
   * How much of it an account has.
   *
   * @throws RpcException.Unanswered if there is no answer, or no such token
   */
  public Amount balance(Address owner) throws RpcException {
    byte[] answer =
        chain.call(
            address,
            BALANCE
                .encodeCallWithArgs(com.esaulpaugh.headlong.abi.Address.wrap(owner.toString()))
                .array());
    try {
      Tuple values = BALANCE.decodeReturn(answer);
      return new Amount(values.<BigInteger>get(0));
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new RpcException.Unanswered("eth_call", "no ERC-20 at " + address, e);
    }
  }
}
