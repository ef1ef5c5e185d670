// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.event;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import java.util.List;
import java.util.Optional;

/** Reads the events of one contract, without state of its own: the caller keeps the cursor. */
public final class EventReader {
  private final Chain chain;
  private final Address contract;
  private final int depth;
  private final int most;

  /**
   * Nothing is read yet.
   *
   * @param depth how many blocks must follow a block before it is read
   * @param most how many blocks are asked for at once
   */
  public EventReader(Chain chain, Address contract, int depth, int most) {
    if (depth < 0 || most < 1) {
      throw new IllegalArgumentException("a depth and a number of blocks");
    }
    this.chain = chain;
    this.contract = contract;
    this.depth = depth;
    this.most = most;
  }

  /**
   * A cursor that stands behind a block, usually the one before the contract was created.
   *
   * @throws RpcException.Refused if there is no such block
   */
  public Reading.Cursor behind(long block) throws RpcException {
    Optional<Chain.Block> there = chain.block(block);
    if (there.isEmpty()) {
      throw new RpcException.Refused("eth_getBlockByNumber", "there is no block " + block);
    }
    return new Reading.Cursor(block, there.get().hash());
  }

  /**
   * The events of the next blocks after the cursor's. Asked again with the same cursor it gives the
   * same events, or more, or says that they never happened.
   *
   * @throws RpcException.Unanswered if the chain can't be reached or changed meanwhile: ask again
   */
  public Reading read(Reading.Cursor cursor) throws RpcException {
    if (!there(cursor.block(), cursor.hash())) {
      return new Reading.Reorganised(cursor);
    }
    long from = cursor.block() + 1;
    long to = Math.min(chain.head().number() - depth, cursor.block() + most);
    if (to < from) {
      return new Reading.Events(List.of(), cursor);
    }
    Reading.Cursor next = behind(to);
    List<Chain.Told> events = chain.told(contract, from, to);
    // All blocks between are ancestors of the last one: if both ends are still there, so are they.
    if (!there(to, next.hash()) || !there(cursor.block(), cursor.hash())) {
      throw new RpcException.Unanswered("eth_getLogs", "the chain changed while it was read", null);
    }
    return new Reading.Events(events, next);
  }

  private boolean there(long block, Keccak256 hash) throws RpcException {
    return chain.block(block).map(found -> found.hash().equals(hash)).orElse(false);
  }
}
