// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.wallet;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Some coins of a channel that have one owner and are in one state.
 *
 * @param channel in which they are
 * @param owner whose they are now
 * @param state what can happen to them
 * @param amount how many, never none
 * @param release when they leave the channel on the owner's word
 */
public record Holding(Channel channel, Address owner, State state, Amount amount, Release release) {
  /**
   * Checks the amount.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Holding {
    if (amount.equals(Amount.ZERO)) {
      throw new IllegalArgumentException("no coins are no holding");
    }
  }

  /** What can happen to coins. */
  public enum State {
    /** Deposited, and not signed away. */
    FREE("free"),
    /** Deposited, and asked back. */
    WITHDRAWING("withdrawing"),
    /** Signed away by a voucher that is not claimed. */
    SIGNED("signed"),
    /** Claimed. */
    CLAIMED("claimed");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** As people read it. */
    public String text() {
      return text;
    }
  }

  /** When coins leave a channel on the owner's word. */
  public sealed interface Release {
    /** At once. */
    record Now() implements Release {}

    /**
     * At this time.
     *
     * @param time from then on
     */
    record At(Timestamp time) implements Release {}

    /**
     * So long after the owner asks.
     *
     * @param delay of the channel
     */
    record After(Duration delay) implements Release {}
  }

  /**
   * All coins of a channel from which this machine pays. They add up to what the chain holds of it.
   */
  public static List<Holding> of(PayerChannel end) {
    return split(end.channel(), end.state(), end.signed());
  }

  /**
   * All coins of a channel from which this machine is paid, as far as it knows: what is ours of
   * what the payer has signed.
   */
  public static List<Holding> of(PayeeChannel end) {
    return split(end.channel(), end.state(), end.due());
  }

  private static List<Holding> split(Channel channel, ChannelState state, Amount signed) {
    ChannelConfig config = channel.config();
    Amount claimed = state.claimed();
    Amount owed = signed.atMost(state.balance()).less(claimed);
    Amount rest = state.balance().less(claimed).less(owed);
    Amount leaving =
        state.withdrawal().map(ChannelState.Withdrawal::amount).orElse(Amount.ZERO).atMost(rest);
    List<Holding> holdings = new ArrayList<>();
    Release back = new Release.After(config.withdrawDelay());
    add(holdings, channel, config.payer(), State.FREE, rest.less(leaving), back);
    Optional<Release> from =
        state.withdrawal().map(ChannelState.Withdrawal::from).map(Release.At::new);
    add(holdings, channel, config.payer(), State.WITHDRAWING, leaving, from.orElse(back));
    add(holdings, channel, config.receiver(), State.SIGNED, owed, new Release.Now());
    add(holdings, channel, config.receiver(), State.CLAIMED, claimed, new Release.Now());
    return holdings;
  }

  private static void add(
      List<Holding> to,
      Channel channel,
      Address owner,
      State state,
      Amount amount,
      Release release) {
    if (!amount.equals(Amount.ZERO)) {
      to.add(new Holding(channel, owner, state, amount, release));
    }
  }
}
