// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.development.DevelopmentMoney;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;

/** A development chain with the market's contracts and test dollars on it. */
final class DemoChain implements AutoCloseable {

  private final HttpClient client;
  private final DevelopmentChain chain;
  private final DevelopmentMoney money;

  private DemoChain(HttpClient client, DevelopmentChain chain, DevelopmentMoney money) {
    this.client = client;
    this.chain = chain;
    this.money = money;
  }

  /** Starts it in a folder, and puts the contracts there. */
  static DemoChain start(Path folder, Path cache)
      throws IOException, InterruptedException, KeyFileException, RpcException {
    HttpClient client = HttpClient.newHttpClient();
    DevelopmentChain chain = DevelopmentChain.start(AnvilProgram.find(cache), folder, client);
    boolean done = false;
    try {
      DemoChain started =
          new DemoChain(client, chain, DevelopmentMoney.place(chain, folder, new SecureRandom()));
      done = true;
      return started;
    } finally {
      if (!done) {
        chain.close();
        client.shutdownNow();
      }
    }
  }

  /** The lines of a node's config. */
  String configuration() {
    return "chain = "
        + chain.address()
        + "\nchain-id = "
        + ChainId.DEVELOPMENT
        + "\ncoin = "
        + DevelopmentMoney.COIN.token()
        + "\ncollector = "
        + DevelopmentChain.ERC3009_COLLECTOR
        + "\nchain-depth = 0\n";
  }

  /** Gives an account what transactions cost. */
  void fund(Address account) throws RpcException {
    money.fund(account);
  }

  /** Makes test dollars. */
  void mint(Address to, Amount amount) throws IOException, InterruptedException, RpcException {
    money.mint(to, amount);
  }

  /** Test dollars that an account has in no channel. */
  Amount balance(Address account) throws RpcException {
    return new Token(chain.chain(), DevelopmentMoney.COIN.token()).balance(account);
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
