// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Limits;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The buyer's end of its channels. It signs nothing beyond the limits that a person set; a
 * channel's vouchers only grow; and how far they have grown is durable before one leaves. Safe for
 * use by many threads; the only one that writes its storage and signs with its key.
 */
public final class Payer {
  private final PaymentKey key;
  private final ChannelStorage<PayerChannel> storage;
  private final Limits limits;
  private final InstantSource clock;

  /** Owned by the payer's lock. */
  private final Map<ChannelId, Account> accounts = new HashMap<>();

  /** Held while a channel is taken that was not known. */
  private final ReentrantLock opening = new ReentrantLock();

  /** Everything but what is durable: owned by the payer's lock, where nothing else is said. */
  static final class Account {
    private final Channel channel;
    private final Keccak256 separator;
    private final Set<Purchase> running = new HashSet<>();

    /** Held while the file is written; never taken while the payer's lock is held. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Allotted to answers, perhaps not durable yet. */
    private PayerChannel end;

    /** Up to where it is known to be durable. */
    private Amount durable;

    private Account(PayerChannel end) {
      this.channel = end.channel();
      this.separator = channel.domain().separator();
      this.end = end;
      this.durable = end.signed();
    }

    private Amount reserved() {
      return running.stream().map(Purchase::reserved).reduce(Amount.ZERO, Amount::plus);
    }
  }

  /**
   * Takes up what is durable.
   *
   * @throws IOException if it can't be read: nothing may be signed then
   */
  public Payer(
      PaymentKey key, ChannelStorage<PayerChannel> storage, Limits limits, InstantSource clock)
      throws IOException {
    this.key = key;
    this.storage = storage;
    this.limits = limits;
    this.clock = clock;
    for (PayerChannel end : storage.all()) {
      accounts.put(end.channel().id(), new Account(end));
    }
  }

  /**
   * Takes a channel of ours, or what the chain holds of one now. Durable when it returns.
   *
   * @throws IllegalArgumentException if this key can't sign its vouchers
   */
  public void observe(Channel channel, ChannelState state) throws IOException {
    if (!channel.config().payerAuthorizer().equals(key.address())) {
      throw new IllegalArgumentException(
          "vouchers of the channel are signed by " + channel.config().payerAuthorizer());
    }
    ChannelId id = channel.id();
    Optional<Account> known;
    opening.lock();
    try {
      known = account(id);
      if (known.isEmpty()) {
        PayerChannel fresh = PayerChannel.fresh(channel, state);
        storage.write(fresh);
        synchronized (this) {
          accounts.put(id, new Account(fresh));
        }
        return;
      }
    } finally {
      opening.unlock();
    }
    Account account = known.get();
    account.writing.lock();
    try {
      PayerChannel seen;
      synchronized (this) {
        account.end = account.end.with(state);
        seen = account.end;
      }
      write(account, seen);
    } finally {
      account.writing.unlock();
    }
  }

  private synchronized Optional<Account> account(ChannelId id) {
    return Optional.ofNullable(accounts.get(id));
  }

  /** What is known of all channels. */
  public synchronized List<PayerChannel> channels() {
    return accounts.values().stream().map(account -> account.end).toList();
  }

  /**
   * Reserves coins for one answer. Of any number that race for the same coins, as many get them as
   * there are coins for.
   *
   * @param price that was agreed; it stays
   * @param most tokens that the answer may take
   * @param arrears what the seller says is unpaid of answers before, as far as the buyer believes
   *     it: after a fault of its own, and never more than the offer's window. Paid with the first
   *     voucher, and within the same limits
   * @throws IOException if the limits can't be read
   */
  public synchronized Reserving reserve(ChannelId id, Price price, TokenCounts most, Amount arrears)
      throws IOException {
    Account account = accounts.get(id);
    if (account == null) {
      return new Reserving.Refused(SpendingRefusal.UNKNOWN_CHANNEL);
    }
    Amount amount = price.cost(most).plus(arrears);
    Optional<SpendingRefusal> refusal = beyond(account, Amount.ZERO, amount, true);
    if (refusal.isPresent()) {
      return new Reserving.Refused(refusal.get());
    }
    Purchase purchase = new Purchase(this, account, price, amount, arrears);
    account.running.add(purchase);
    return new Reserving.Reserved(purchase);
  }

  Purchase.Payment pay(Purchase purchase, Amount due) throws IOException {
    Account account = purchase.account();
    Amount target;
    synchronized (this) {
      if (purchase.ended()) {
        return new Purchase.Payment.Refused(SpendingRefusal.ENDED);
      }
      if (due.compareTo(purchase.most()) > 0) {
        return new Purchase.Payment.Refused(SpendingRefusal.ABOVE_RESERVED);
      }
      Amount more = due.less(purchase.soFar());
      if (!more.equals(Amount.ZERO)) {
        // The limits may have been lowered, or a new day begun, since it was reserved.
        Optional<SpendingRefusal> refusal = beyond(account, purchase.soFar(), more, false);
        if (refusal.isPresent()) {
          return new Purchase.Payment.Refused(refusal.get());
        }
        account.end = account.end.signing(more, today());
        purchase.allot(due);
      }
      target = account.end.signed();
    }
    return new Purchase.Payment.Signed(signed(account, durably(account, target)));
  }

  private SignedVoucher signed(Account account, Amount amount) {
    Channel channel = account.channel;
    Voucher voucher = new Voucher(channel.id(), amount);
    return new SignedVoucher(
        channel.chain(),
        channel.contract(),
        voucher,
        key.sign(Domain.digest(account.separator, voucher)));
  }

  /**
   * The voucher that covers all that is durable of a channel: the same bytes as when it was signed,
   * and nothing beyond it. Empty where nothing was signed.
   */
  public Optional<SignedVoucher> latest(ChannelId id) {
    Account account;
    Amount durable;
    synchronized (this) {
      account = accounts.get(id);
      durable = account == null ? Amount.ZERO : account.durable;
    }
    return account == null || durable.equals(Amount.ZERO)
        ? Optional.empty()
        : Optional.of(signed(account, durable));
  }

  /** Makes at least so much durable, with whatever came meanwhile; returns how much it is. */
  private Amount durably(Account account, Amount target) throws IOException {
    account.writing.lock();
    try {
      PayerChannel now;
      synchronized (this) {
        if (account.durable.compareTo(target) >= 0) {
          return account.durable;
        }
        now = account.end;
      }
      write(account, now);
      return now.signed();
    } finally {
      account.writing.unlock();
    }
  }

  private void write(Account account, PayerChannel end) throws IOException {
    storage.write(end);
    synchronized (this) {
      account.durable = end.signed();
    }
  }

  synchronized void end(Purchase purchase) {
    purchase.end();
    purchase.account().running.remove(purchase);
  }

  synchronized Amount paid(Purchase purchase) {
    return purchase.soFar();
  }

  /**
   * Why so much more is too much; empty where it isn't.
   *
   * @param before paid for the same answer
   * @param reserving whether it is to be kept free as well of what is reserved already
   */
  private Optional<SpendingRefusal> beyond(
      Account account, Amount before, Amount more, boolean reserving) throws IOException {
    Coin coin = account.channel.coin();
    Address peer = account.channel.config().receiver();
    Optional<SpendingLimits> set = limits.of(coin);
    if (set.isEmpty()) {
      return Optional.of(SpendingRefusal.NO_LIMITS);
    }
    SpendingLimits limit = set.get();
    if (before.plus(more).compareTo(limit.answer()) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_ANSWER);
    }
    Amount reserved = reserving ? account.reserved() : Amount.ZERO;
    Amount held = account.end.state().covered();
    if (account.end.signed().plus(reserved).plus(more).compareTo(held) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_DEPOSIT);
    }
    Predicate<Account> sameCoin = each -> each.channel.coin().equals(coin);
    if (taken(sameCoin, reserving).plus(more).compareTo(limit.day()) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_DAY);
    }
    Predicate<Account> samePeer =
        sameCoin.and(each -> each.channel.config().receiver().equals(peer));
    if (taken(samePeer, reserving).plus(more).compareTo(limit.peer()) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_PEER);
    }
    return Optional.empty();
  }

  private Amount taken(Predicate<Account> which, boolean reserving) {
    Amount sum = Amount.ZERO;
    for (Account account : accounts.values()) {
      if (which.test(account)) {
        sum = sum.plus(spentToday(account));
        sum = reserving ? sum.plus(account.reserved()) : sum;
      }
    }
    return sum;
  }

  private Amount spentToday(Account account) {
    return account.end.spentOn(today());
  }

  /** The clock's day, or a later one on which was signed already: turning it back gains nothing. */
  private LocalDate today() {
    LocalDate day = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    for (Account account : accounts.values()) {
      if (account.end.day().isAfter(day)) {
        day = account.end.day();
      }
    }
    return day;
  }

  /** What came of asking for coins. */
  public sealed interface Reserving {
    /**
     * They are kept for this answer.
     *
     * @param purchase to be closed
     */
    record Reserved(Purchase purchase) implements Reserving {}

    /**
     * They are not to be had.
     *
     * @param refusal why
     */
    record Refused(SpendingRefusal refusal) implements Reserving {}
  }
}
