// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.channel;

import com.esaulpaugh.headlong.abi.Function;
import com.esaulpaugh.headlong.abi.Tuple;
import com.esaulpaugh.headlong.abi.TupleType;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The payment channels at one address of one chain. */
public final class ChannelContract {
  private static final PackedContract PACKED = PackedContract.PAYMENT_CHANNELS;
  private static final Function CHANNELS = PACKED.function("channels");
  private static final Function WITHDRAWALS = PACKED.function("pendingWithdrawals");
  private static final Function RECEIVERS = PACKED.function("receivers");
  private static final Function CLAIM = PACKED.function("claim");
  private static final Function SETTLE = PACKED.function("settle");
  private static final Function DEPOSIT = PACKED.function("deposit");
  private static final Function REFUND = PACKED.function("refund");
  private static final Function REFUNDS = PACKED.function("refundNonce");
  private static final Function INITIATE = PACKED.function("initiateWithdraw");
  private static final Function FINALIZE = PACKED.function("finalizeWithdraw");
  private static final List<Moving> MOVING =
      List.of(
          Moving.some(DEPOSIT, Movement.Deposited::new),
          new Moving(CLAIM, ChannelContract::claimed),
          new Moving(SETTLE, ChannelContract::paidOut),
          Moving.some(REFUND, Movement.Refunded::new),
          Moving.some(INITIATE, Movement.AskedBack::new),
          Moving.one(FINALIZE, Movement.TakenBack::new));
  private static final TupleType<Tuple> COLLECTOR_DATA =
      TupleType.parse("(uint256,uint256,uint256,bytes)");

  private final Chain chain;
  private final Address contract;

  /** Nothing is asked yet. */
  public ChannelContract(Chain chain, Address contract) {
    this.chain = chain;
    this.contract = contract;
  }

  /** Where it is. */
  public Address address() {
    return contract;
  }

  /** On which chain it is. */
  public Chain chain() {
    return chain;
  }

  /** A channel of this contract. */
  public Channel channel(ChannelConfig config) {
    return new Channel(config, chain.id(), contract);
  }

  /**
   * What the newest block holds of a channel.
   *
   * @throws IllegalArgumentException if the channel is of another contract or chain
   * @throws RpcException.Unanswered if there is no answer, or no such contract
   */
  public ChannelState state(Channel channel) throws RpcException {
    require(channel);
    byte[] id = channel.id().digest().bytes();
    // In this order: a withdrawal that ends in between is then seen twice, never not at all.
    Tuple withdrawal = call(WITHDRAWALS, (Object) id);
    Tuple held = call(CHANNELS, (Object) id);
    long started = ((Number) withdrawal.get(1)).longValue();
    Optional<ChannelState.Withdrawal> pending =
        started == 0
            ? Optional.empty()
            : Optional.of(
                new ChannelState.Withdrawal(
                    new Amount(withdrawal.get(0)),
                    new Timestamp(
                        Instant.ofEpochSecond(started).plus(channel.config().withdrawDelay()))));
    try {
      return new ChannelState(new Amount(held.get(0)), new Amount(held.get(1)), pending);
    } catch (IllegalArgumentException e) {
      throw new RpcException.Unanswered("eth_call", "no payment channels at " + contract, e);
    }
  }

  /** How much was claimed for a receiver and is not yet paid to it. */
  public Amount unsettled(Address receiver, Address token) throws RpcException {
    Tuple account = call(RECEIVERS, abi(receiver), abi(token));
    return new Amount(account.<BigInteger>get(0)).less(new Amount(account.<BigInteger>get(1)));
  }

  /** How much was ever claimed for a receiver. */
  public Amount claimed(Address receiver, Address token) throws RpcException {
    return new Amount(call(RECEIVERS, abi(receiver), abi(token)).<BigInteger>get(0));
  }

  /** Claims vouchers; each row says how much of its voucher, in all. */
  public Effect claim(List<Row> rows) {
    Tuple[] claims = rows.stream().map(Row::tuple).toArray(Tuple[]::new);
    return Effect.call(contract, CLAIM.encodeCallWithArgs((Object) claims).array());
  }

  /** Pays a receiver what was claimed for it. */
  public Effect settle(Address receiver, Address token) {
    return Effect.call(contract, SETTLE.encodeCallWithArgs(abi(receiver), abi(token)).array());
  }

  /**
   * Deposits coins that the payer's key gives by ERC-3009, bound to this channel.
   *
   * @param collector the packed one for ERC-3009, of this contract
   * @param token the domain of the token's typed data
   * @param validBefore until when it may be submitted
   * @param salt tells deposits into one channel apart
   */
  public Effect deposit(
      Channel channel,
      Amount amount,
      Address collector,
      Domain token,
      Timestamp validBefore,
      Keccak256 salt,
      PaymentKey payer) {
    require(channel);
    BigInteger until = BigInteger.valueOf(validBefore.instant().getEpochSecond());
    TransferAuthorization authorization =
        authorization(channel, amount, collector, BigInteger.ZERO, until, salt);
    return deposit(authorization, channel, salt, payer.sign(token.digest(authorization)));
  }

  /**
   * What a payer signs so that the collector may deposit its coins into this channel, once.
   *
   * @param collector the one for ERC-3009, of this contract
   * @param validAfter Unix time, seconds
   * @param validBefore Unix time, seconds
   * @param salt tells deposits into one channel apart
   */
  public static TransferAuthorization authorization(
      Channel channel,
      Amount amount,
      Address collector,
      BigInteger validAfter,
      BigInteger validBefore,
      Keccak256 salt) {
    return new TransferAuthorization(
        TransferAuthorization.Kind.RECEIVE,
        channel.config().payer(),
        collector,
        amount,
        validAfter,
        validBefore,
        channel.id().depositNonce(salt));
  }

  /**
   * Deposits coins by an authorization that its payer has signed already.
   *
   * @param authorization as {@link #authorization} makes it, of the same salt
   */
  public Effect deposit(
      TransferAuthorization authorization,
      Channel channel,
      Keccak256 salt,
      PaymentSignature signature) {
    require(channel);
    ByteBuffer data =
        COLLECTOR_DATA.encode(
            Tuple.of(
                authorization.validAfter(),
                authorization.validBefore(),
                new BigInteger(1, salt.bytes()),
                signature.bytes()));
    return Effect.call(
        contract,
        DEPOSIT
            .encodeCallWithArgs(
                tuple(channel.config()),
                authorization.value().units(),
                abi(authorization.to()),
                bytes(data))
            .array());
  }

  /** Gives unclaimed coins back to their payer at once; for the receiver or its authorizer. */
  public Effect refund(Channel channel, Amount amount) {
    require(channel);
    return Effect.call(
        contract, REFUND.encodeCallWithArgs(tuple(channel.config()), amount.units()).array());
  }

  /** How many refunds there were of a channel. */
  public BigInteger refunds(Channel channel) throws RpcException {
    require(channel);
    return call(REFUNDS, (Object) channel.id().digest().bytes()).get(0);
  }

  /** Starts the withdrawal of unclaimed coins. */
  public Effect initiateWithdrawal(Channel channel, Amount amount) {
    require(channel);
    return Effect.call(
        contract, INITIATE.encodeCallWithArgs(tuple(channel.config()), amount.units()).array());
  }

  /** Ends a withdrawal after its delay. */
  public Effect finalizeWithdrawal(Channel channel) {
    require(channel);
    return Effect.call(contract, FINALIZE.encodeCallWithArgs(tuple(channel.config())).array());
  }

  /**
   * What a transaction does with a coin in its payment channels.
   *
   * @return empty where it is no such call, or one of another token
   */
  public static Optional<Movement> movement(Effect effect, Coin coin) {
    if (!effect.to().equals(Optional.of(coin.contract()))) {
      return Optional.empty();
    }
    byte[] call = effect.data();
    try {
      for (Moving moving : MOVING) {
        byte[] selector = moving.function.selector();
        if (Arrays.equals(selector, Arrays.copyOf(call, selector.length))) {
          return moving.meaning.of(moving.function.decodeCall(call), coin);
        }
      }
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** A function that moves coins, and how its calls are read. */
  private record Moving(Function function, Meaning meaning) {
    static Moving one(Function function, java.util.function.Function<Channel, Movement> moved) {
      return new Moving(function, (call, coin) -> channel(call.get(0), coin).map(moved));
    }

    static Moving some(Function function, BiFunction<Channel, Amount, Movement> moved) {
      return new Moving(
          function,
          (call, coin) ->
              channel(call.get(0), coin).map(it -> moved.apply(it, new Amount(call.get(1)))));
    }
  }

  /** What a call does in a coin. */
  private interface Meaning {
    Optional<Movement> of(Tuple call, Coin coin);
  }

  private static Optional<Movement> claimed(Tuple call, Coin coin) {
    List<Movement.Row> rows = new ArrayList<>();
    for (Tuple each : call.<Tuple[]>get(0)) {
      channel(each.<Tuple>get(0).get(0), coin)
          .ifPresent(it -> rows.add(new Movement.Row(it, new Amount(each.get(2)))));
    }
    return rows.isEmpty() ? Optional.empty() : Optional.of(new Movement.Claimed(rows));
  }

  private static Optional<Movement> paidOut(Tuple call, Coin coin) {
    return address(call, 1).equals(coin.token())
        ? Optional.of(new Movement.PaidOut(address(call, 0)))
        : Optional.empty();
  }

  private static Optional<Channel> channel(Tuple config, Coin coin) {
    return Optional.of(
            new Channel(
                new ChannelConfig(
                    address(config, 0),
                    address(config, 1),
                    address(config, 2),
                    address(config, 3),
                    address(config, 4),
                    Duration.ofSeconds(config.<Number>get(5).longValue()),
                    Keccak256.of(config.get(6))),
                coin.chain(),
                coin.contract()))
        .filter(channel -> channel.coin().equals(coin));
  }

  private static Address address(Tuple from, int index) {
    String text = from.<com.esaulpaugh.headlong.abi.Address>get(index).toString();
    return Address.parse(text)
        .orElseThrow(() -> new IllegalArgumentException(text + " is no address"));
  }

  /** What the contract says when it refuses; empty where it was something else. */
  public static Optional<String> errorName(RpcException.Refused refused) {
    return PACKED.errorName(refused.data());
  }

  /**
   * A row of a claim.
   *
   * @param claimable channel and voucher
   * @param total how much is claimed of it, in all
   */
  public record Row(Claimable claimable, Amount total) {
    /**
     * Checks the amount.
     *
     * @throws IllegalArgumentException if it is more than the voucher's
     */
    public Row {
      if (total.compareTo(claimable.best().voucher().maxClaimable()) > 0) {
        throw new IllegalArgumentException("a claim is for no more than its voucher");
      }
    }

    private Tuple tuple() {
      return Tuple.of(
          Tuple.of(
              ChannelContract.tuple(claimable.channel().config()),
              claimable.best().voucher().maxClaimable().units()),
          claimable.best().signature().bytes(),
          total.units());
    }
  }

  private void require(Channel channel) {
    if (!channel.contract().equals(contract) || !channel.chain().equals(chain.id())) {
      throw new IllegalArgumentException(
          "the channel "
              + channel.id()
              + " is of "
              + channel.contract()
              + " on chain "
              + channel.chain());
    }
  }

  private Tuple call(Function function, Object... arguments) throws RpcException {
    byte[] answer = chain.call(contract, function.encodeCallWithArgs(arguments).array());
    try {
      return function.decodeReturn(answer);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new RpcException.Unanswered("eth_call", "no payment channels at " + contract, e);
    }
  }

  private static Tuple tuple(ChannelConfig config) {
    return Tuple.from(
        abi(config.payer()),
        abi(config.payerAuthorizer()),
        abi(config.receiver()),
        abi(config.receiverAuthorizer()),
        abi(config.token()),
        config.withdrawDelay().toSeconds(),
        config.salt().bytes());
  }

  private static com.esaulpaugh.headlong.abi.Address abi(Address address) {
    return com.esaulpaugh.headlong.abi.Address.wrap(address.toString());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
