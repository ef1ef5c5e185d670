// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Puts coins into channels with sellers, and takes them back. One channel for each seller's account
 * and delay; every deposit is an intent of its own, so that a restart in the midst of one pays none
 * twice.
 */
public final class Deposits {
  /** How long a deposit's signature is good: longer than any chain takes to include it. */
  private static final Timestamp FOREVER = new Timestamp(Instant.parse("2100-01-01T00:00:00Z"));

  private static final Keccak256 SALT = Keccak256.hash("freehold channel 1");
  private static final Duration STEP = Duration.ofMillis(100);

  private final Money money;

  /** With this account's coins. */
  public Deposits(Money money) {
    this.money = money;
  }

  /** The channel with a seller, whether or not there is anything in it. */
  public Channel channel(Address receiver, Duration delay) {
    return new Channel(
        new ChannelConfig(
            money.account(),
            money.account(),
            receiver,
            receiver,
            money.coin().token(),
            delay,
            SALT),
        money.coin().chain(),
        money.coin().contract());
  }

  /**
   * Coins that this node may still sign away to a seller.
   *
   * @return empty where there is no channel, or it is being withdrawn
   */
  public Optional<Amount> free(Channel channel) {
    return money.payer().channels().stream()
        .filter(end -> end.channel().equals(channel))
        .map(Deposits::free)
        .findFirst();
  }

  /** Whether coins of a channel were asked back and are not taken out yet. */
  public boolean leaving(Channel channel) {
    return money.payer().channels().stream()
        .filter(end -> end.channel().equals(channel))
        .anyMatch(end -> end.state().withdrawal().isPresent());
  }

  private static Amount free(PayerChannel end) {
    Amount covered = end.state().covered();
    return covered.less(end.signed().atMost(covered));
  }

  /**
   * Deposits what the configuration says, and waits until it counts.
   *
   * @throws IOException if the intent can't be written down: nothing was sent
   * @throws RpcException if the chain does not answer, or refuses: nothing was sent, or it is
   *     looked up the next time
   */
  public Made deposit(Channel channel, Duration patience)
      throws IOException, RpcException, InterruptedException {
    Address collector = money.settings().collector();
    Amount amount = money.settings().deposit();
    if (amount.equals(Amount.ZERO) || collector == null) {
      return new Made.Not(
          "the configuration says "
              + (collector == null
                  ? "no 'collector', the contract that takes deposits"
                  : "no 'deposit', how much goes into the channel with a seller"));
    }
    long deadline = System.nanoTime() + patience.toNanos();
    Money.Ledger ledger = money.ledger();
    Domain token = new Token(ledger.chain(), money.coin().token()).domain();
    Intent intent;
    int number = number(channel);
    do {
      Keccak256 salt = Keccak256.hash("deposit " + number);
      Effect effect =
          ledger.contract().deposit(channel, amount, collector, token, FOREVER, salt, money.key());
      intent = ledger.submitter().submit(purpose(channel, number), effect);
      if (!intent.pending()) {
        break;
      }
      Thread.sleep(STEP);
    } while (System.nanoTime() < deadline);
    if (intent.pending()) {
      return new Made.Not("the deposit waits for its block; ask again in a while");
    }
    if (!(intent.outcome() instanceof Outcome.Executed)) {
      return new Made.Not("the chain did not execute the deposit");
    }
    money.payer().observe(channel, ledger.contract().state(channel));
    return new Made.Deposited(amount);
  }

  /** Of the deposit that is under way, or the next one. */
  private int number(Channel channel) throws IOException {
    List<Intent> all = money.intents();
    for (int number = 0; ; number++) {
      Intent.Purpose purpose = purpose(channel, number);
      Optional<Intent> known =
          all.stream().filter(intent -> intent.purpose().equals(purpose)).findFirst();
      if (known.isEmpty() || known.get().pending()) {
        return number;
      }
    }
  }

  private static Intent.Purpose purpose(Channel channel, int number) {
    return new Intent.Purpose("deposit " + channel.id() + " " + number);
  }

  /** Asks back all that is not signed away; it can be had after the channel's delay. */
  public Intent withdraw(Channel channel) throws IOException, RpcException {
    Money.Ledger ledger = money.ledger();
    ChannelState state = ledger.contract().state(channel);
    money.payer().observe(channel, state);
    Amount signed =
        money.payer().channels().stream()
            .filter(end -> end.channel().equals(channel))
            .map(PayerChannel::signed)
            .findFirst()
            .orElse(Amount.ZERO);
    Amount rest = state.balance().less(signed.atLeast(state.claimed()).atMost(state.balance()));
    return ledger
        .submitter()
        .submit(
            new Intent.Purpose("withdraw " + channel.id() + " " + rest + " of " + state.balance()),
            ledger.contract().initiateWithdrawal(channel, rest));
  }

  /**
   * Takes what was asked back once its delay is over; asked again it takes nothing twice. The chain
   * judges by the time of its blocks: a clock that goes wrong here only asks it too early.
   */
  static void finish(Money.Ledger ledger, Channel channel, ChannelState state, InstantSource clock)
      throws IOException, RpcException {
    Optional<ChannelState.Withdrawal> pending = state.withdrawal();
    if (pending.isEmpty()) {
      return;
    }
    Instant from = pending.get().from().instant();
    if (clock.instant().isBefore(from) && ledger.chain().time().isBefore(from)) {
      return;
    }
    try {
      ledger
          .submitter()
          .submit(
              new Intent.Purpose("finish " + channel.id() + " " + pending.get().from()),
              ledger.contract().finalizeWithdrawal(channel));
    } catch (RpcException.Refused e) {
      if (!ChannelContract.errorName(e).equals(Optional.of("WithdrawDelayNotElapsed"))) {
        throw e;
      }
    }
  }

  /** What came of a deposit. */
  public sealed interface Made {
    /**
     * The coins are in the channel.
     *
     * @param amount how many more
     */
    record Deposited(Amount amount) implements Made {}

    /**
     * They are not.
     *
     * @param why for a person
     */
    record Not(String why) implements Made {}
  }
}
