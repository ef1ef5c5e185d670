// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The seller's end of its channels. It serves ahead of payment by no more than its window, takes
 * only vouchers that the chain covers, and has the best one durable before it serves for it. Safe
 * for use by many threads; the only one that writes its storage.
 */
public final class Payee {
  private static final Address NOBODY = Address.of(new byte[Address.BYTES]);

  private final Rules rules;
  private final ChannelStorage<PayeeChannel> storage;
  private final Keccak256 separator;
  private final Map<ChannelId, Account> accounts = new ConcurrentHashMap<>();

  /**
   * On what terms it sells.
   *
   * @param coin in what it is paid
   * @param receiver whose coins they become
   * @param authorizer who claims for it
   * @param window how much may be unpaid
   * @param delay how long a withdrawal must take at least
   * @param mostChannels that are kept
   */
  public record Rules(
      Coin coin,
      Address receiver,
      Address authorizer,
      Amount window,
      Duration delay,
      int mostChannels) {
    /**
     * Checks the delay.
     *
     * @throws IllegalArgumentException if the contract would refuse it
     */
    public Rules {
      ChannelConfig.requireDelay(delay);
    }
  }

  /** A channel; its monitor is held while its file is written. */
  private static final class Account {
    /** As it is durable. */
    private PayeeChannel end;

    /** What was served in all; at most as much as is paid and the window. */
    private Amount served;

    /** Whether an answer is under way that is charged at its end. */
    private boolean held;

    private Account(PayeeChannel end) {
      this.end = end;
      this.served = end.served();
    }

    private Amount paid() {
      return end.charged();
    }
  }

  /**
   * Takes up what is durable. What was paid and perhaps not served when it stopped counts as
   * served, unless it was {@link #close closed}.
   *
   * @throws IOException if it can't be read, or a voucher in it is no good: nothing may be served
   */
  public Payee(Rules rules, ChannelStorage<PayeeChannel> storage) throws IOException {
    this.rules = rules;
    this.storage = storage;
    this.separator =
        Domain.ofPaymentChannels(rules.coin().chain(), rules.coin().contract()).separator();
    for (PayeeChannel end : storage.all()) {
      if (!end.channel().coin().equals(rules.coin())) {
        throw new IOException(
            "the channel " + end.channel().id() + " is in another coin than is sold for");
      }
      Optional<Claimable> claimable = end.claimable();
      if (claimable.isPresent()
          && !claimable
              .get()
              .best()
              .signedBy(end.channel().config().payerAuthorizer(), separator)) {
        throw new IOException("the voucher kept of " + end.channel().id() + " is not its payer's");
      }
      accounts.put(end.channel().id(), new Account(end));
    }
  }

  /**
   * Takes a channel that a buyer names, as the chain holds it now. Asked again, it takes what the
   * chain holds now. Durable when it returns.
   */
  public Optional<OpeningRefusal> open(Channel channel, ChannelState state) throws IOException {
    Optional<OpeningRefusal> refusal = unfit(channel);
    if (refusal.isPresent()) {
      return refusal;
    }
    ChannelId id = channel.id();
    Account known = accounts.get(id);
    if (known != null) {
      observe(id, state);
      return Optional.empty();
    }
    if (state.covered().compareTo(state.claimed()) <= 0) {
      return Optional.of(OpeningRefusal.UNFUNDED);
    }
    synchronized (accounts) {
      if (accounts.containsKey(id)) {
        return Optional.empty();
      }
      if (accounts.size() >= rules.mostChannels()) {
        return Optional.of(OpeningRefusal.TOO_MANY);
      }
      PayeeChannel fresh = PayeeChannel.fresh(channel, state);
      storage.write(fresh);
      accounts.put(id, new Account(fresh));
    }
    return Optional.empty();
  }

  private Optional<OpeningRefusal> unfit(Channel channel) {
    ChannelConfig config = channel.config();
    if (!channel.chain().equals(rules.coin().chain())) {
      return Optional.of(OpeningRefusal.OTHER_CHAIN);
    }
    if (!channel.contract().equals(rules.coin().contract())) {
      return Optional.of(OpeningRefusal.OTHER_CONTRACT);
    }
    if (!config.token().equals(rules.coin().token())) {
      return Optional.of(OpeningRefusal.OTHER_TOKEN);
    }
    if (!config.receiver().equals(rules.receiver())) {
      return Optional.of(OpeningRefusal.OTHER_RECEIVER);
    }
    if (!config.receiverAuthorizer().equals(rules.authorizer())) {
      return Optional.of(OpeningRefusal.OTHER_AUTHORIZER);
    }
    if (config.payerAuthorizer().equals(NOBODY)) {
      return Optional.of(OpeningRefusal.NO_VOUCHER_KEY);
    }
    if (config.withdrawDelay().compareTo(rules.delay()) < 0) {
      return Optional.of(OpeningRefusal.DELAY_TOO_SHORT);
    }
    return Optional.empty();
  }

  /**
   * Takes what the chain holds of a channel now: deposits, claims, a withdrawal. Durable when it
   * returns. A channel that was not opened here is passed over.
   */
  public void observe(ChannelId id, ChannelState state) throws IOException {
    Account account = accounts.get(id);
    if (account == null) {
      return;
    }
    synchronized (account) {
      if (!account.end.state().equals(state)) {
        // Claimed beyond our best voucher: by one that we have lost, for what was served.
        boolean lost = state.claimed().compareTo(account.end.due()) > 0;
        Amount served = lost ? account.served.atLeast(state.claimed()) : account.served;
        write(account, account.end.with(state), served);
      }
    }
  }

  /**
   * Takes a voucher, or says why not. Where it is taken it is durable.
   *
   * @throws IOException if it can't be written down: it was not taken, and may be offered again
   */
  public Optional<VoucherRefusal> accept(SignedVoucher offered) throws IOException {
    if (!offered.chain().equals(rules.coin().chain())) {
      return Optional.of(VoucherRefusal.OTHER_CHAIN);
    }
    if (!offered.contract().equals(rules.coin().contract())) {
      return Optional.of(VoucherRefusal.OTHER_CONTRACT);
    }
    Account account = accounts.get(offered.voucher().channel());
    if (account == null) {
      return Optional.of(VoucherRefusal.UNKNOWN_CHANNEL);
    }
    Amount amount = offered.voucher().maxClaimable();
    synchronized (account) {
      PayeeChannel end = account.end;
      if (account.held) {
        return Optional.of(VoucherRefusal.BUSY);
      }
      if (amount.compareTo(end.due()) <= 0) {
        return Optional.of(VoucherRefusal.NOT_HIGHER);
      }
      Optional<VoucherRefusal> uncovered = uncovered(end, offered);
      if (uncovered.isPresent()) {
        return uncovered;
      }
      write(account, end.with(amount, offered.signature()).owing(amount), account.served);
    }
    return Optional.empty();
  }

  private Optional<VoucherRefusal> uncovered(PayeeChannel end, SignedVoucher offered) {
    Amount amount = offered.voucher().maxClaimable();
    if (amount.compareTo(end.state().balance()) > 0) {
      return Optional.of(VoucherRefusal.ABOVE_DEPOSIT);
    }
    if (amount.compareTo(end.state().covered()) > 0) {
      return Optional.of(VoucherRefusal.WITHDRAWING);
    }
    if (!offered.signedBy(end.channel().config().payerAuthorizer(), separator)) {
      return Optional.of(VoucherRefusal.WRONG_SIGNATURE);
    }
    return Optional.empty();
  }

  /**
   * Takes a voucher for one answer that is charged at its end, for no more than {@code most}. The
   * voucher is for what was charged before and that, exactly; durable when this returns. Until the
   * hold is closed the channel takes no other.
   *
   * @throws IOException if it can't be written down: it was not taken
   */
  public Taking hold(SignedVoucher offered, Amount most) throws IOException {
    if (!offered.chain().equals(rules.coin().chain())) {
      return new Taking.Refused(VoucherRefusal.OTHER_CHAIN);
    }
    if (!offered.contract().equals(rules.coin().contract())) {
      return new Taking.Refused(VoucherRefusal.OTHER_CONTRACT);
    }
    Account account = accounts.get(offered.voucher().channel());
    if (account == null) {
      return new Taking.Refused(VoucherRefusal.UNKNOWN_CHANNEL);
    }
    synchronized (account) {
      PayeeChannel end = account.end;
      if (account.held) {
        return new Taking.Refused(VoucherRefusal.BUSY);
      }
      if (!offered.voucher().maxClaimable().equals(end.charged().plus(most))) {
        return new Taking.Refused(VoucherRefusal.OTHER_PLACE);
      }
      Optional<VoucherRefusal> uncovered = uncovered(end, offered);
      if (uncovered.isPresent()) {
        return new Taking.Refused(uncovered.get());
      }
      PayeeChannel next = end.with(offered.voucher().maxClaimable(), offered.signature());
      if (!next.equals(end)) {
        write(account, next, account.served);
      }
      account.held = true;
      return new Taking.Held(new Hold(account, end.charged(), most));
    }
  }

  /** What came of a voucher for one answer. */
  public sealed interface Taking {
    /**
     * It is taken.
     *
     * @param hold until it is closed
     */
    record Held(Hold hold) implements Taking {}

    /**
     * It is not.
     *
     * @param refusal why
     */
    record Refused(VoucherRefusal refusal) implements Taking {}
  }

  /** One answer of a channel that is charged at its end, once. Closed, it lets the channel go. */
  public final class Hold implements AutoCloseable {
    private final Account account;
    private final Amount before;
    private final Amount most;
    private boolean closed;

    private Hold(Account account, Amount before, Amount most) {
      this.account = account;
      this.before = before;
      this.most = most;
    }

    /**
     * Charges what the answer cost, and lets the channel go. Durable when it returns.
     *
     * @return what was charged of the channel in all
     * @throws IllegalArgumentException if it is more than was held
     * @throws IllegalStateException if it was charged or closed before
     * @throws IOException if it can't be written down: the answer is not to be given out
     */
    public Amount charge(Amount cost) throws IOException {
      if (cost.compareTo(most) > 0) {
        throw new IllegalArgumentException(cost + " is more than the " + most + " that were held");
      }
      synchronized (account) {
        if (closed) {
          throw new IllegalStateException("this answer was charged or given up before");
        }
        Amount total = before.plus(cost);
        if (!cost.equals(Amount.ZERO)) {
          write(account, account.end.owing(total), account.served.plus(cost));
        }
        close();
        return total;
      }
    }

    @Override
    public void close() {
      synchronized (account) {
        if (!closed) {
          closed = true;
          account.held = false;
        }
      }
    }
  }

  /**
   * Takes what is about to be served into account: it may be served where nothing is returned.
   *
   * @param worth of it, beyond what was served of the same answer before
   */
  public Optional<Stop> serve(ChannelId id, Amount worth) {
    return serve(id, worth, rules.window());
  }

  /**
   * Takes what is about to be served into account: it may be served where nothing is returned.
   *
   * @param worth of it, beyond what was served of the same answer before
   * @param window how much may be unpaid then
   */
  public Optional<Stop> serve(ChannelId id, Amount worth, Amount window) {
    Account account = accounts.get(id);
    if (account == null) {
      return Optional.of(Stop.UNKNOWN_CHANNEL);
    }
    synchronized (account) {
      if (account.end.state().withdrawal().isPresent()) {
        return Optional.of(Stop.WITHDRAWING);
      }
      Amount then = account.served.plus(worth);
      if (then.compareTo(account.paid().plus(window)) > 0) {
        return Optional.of(Stop.UNPAID);
      }
      account.served = then;
      return Optional.empty();
    }
  }

  /** What can be claimed of all channels. */
  public List<Claimable> claimable() {
    return channels().stream().flatMap(end -> end.claimable().stream()).toList();
  }

  /** What is known of all channels, with what was really served. */
  public List<PayeeChannel> channels() {
    return accounts.values().stream().map(Payee::exactly).toList();
  }

  private static PayeeChannel exactly(Account account) {
    synchronized (account) {
      return account.end.serving(account.served);
    }
  }

  /** Writes down what was really served, so that what is paid ahead outlives a restart. */
  public void close() throws IOException {
    for (Account account : accounts.values()) {
      synchronized (account) {
        storage.write(account.end.serving(account.served));
      }
    }
  }

  /** All that is due counts as served on the disk: nobody is served twice for one payment. */
  private void write(Account account, PayeeChannel next, Amount served) throws IOException {
    PayeeChannel written = next.serving(served.atLeast(next.due()));
    storage.write(written);
    account.end = written;
    account.served = served;
  }
}
