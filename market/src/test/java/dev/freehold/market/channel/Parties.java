// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.Sellers;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.Limits;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** A buyer, sellers, and channels between them; prices at which one token costs one unit. */
final class Parties {
  static final PaymentKey BUYER = Sellers.money(1_000);
  static final PaymentKey SELLER = Sellers.money(2_000);
  static final Coin COIN = Sellers.COIN;
  static final Price PRICE = new Price(Amount.of(1_000_000), Amount.of(1_000_000));

  static final NodeId SELLING = SigningKey.ofSeed(Digest.sha256("seller").bytes()).nodeId();
  static final Digest MODEL = Digest.sha256("a model");

  private Parties() {}

  static Channel channel(Address receiver, String salt) {
    return new Channel(config(receiver, COIN.token(), salt), COIN.chain(), COIN.contract());
  }

  static Channel channel(String salt) {
    return channel(SELLER.address(), salt);
  }

  static Channel elsewhere(long chain) {
    return new Channel(
        config(SELLER.address(), COIN.token(), "one"), new ChainId(chain), COIN.contract());
  }

  static ChannelConfig config(Address receiver, Address token, String salt) {
    return new ChannelConfig(
        BUYER.address(),
        BUYER.address(),
        receiver,
        SELLER.address(),
        token,
        Duration.ofDays(1),
        Keccak256.hash(salt));
  }

  static ChannelState holding(long balance) {
    return new ChannelState(Amount.of(balance), Amount.ZERO, Optional.empty());
  }

  static ChannelState withdrawing(long balance, long claimed, long leaving) {
    return new ChannelState(
        Amount.of(balance),
        Amount.of(claimed),
        Optional.of(
            new ChannelState.Withdrawal(
                Amount.of(leaving), Timestamp.parse("2026-11-30T10:00:00.000Z"))));
  }

  static SpendingLimits limits(long answer, long day, long peer) {
    return new SpendingLimits(Amount.of(answer), Amount.of(day), Amount.of(peer));
  }

  static TokenCounts tokens(int input, int output) {
    return new TokenCounts(input, output);
  }

  /** What the buyer's key would sign, were there no buyer's end. */
  static SignedVoucher voucher(Channel channel, long amount, PaymentKey key) {
    Voucher voucher = new Voucher(channel.id(), Amount.of(amount));
    return new SignedVoucher(
        channel.chain(), channel.contract(), voucher, key.sign(channel.domain().digest(voucher)));
  }

  static Payee.Rules rules(long window) {
    return new Payee.Rules(
        COIN, SELLER.address(), SELLER.address(), Amount.of(window), Duration.ofDays(1), 4);
  }

  /** An answer of {@link #MODEL} for one unit a token. */
  static Wanted wanted(TokenCounts most, Amount arrears) {
    return new Wanted(SELLING, MODEL, Optional.of("smollm2"), PRICE, most, arrears);
  }

  /** A budget that a test changes. */
  static final class SetBudget implements Budget {
    volatile Standing now = new Standing.Unset();
    volatile Timestamp asked = Timestamp.parse("1970-01-01T00:00:00.000Z");
    volatile boolean unreadable;

    @Override
    public Standing standing(Timestamp at) throws IOException {
      if (unreadable) {
        throw new IOException("the budget can't be read");
      }
      asked = at;
      return now;
    }
  }

  /** Limits that a test changes. */
  static final class SetLimits implements Limits {
    volatile Optional<SpendingLimits> now = Optional.empty();
    volatile boolean unreadable;

    SetLimits(SpendingLimits first) {
      now = Optional.of(first);
    }

    @Override
    public Optional<SpendingLimits> of(Coin coin) throws IOException {
      if (unreadable) {
        throw new IOException("the limits can't be read");
      }
      return coin.equals(COIN) ? now : Optional.empty();
    }
  }

  /** A clock that a test sets. */
  static final class SetClock implements InstantSource {
    volatile Instant now = Instant.parse("2026-11-29T10:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }
  }
}
