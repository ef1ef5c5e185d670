// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * Makes transactions happen once. An intent is durable before anything is sent; what is unknown is
 * looked up; what is sent again is the same bytes, or has the same nonce. The only writer of its
 * account: two submitters of one key would displace each other's transactions.
 */
public final class Submitter {
  private final Chain chain;
  private final PaymentKey key;
  private final IntentStorage storage;
  private final int depth;

  /**
   * Nothing is read or sent yet.
   *
   * @param depth how many blocks must follow a transaction's block before its outcome counts as
   *     known; on the development chain none
   */
  public Submitter(Chain chain, PaymentKey key, IntentStorage storage, int depth) {
    if (depth < 0) {
      throw new IllegalArgumentException("a depth is a number of blocks");
    }
    this.chain = chain;
    this.key = key;
    this.storage = storage;
    this.depth = depth;
  }

  /** The account. */
  public Address account() {
    return key.address();
  }

  /**
   * Makes an effect happen once for this purpose, however often it is asked for: where there is an
   * intent for it already, that one is looked up instead. The result may be pending.
   *
   * @throws IllegalArgumentException if the purpose is already that of another effect
   * @throws IOException if it can't be written down: nothing was sent now
   * @throws RpcException.Refused if the chain says beforehand that it would fail, or the account
   *     has too little for it: nothing was sent
   * @throws RpcException.Unanswered if the chain can't be reached: ask again
   */
  public synchronized Intent submit(Intent.Purpose purpose, Effect effect)
      throws IOException, RpcException {
    List<Intent> all = storage.all();
    Optional<Intent> known =
        all.stream().filter(intent -> intent.purpose().equals(purpose)).findFirst();
    if (known.isPresent()) {
      if (!known.get().effect().equals(effect)) {
        throw new IllegalArgumentException("'" + purpose + "' was for another effect before");
      }
      return lookUp(known.get());
    }
    long nonce = chain.transactionCount(key.address());
    for (Intent intent : all) {
      nonce = Math.max(nonce, intent.nonce() + 1);
    }
    long estimate = chain.gas(key.address(), effect.to(), effect.value(), effect.data());
    Transaction transaction =
        new Transaction(chain.id(), nonce, fees(), estimate + estimate / 4, effect);
    requireFunds(transaction);
    Intent intent =
        new Intent(purpose, nonce, effect, List.of(transaction.sign(key)), new Outcome.Pending());
    storage.write(intent);
    return send(intent);
  }

  /** The intent of a purpose as it is written down, not looked up; empty where there is none. */
  public synchronized Optional<Intent> known(Intent.Purpose purpose) throws IOException {
    return storage.all().stream().filter(each -> each.purpose().equals(purpose)).findFirst();
  }

  /**
   * Looks up what became of every pending intent, oldest first, and hands those to the chain again
   * that it has lost; so too those whose outcome was known, where the chain has taken back that the
   * account got so far: else nothing after them could ever happen. To be called at the start and
   * now and then.
   */
  public synchronized List<Intent> lookUpAll() throws IOException, RpcException {
    List<Intent> all = storage.all();
    boolean known = all.stream().anyMatch(intent -> !intent.pending());
    long used = known ? chain.transactionCount(key.address(), chain.head().number()) : 0;
    for (Intent intent : all) {
      boolean back = !intent.pending() && intent.nonce() >= used;
      lookUp(back ? kept(intent.with(new Outcome.Pending())) : intent);
    }
    return storage.all();
  }

  /**
   * Looks whether a known outcome still stands. Where its block was taken back after all, deeper
   * than was thought possible, the intent is pending again and handed to the chain where it lost
   * it.
   *
   * @return what is known now
   */
  public synchronized Intent recheck(Intent.Purpose purpose) throws IOException, RpcException {
    Intent intent = required(purpose);
    boolean stands =
        switch (intent.outcome()) {
          case Outcome.Executed(long block, Keccak256 hash) -> isThere(block, hash);
          case Outcome.Reverted(long block, Keccak256 hash) -> isThere(block, hash);
          case Outcome.Pending() -> false;
          case Outcome.Displaced() -> true;
        };
    if (stands) {
      return intent;
    }
    return lookUp(intent.pending() ? intent : kept(intent.with(new Outcome.Pending())));
  }

  private boolean isThere(long number, Keccak256 hash) throws RpcException {
    return chain.block(number).map(block -> block.hash().equals(hash)).orElse(false);
  }

  private void requireFunds(Transaction transaction) throws RpcException {
    BigInteger cost =
        transaction
            .fees()
            .most()
            .units()
            .multiply(BigInteger.valueOf(transaction.gasLimit()))
            .add(transaction.effect().value().units());
    Amount balance = chain.balance(key.address());
    if (balance.units().compareTo(cost) < 0) {
      throw new RpcException.Refused(
          "the transaction",
          "the account " + key.address() + " has " + balance + ", and it may cost " + cost);
    }
  }

  private Intent required(Intent.Purpose purpose) throws IOException {
    return known(purpose)
        .orElseThrow(() -> new IllegalArgumentException("there is no intent '" + purpose + "'"));
  }

  /**
   * Replaces what waits too long for a block by the same with higher fees. An intent that is in a
   * block, or isn't pending any more, is returned as it is.
   */
  public synchronized Intent hurry(Intent.Purpose purpose) throws IOException, RpcException {
    Intent intent = required(purpose);
    Intent now = lookUp(intent);
    if (!now.pending()) {
      return now;
    }
    for (Attempt attempt : now.attempts()) {
      if (chain.mined(attempt.hash()).isPresent()) {
        return now;
      }
    }
    Attempt last = now.last();
    Transaction transaction =
        new Transaction(
            chain.id(),
            now.nonce(),
            last.fees().raised().atLeast(fees()),
            last.gasLimit(),
            now.effect());
    Intent hurried = now.with(transaction.sign(key));
    storage.write(hurried);
    return send(hurried);
  }

  private Intent lookUp(Intent intent) throws IOException, RpcException {
    if (!intent.pending()) {
      return intent;
    }
    long head = chain.head().number();
    long settled = head - depth;
    for (Attempt attempt : intent.attempts()) {
      Optional<Chain.Mined> mined = chain.mined(attempt.hash());
      if (mined.isPresent()) {
        return settled < mined.get().block() ? intent : known(intent, mined.get());
      }
    }
    if (settled >= 0 && chain.transactionCount(key.address(), settled) > intent.nonce()) {
      // The receipts were asked for first; one may have come since. Only silence now is an answer.
      for (Attempt attempt : intent.attempts()) {
        if (chain.mined(attempt.hash()).isPresent() || chain.knows(attempt.hash())) {
          return intent;
        }
      }
      return kept(intent.with(new Outcome.Displaced()));
    }
    for (Attempt attempt : intent.attempts()) {
      if (chain.knows(attempt.hash())) {
        return intent;
      }
    }
    return send(intent);
  }

  private Intent known(Intent intent, Chain.Mined mined) throws IOException, RpcException {
    if (!isThere(mined.block(), mined.blockHash())) {
      return intent;
    }
    return kept(
        intent.with(
            mined.succeeded()
                ? new Outcome.Executed(mined.block(), mined.blockHash())
                : new Outcome.Reverted(mined.block(), mined.blockHash())));
  }

  private Intent kept(Intent intent) throws IOException {
    storage.write(intent);
    return intent;
  }

  /** Whatever the chain answers: the intent is pending, and what became of it is looked up. */
  private Intent send(Intent intent) {
    try {
      chain.send(intent.last().raw());
    } catch (RpcException e) {
      // It may be refused for having arrived before, or have arrived without an answer.
      return intent;
    }
    return intent;
  }

  private Fees fees() throws RpcException {
    return Fees.over(chain.head().baseFee(), chain.priorityFee());
  }
}
