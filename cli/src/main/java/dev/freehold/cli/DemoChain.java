// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.deploy.Deployer;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** A development chain with the market's contracts and test dollars on it. */
final class DemoChain implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Amount GAS = new Amount(BigInteger.TEN.pow(18));

  private final HttpClient client;
  private final DevelopmentChain chain;
  private final Submitter minter;
  private final Address dollar;
  private final Address collector;

  private DemoChain(
      HttpClient client,
      DevelopmentChain chain,
      Submitter minter,
      Address dollar,
      Address collector) {
    this.client = client;
    this.chain = chain;
    this.minter = minter;
    this.dollar = dollar;
    this.collector = collector;
  }

  /** Starts it in a folder, and puts the contracts there. */
  static DemoChain start(Path folder, Path cache)
      throws IOException, InterruptedException, RpcException, Verb.Failure {
    HttpClient client = HttpClient.newHttpClient();
    DevelopmentChain chain = DevelopmentChain.start(AnvilProgram.find(cache), folder, client);
    boolean done = false;
    try {
      chain.place(PackedContract.PAYMENT_CHANNELS, DevelopmentChain.PAYMENT_CHANNELS);
      PaymentKey key = PaymentKeyFile.create(folder.resolve("minter.key"), new SecureRandom());
      chain.fund(key.address(), GAS);
      Submitter minter =
          new Submitter(chain.chain(), key, FolderIntents.open(folder.resolve("minter")), 0);
      Deployer deployer = new Deployer(chain.chain(), minter);
      Address dollar = at(deployer, PackedContract.TEST_DOLLAR, key.address());
      Address collector =
          at(deployer, PackedContract.ERC3009_DEPOSIT_COLLECTOR, DevelopmentChain.PAYMENT_CHANNELS);
      DemoChain started = new DemoChain(client, chain, minter, dollar, collector);
      done = true;
      return started;
    } finally {
      if (!done) {
        chain.close();
        client.shutdownNow();
      }
    }
  }

  private static Address at(Deployer deployer, PackedContract contract, Address argument)
      throws IOException, InterruptedException, RpcException, Verb.Failure {
    return switch (deployer.deploy(contract, List.of(argument), PATIENCE)) {
      case Deployer.Deployed.At(Address address) -> address;
      case Deployer.Deployed.Waiting _, Deployer.Deployed.Failed _ ->
          throw new Verb.Failure("the chain did not make the contract " + contract.contractName());
    };
  }

  /** The lines of a node's config. */
  String configuration() {
    return "chain = "
        + chain.address()
        + "\nchain-id = "
        + ChainId.DEVELOPMENT
        + "\ncoin = "
        + dollar
        + "\ncollector = "
        + collector
        + "\nchain-depth = 0\n";
  }

  Coin coin() {
    return new Coin(ChainId.DEVELOPMENT, DevelopmentChain.PAYMENT_CHANNELS, dollar);
  }

  /** Gives an account what transactions cost. */
  void fund(Address account) throws RpcException {
    chain.fund(account, GAS);
  }

  /** Makes test dollars. */
  void mint(Address to, Amount amount)
      throws IOException, InterruptedException, RpcException, Verb.Failure {
    Effect effect = new Token(chain.chain(), dollar).mint(to, amount);
    Intent.Purpose purpose = new Intent.Purpose("mint for " + to);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (minter.submit(purpose, effect).pending()) {
      if (System.nanoTime() > end) {
        throw new Verb.Failure("the chain made no test dollars");
      }
      Thread.sleep(20);
    }
  }

  /** Test dollars that an account has in no channel. */
  Amount balance(Address account) throws RpcException {
    return new Token(chain.chain(), dollar).balance(account);
  }

  /** What the chain holds of a channel. */
  ChannelState state(Channel channel) throws RpcException {
    return new ChannelContract(chain.chain(), DevelopmentChain.PAYMENT_CHANNELS).state(channel);
  }

  /** All test dollars that lie in channels, whosever they are. */
  Amount inChannels() throws RpcException {
    return balance(DevelopmentChain.PAYMENT_CHANNELS);
  }

  @Override
  public void close() {
    chain.close();
    client.shutdownNow();
  }
}
