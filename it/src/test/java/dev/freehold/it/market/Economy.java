// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.deploy.Deployer;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/**
 * A development chain with money on it: the channels' contract, test dollars, a buyer, a seller.
 */
@NullMarked
public final class Economy implements AutoCloseable {
  static final PaymentKey BUYER = key(1_000);
  static final PaymentKey SELLER = key(2_000);
  private static final PaymentKey MINTER = key(3_000);
  private static final Amount GAS = new Amount(BigInteger.TEN.pow(18));

  private final Path folder;
  private final HttpClient client;
  private final DevelopmentChain development;
  private final Rpc rpc;
  private Address dollar = Address.of(new byte[Address.BYTES]);
  private Address collector = Address.of(new byte[Address.BYTES]);

  private Economy(Path folder, HttpClient client, DevelopmentChain development) {
    this.folder = folder;
    this.client = client;
    this.development = development;
    this.rpc = new HttpRpc(client, development.address(), Duration.ofSeconds(10));
  }

  private void found() throws Exception {
    development.place(PackedContract.PAYMENT_CHANNELS, DevelopmentChain.PAYMENT_CHANNELS);
    for (PaymentKey key : new PaymentKey[] {BUYER, SELLER, MINTER}) {
      development.fund(key.address(), GAS);
    }
    dollar = created(PackedContract.TEST_DOLLAR, MINTER.address());
    collector =
        created(PackedContract.ERC3009_DEPOSIT_COLLECTOR, DevelopmentChain.PAYMENT_CHANNELS);
    // Where x402's clients look for it; it is the same code with the same channels in it.
    development.copy(collector, DevelopmentChain.ERC3009_COLLECTOR);
    done(
        submitter(MINTER, "minter"),
        "mint",
        new Token(chain(), dollar).mint(BUYER.address(), Amount.of(1_000_000)));
  }

  /** A chain, or a skipped test that says why there is none. */
  public static Economy start(Path folder) throws Exception {
    String cache = System.getenv("FREEHOLD_CACHE");
    Path program;
    try {
      program =
          AnvilProgram.find(
              cache == null
                  ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
                  : Path.of(cache));
    } catch (IOException e) {
      return abort("skipped: " + e.getMessage());
    }
    HttpClient client = HttpClient.newHttpClient();
    DevelopmentChain development = DevelopmentChain.start(program, folder.resolve("chain"), client);
    Economy economy = new Economy(folder, client, development);
    try {
      economy.found();
      return economy;
    } catch (Exception | AssertionError e) {
      economy.close();
      throw e;
    }
  }

  Chain chain() {
    return development.chain();
  }

  /** The chain's JSON-RPC, for tests that lose calls. */
  Rpc rpc() {
    return rpc;
  }

  /** Stops the chain; closing it afterwards does no harm. */
  void stop() {
    development.close();
  }

  /** Gives an account coins for gas. */
  public void fund(Address account) throws Exception {
    development.fund(account, GAS);
  }

  /** Where the chain answers. */
  public URI rpcAddress() {
    return development.address();
  }

  ChannelContract channels() {
    return new ChannelContract(chain(), DevelopmentChain.PAYMENT_CHANNELS);
  }

  /** In which all is paid. */
  public Coin coin() {
    return new Coin(ChainId.DEVELOPMENT, DevelopmentChain.PAYMENT_CHANNELS, dollar);
  }

  Channel channel(String salt) {
    return channels()
        .channel(
            new ChannelConfig(
                BUYER.address(),
                BUYER.address(),
                SELLER.address(),
                SELLER.address(),
                dollar,
                Duration.ofMinutes(15),
                Keccak256.hash(salt)));
  }

  void deposit(Channel channel, long amount) throws Exception {
    done(
        submitter(SELLER, "seller"),
        "deposit " + channel.id(),
        channels()
            .deposit(
                channel,
                Amount.of(amount),
                collector,
                new Token(chain(), dollar).domain(),
                new Timestamp(Instant.parse("2100-01-01T00:00:00Z")),
                Keccak256.hash("deposit"),
                BUYER));
  }

  /** The contract that takes deposits by ERC-3009. */
  public Address collector() {
    return collector;
  }

  /** Gives an account gas and a million units. */
  public void endow(Address account) throws Exception {
    development.fund(account, GAS);
    done(
        submitter(MINTER, "minter"),
        "mint for " + account,
        new Token(chain(), dollar).mint(account, Amount.of(1_000_000)));
  }

  /** How many test dollars an account has. */
  Amount dollars(Address account) throws Exception {
    return new Token(chain(), dollar).balance(account);
  }

  Submitter submitter(PaymentKey key, String name) throws IOException {
    return submitter(chain(), key, name);
  }

  /** Its intents stay where this name is used again. */
  Submitter submitter(Chain through, PaymentKey key, String name) throws IOException {
    return new Submitter(through, key, FolderIntents.open(folder.resolve(name)), 0);
  }

  /** Where the chain is now. */
  Json mark() throws Exception {
    return rpc.call("evm_snapshot");
  }

  /** Takes back all that happened since; another block is there in its place. */
  void takeBack(Json mark) throws Exception {
    assertThat(rpc.call("evm_revert", mark)).isEqualTo(Json.of(true));
    development.mine(1);
  }

  /** Lets the chain's clock go on. */
  void pass(Duration time) throws Exception {
    rpc.call("evm_increaseTime", Json.of(time.toSeconds()));
    development.mine(1);
  }

  Intent done(Submitter submitter, String purpose, Effect effect) throws Exception {
    Intent intent = submitter.submit(new Intent.Purpose(purpose), effect);
    for (int i = 0; i < 200 && intent.pending(); i++) {
      Thread.sleep(25);
      intent = submitter.submit(new Intent.Purpose(purpose), effect);
    }
    assertThat(intent.outcome()).as(purpose).isInstanceOf(Outcome.Executed.class);
    return intent;
  }

  /** A new contract that keeps checkpoints of logs. */
  public Address anchor() throws Exception {
    return created(PackedContract.EVIDENCE_ANCHOR);
  }

  private Address created(PackedContract contract, Address... arguments) throws Exception {
    return switch (new Deployer(chain(), submitter(MINTER, "minter"))
        .deploy(contract, List.of(arguments), Duration.ofSeconds(20))) {
      case Deployer.Deployed.At(Address address) -> address;
      case Deployer.Deployed.Waiting _, Deployer.Deployed.Failed _ ->
          throw new AssertionError("no contract");
    };
  }

  static PaymentKey key(int number) {
    return PaymentKey.ofSecret(ByteBuffer.allocate(32).putInt(28, number).array());
  }

  @Override
  public void close() {
    stop();
    client.close();
  }
}
