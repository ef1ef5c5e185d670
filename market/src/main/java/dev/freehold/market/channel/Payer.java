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
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.Grant;
import dev.freehold.market.spending.Limits;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.market.spending.Spent;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Instant;
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
  private final Budget budget;
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

    private Spent reserved() {
      return running.stream().map(Purchase::reserved).reduce(Spent.NOTHING, Spent::plus);
    }
  }

  /**
   * Takes up what is durable.
   *
   * @throws IOException if it can't be read: nothing may be signed then
   */
  public Payer(
      PaymentKey key,
      ChannelStorage<PayerChannel> storage,
      Limits limits,
      Budget budget,
      InstantSource clock)
      throws IOException {
    this.key = key;
    this.storage = storage;
    this.limits = limits;
    this.budget = budget;
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
   * @throws IOException if the limits or the budget can't be read
   */
  public synchronized Reserving reserve(ChannelId id, Wanted wanted) throws IOException {
    Account account = accounts.get(id);
    if (account == null) {
      return new Reserving.Refused(SpendingRefusal.UNKNOWN_CHANNEL);
    }
    Purchase purchase = new Purchase(this, account, wanted);
    Optional<SpendingRefusal> refusal = beyond(purchase, purchase.reserved(), true);
    if (refusal.isPresent()) {
      return new Reserving.Refused(refusal.get());
    }
    account.running.add(purchase);
    return new Reserving.Reserved(purchase);
  }

  /**
   * @param output tokens of the answer that are paid with it
   */
  Purchase.Payment pay(Purchase purchase, Amount due, int output) throws IOException {
    Account account = purchase.account();
    Amount target;
    synchronized (this) {
      if (purchase.ended()) {
        return new Purchase.Payment.Refused(SpendingRefusal.ENDED);
      }
      if (due.compareTo(purchase.wanted().cost()) > 0) {
        return new Purchase.Payment.Refused(SpendingRefusal.ABOVE_RESERVED);
      }
      Spent more = Spent.of(due, 1, output).less(purchase.spent());
      if (!more.pay().equals(Amount.ZERO)) {
        // The limits may have been lowered, the mandate ended, or a new day begun, since it was
        // reserved.
        Optional<SpendingRefusal> refusal = beyond(purchase, more, false);
        if (refusal.isPresent()) {
          return new Purchase.Payment.Refused(refusal.get());
        }
        account.end = account.end.signing(more, today());
        purchase.allot(more);
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
    return purchase.spent().pay();
  }

  /**
   * Why so much more is too much; empty where it isn't.
   *
   * @param reserving whether it is to be kept free as well of what is reserved already
   */
  private Optional<SpendingRefusal> beyond(Purchase purchase, Spent more, boolean reserving)
      throws IOException {
    Optional<SpendingRefusal> outside = outsideMandate(purchase, more, reserving);
    if (outside.isPresent()) {
      return outside;
    }
    Account account = purchase.account();
    Coin coin = account.channel.coin();
    Address peer = account.channel.config().receiver();
    Optional<SpendingLimits> set = limits.of(coin);
    if (set.isEmpty()) {
      return Optional.of(SpendingRefusal.NO_LIMITS);
    }
    SpendingLimits limit = set.get();
    if (purchase.spent().pay().plus(more.pay()).compareTo(limit.answer()) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_ANSWER);
    }
    Amount reserved = reserving ? account.reserved().pay() : Amount.ZERO;
    Amount held = account.end.state().covered();
    if (account.end.signed().plus(reserved).plus(more.pay()).compareTo(held) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_DEPOSIT);
    }
    Predicate<Account> sameCoin = each -> each.channel.coin().equals(coin);
    if (taken(sameCoin, reserving).plus(more.pay()).compareTo(limit.day()) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_DAY);
    }
    Predicate<Account> samePeer =
        sameCoin.and(each -> each.channel.config().receiver().equals(peer));
    if (taken(samePeer, reserving).plus(more.pay()).compareTo(limit.peer()) > 0) {
      return Optional.of(SpendingRefusal.ABOVE_PEER);
    }
    return Optional.empty();
  }

  /** What the owner's mandate says against it, where there is one. */
  private Optional<SpendingRefusal> outsideMandate(Purchase purchase, Spent more, boolean reserving)
      throws IOException {
    Account account = purchase.account();
    Wanted wanted = purchase.wanted();
    return switch (budget.standing(moment())) {
      case Budget.Standing.Unset _ -> Optional.empty();
      case Budget.Standing.Closed _ -> Optional.of(SpendingRefusal.MANDATE_CLOSED);
      case Budget.Standing.Open(Grant grant, Spent most) -> {
        if (!grant.coin().equals(account.channel.coin())) {
          yield Optional.of(SpendingRefusal.MANDATE_COIN);
        }
        if (!grant.names(
            wanted.model(), wanted.name(), wanted.seller(), account.channel.config().receiver())) {
          yield Optional.of(SpendingRefusal.OUTSIDE_MANDATE);
        }
        if (wanted.most().output() > grant.allow().output()) {
          yield Optional.of(SpendingRefusal.ABOVE_MANDATE_ANSWER);
        }
        yield spent(grant.coin(), reserving).plus(more).beyond(most)
            ? Optional.of(SpendingRefusal.ABOVE_MANDATE)
            : Optional.empty();
      }
    };
  }

  /** All that was ever spent: coins of this kind, and answers and tokens for coins of any kind. */
  public synchronized Spent spent(Coin coin) {
    return spent(coin, false);
  }

  private Spent spent(Coin coin, boolean reserving) {
    Spent sum = Spent.NOTHING;
    for (Account account : accounts.values()) {
      Spent one = account.end.spent();
      one = reserving ? one.plus(account.reserved()) : one;
      sum = sum.plus(account.channel.coin().equals(coin) ? one : one.unpaid());
    }
    return sum;
  }

  private Amount taken(Predicate<Account> which, boolean reserving) {
    Amount sum = Amount.ZERO;
    for (Account account : accounts.values()) {
      if (which.test(account)) {
        sum = sum.plus(spentToday(account));
        sum = reserving ? sum.plus(account.reserved().pay()) : sum;
      }
    }
    return sum;
  }

  /** The clock's moment, or the begin of a later day on which was signed already. */
  private Timestamp moment() {
    Instant now = clock.instant();
    Instant day = today().atStartOfDay(ZoneOffset.UTC).toInstant();
    return new Timestamp(day.isAfter(now) ? day : now);
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
