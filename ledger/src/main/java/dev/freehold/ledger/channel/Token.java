// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.channel;

import com.esaulpaugh.headlong.abi.Function;
import com.esaulpaugh.headlong.abi.Tuple;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.record.Amount;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.util.Arrays;

/**
 * An ERC-20.
 *
 * @param chain on which it is
 * @param address where
 */
public record Token(Chain chain, Address address) {
  private static final Function BALANCE = PackedContract.TEST_DOLLAR.function("balanceOf");
  private static final Function APPROVE = PackedContract.TEST_DOLLAR.function("approve");
  private static final Function MINT = PackedContract.TEST_DOLLAR.function("mint");
  private static final Function NAME = PackedContract.TEST_DOLLAR.function("name");
  private static final Function VERSION = PackedContract.TEST_DOLLAR.function("version");
  private static final Function USED = PackedContract.TEST_DOLLAR.function("authorizationState");

  /**
   * The form that every token with ERC-3009 has; the one with the signature in one piece is newer.
   */
  private static final Function TRANSFER =
      Function.parse(
          "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,"
              + "bytes32)");

  private static final int TEXT = 256;

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

  /**
   * For which contract its holders sign transfers (EIP-712): what {@code name} and {@code version}
   * say, as ERC-3009's tokens have them.
   *
   * @throws RpcException.Unanswered if there is no answer, or no such token
   */
  public Domain domain() throws RpcException {
    return new Domain(text(NAME), text(VERSION), chain.id(), address);
  }

  /** Lets a contract take so many coins of whoever sends it. */
  public Effect approve(Address spender, Amount amount) {
    return Effect.call(
        address,
        APPROVE
            .encodeCallWithArgs(
                com.esaulpaugh.headlong.abi.Address.wrap(spender.toString()), amount.units())
            .array());
  }

  /** Makes coins of the development chain's money, on its minter's word. */
  public Effect mint(Address to, Amount amount) {
    return Effect.call(
        address,
        MINT.encodeCallWithArgs(
                com.esaulpaugh.headlong.abi.Address.wrap(to.toString()), amount.units())
            .array());
  }

  /**
   * Whether an authorization was used or cancelled (ERC-3009).
   *
   * @throws RpcException.Unanswered if there is no answer, or no such token
   */
  public boolean used(Address authorizer, Keccak256 nonce) throws RpcException {
    byte[] answer =
        chain.call(
            address,
            USED.encodeCallWithArgs(
                    com.esaulpaugh.headlong.abi.Address.wrap(authorizer.toString()), nonce.bytes())
                .array());
    try {
      Tuple values = USED.decodeReturn(answer);
      return values.<Boolean>get(0);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new RpcException.Unanswered("eth_call", address + " has no ERC-3009", e);
    }
  }

  /**
   * Transfers what an owner signed away; anybody may submit it.
   *
   * @throws IllegalArgumentException if only its recipient may
   */
  public Effect transfer(TransferAuthorization authorization, PaymentSignature signature) {
    if (authorization.kind() != TransferAuthorization.Kind.TRANSFER) {
      throw new IllegalArgumentException("only its recipient may submit this authorization");
    }
    byte[] compact = signature.compact();
    return Effect.call(
        address,
        TRANSFER
            .encodeCallWithArgs(
                com.esaulpaugh.headlong.abi.Address.wrap(authorization.from().toString()),
                com.esaulpaugh.headlong.abi.Address.wrap(authorization.to().toString()),
                authorization.value().units(),
                authorization.validAfter(),
                authorization.validBefore(),
                authorization.nonce().bytes(),
                27 + signature.parity(),
                Arrays.copyOf(compact, 32),
                Arrays.copyOfRange(compact, 32, 64))
            .array());
  }

  private String text(Function function) throws RpcException {
    byte[] answer = chain.call(address, function.encodeCallWithArgs().array());
    try {
      Tuple values = function.decodeReturn(answer);
      String text = values.get(0);
      if (text.length() <= TEXT) {
        return text;
      }
      throw new RpcException.Unanswered("eth_call", "an absurd name of the ERC-20", null);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new RpcException.Unanswered(
          "eth_call", address + " has no " + function.getName() + ", which ERC-3009 needs", e);
    }
  }
}
