// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.development.DevelopmentMoney;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * In which coin of which chain a node buys and sells, and how much it risks. What the configuration
 * says; whether it is enough is {@link #coin} to say.
 *
 * @param development whether the node keeps a development chain of its own
 * @param rpc where the chain answers, or null: the node neither buys nor sells, or has yet to start
 *     that chain
 * @param chain which chain must answer there, or null
 * @param channels the contract of the payment channels
 * @param collector the contract that takes deposits by ERC-3009, or null: none can be made here
 * @param token the ERC-20, or null
 * @param registry where sellers are registered, or null
 * @param depth how many blocks must follow one before what is in it counts
 * @param window how much is served ahead of payment
 * @param claim how much must be unclaimed until a claim is worth its gas
 * @param deposit what goes into the channel with a seller; nothing: no channel is opened
 * @param delay how long a withdrawal takes at least
 * @param second what a second of waiting is worth, when sellers are compared
 * @param power what the machine's work costs
 * @param sales where answers are sold over HTTP, or null: nowhere
 * @param least what a transaction for somebody who pays over HTTP must bring
 * @param registryFrom a block before the registry's first event
 */
public record MoneySettings(
    boolean development,
    @Nullable URI rpc,
    @Nullable ChainId chain,
    Address channels,
    @Nullable Address collector,
    @Nullable Address token,
    @Nullable Address registry,
    int depth,
    Amount window,
    Amount claim,
    Amount deposit,
    Duration delay,
    Amount second,
    PowerSettings power,
    @Nullable SaleAddress sales,
    Amount least,
    long registryFrom) {
  /** What {@code chain} says where the node is to start one itself. */
  public static final String DEVELOPMENT = "development";

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public MoneySettings {
    if (depth < 0 || depth > 1000) {
      throw new IllegalArgumentException("a depth goes from 0 to 1000 blocks, and is not " + depth);
    }
    if (!window.fitsChannel() || !deposit.fitsChannel()) {
      throw new IllegalArgumentException("an amount has 128 bits at most");
    }
    if (registryFrom < 0) {
      throw new IllegalArgumentException("a block's number is not negative");
    }
    ChannelConfig.requireDelay(delay);
  }

  /** Neither buys nor sells. */
  public static MoneySettings none() {
    return new MoneySettings(
        false,
        null,
        null,
        DevelopmentChain.PAYMENT_CHANNELS,
        null,
        null,
        null,
        2,
        Amount.of(10_000),
        Amount.of(100_000),
        Amount.ZERO,
        Duration.ofHours(1),
        Amount.of(10),
        PowerSettings.none(),
        null,
        Amount.ZERO,
        0);
  }

  /** Whether anything is said of a chain. */
  public boolean configured() {
    return rpc != null || development;
  }

  /** A copy whose chain answers there. */
  public MoneySettings at(URI address) {
    Change change = new Change(this);
    change.rpc = address;
    return change.done();
  }

  /** In what is paid; empty where the chain, its number or the token are not named. */
  public Optional<Coin> coin() {
    return !configured() || chain == null || token == null
        ? Optional.empty()
        : Optional.of(new Coin(chain, channels, token));
  }

  /** What is missing of what is needed to pay and be paid. */
  public List<String> missing() {
    List<String> names = new ArrayList<>();
    if (!configured()) {
      names.add("chain");
    }
    if (chain == null) {
      names.add("chain-id");
    }
    if (token == null) {
      names.add("coin");
    }
    return names;
  }

  /**
   * A copy in which one key of the configuration file has this value.
   *
   * @throws IllegalArgumentException if the value is none for this key
   */
  public MoneySettings with(String key, String value) {
    Change change = new Change(this);
    switch (key) {
      case "chain" -> change.chain(value);
      case "chain-id" -> change.chain = new ChainId(number(value));
      case "channels" -> change.channels = address(value);
      case "collector" -> change.collector = address(value);
      case "coin" -> change.token = address(value);
      case "registry" -> change.registry = address(value);
      case "chain-depth" -> change.depth = Math.toIntExact(number(value));
      case "window" -> change.window = amount(value);
      case "claim-worth" -> change.claim = amount(value);
      case "deposit" -> change.deposit = amount(value);
      case "second-worth" -> change.second = amount(value);
      case "x402-listen" -> change.sales = SaleAddress.parse(value);
      case "x402-least" -> change.least = amount(value);
      case "withdrawal-seconds" -> change.delay = Duration.ofSeconds(number(value));
      case "registry-from" -> change.registryFrom = number(value);
      case "watts-busy", "power-price", "coin-decimals" ->
          change.power = change.power.with(key, value);
      default -> throw new IllegalArgumentException("there is no setting '" + key + "'");
    }
    return change.done();
  }

  private static URI uri(String value) {
    URI uri = URI.create(value);
    if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
      throw new IllegalArgumentException(
          "it takes an http or https address, or '" + DEVELOPMENT + "', not '" + value + "'");
    }
    return uri;
  }

  private static Address address(String value) {
    return parsed(value, Address::parse, "an account with its checksum, 0x and 40 digits");
  }

  private static Amount amount(String value) {
    return parsed(value, Amount::parse, "a whole number of the token's smallest units");
  }

  private static long number(String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("it takes a whole number, not '" + value + "'", e);
    }
  }

  private static <T> T parsed(String value, Function<String, Optional<T>> parse, String due) {
    return parse
        .apply(value)
        .orElseThrow(
            () -> new IllegalArgumentException("it takes " + due + ", not '" + value + "'"));
  }

  /** The members one by one, while a copy is being made. */
  private static final class Change {
    private boolean development;
    private @Nullable URI rpc;
    private @Nullable ChainId chain;
    private Address channels;
    private @Nullable Address collector;
    private @Nullable Address token;
    private @Nullable Address registry;
    private int depth;
    private Amount window;
    private Amount claim;
    private Amount deposit;
    private Duration delay;
    private Amount second;
    private PowerSettings power;
    private @Nullable SaleAddress sales;
    private Amount least;
    private long registryFrom;

    Change(MoneySettings from) {
      development = from.development;
      rpc = from.rpc;
      chain = from.chain;
      channels = from.channels;
      collector = from.collector;
      token = from.token;
      registry = from.registry;
      depth = from.depth;
      window = from.window;
      claim = from.claim;
      deposit = from.deposit;
      delay = from.delay;
      sales = from.sales;
      least = from.least;
      second = from.second;
      power = from.power;
      registryFrom = from.registryFrom;
    }

    /** A chain's address, or the word for one of the node's own, of which all is known. */
    void chain(String value) {
      development = value.equals(DEVELOPMENT);
      if (development) {
        rpc = null;
        chain = DevelopmentMoney.COIN.chain();
        channels = DevelopmentMoney.COIN.contract();
        token = DevelopmentMoney.COIN.token();
        collector = DevelopmentChain.ERC3009_COLLECTOR;
        depth = 0;
      } else {
        rpc = uri(value);
      }
    }

    MoneySettings done() {
      return new MoneySettings(
          development,
          rpc,
          chain,
          channels,
          collector,
          token,
          registry,
          depth,
          window,
          claim,
          deposit,
          delay,
          second,
          power,
          sales,
          least,
          registryFrom);
    }
  }
}
