// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.development;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.deploy.Deployer;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;

/** The market's contracts on a development chain, and test dollars for whoever asks. */
public final class DevelopmentMoney {
  /** What is paid with there. */
  public static final Coin COIN =
      new Coin(
          ChainId.DEVELOPMENT, DevelopmentChain.PAYMENT_CHANNELS, DevelopmentChain.TEST_DOLLAR);

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Amount GAS = new Amount(BigInteger.TEN.pow(18));

  private final DevelopmentChain chain;
  private final Submitter minter;

  private DevelopmentMoney(DevelopmentChain chain, Submitter minter) {
    this.chain = chain;
    this.minter = minter;
  }

  /**
   * Puts the contracts where they are looked for; what is there already stays.
   *
   * @param folder where the key and the intents of whoever makes test dollars are kept
   * @throws IOException if the folder can't be used, or the chain makes no contract
   */
  public static DevelopmentMoney place(DevelopmentChain chain, Path folder, SecureRandom random)
      throws IOException, KeyFileException, InterruptedException, RpcException {
    Files.createDirectories(folder);
    Path file = folder.resolve("minter.key");
    PaymentKey key =
        Files.exists(file) ? PaymentKeyFile.load(file) : PaymentKeyFile.create(file, random);
    chain.fund(key.address(), GAS);
    Submitter minter =
        new Submitter(chain.chain(), key, FolderIntents.open(folder.resolve("minter")), 0);
    DevelopmentMoney money = new DevelopmentMoney(chain, minter);
    chain.place(PackedContract.PAYMENT_CHANNELS, DevelopmentChain.PAYMENT_CHANNELS);
    money.put(PackedContract.TEST_DOLLAR, key.address(), DevelopmentChain.TEST_DOLLAR);
    money.put(
        PackedContract.ERC3009_DEPOSIT_COLLECTOR,
        DevelopmentChain.PAYMENT_CHANNELS,
        DevelopmentChain.ERC3009_COLLECTOR);
    return money;
  }

  private void put(PackedContract contract, Address argument, Address at)
      throws IOException, InterruptedException, RpcException {
    if (chain.chain().code(at).length > 0) {
      return;
    }
    Deployer deployer = new Deployer(chain.chain(), minter);
    switch (deployer.deploy(contract, List.of(argument), PATIENCE)) {
      case Deployer.Deployed.At(Address made) -> chain.copy(made, at);
      case Deployer.Deployed.Waiting _, Deployer.Deployed.Failed _ ->
          throw new IOException(
              "the development chain did not make the contract " + contract.contractName());
    }
  }

  /** Gives an account what transactions cost. */
  public void fund(Address account) throws RpcException {
    chain.fund(account, GAS);
  }

  /**
   * Makes test dollars for an account, once: asked again for the same amount, nothing is made.
   *
   * @throws IOException if the chain makes none
   */
  public void mint(Address to, Amount amount)
      throws IOException, InterruptedException, RpcException {
    Effect effect = new Token(chain.chain(), COIN.token()).mint(to, amount);
    Intent.Purpose purpose = new Intent.Purpose("mint " + amount + " for " + to);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (minter.submit(purpose, effect).pending()) {
      if (System.nanoTime() > end) {
        throw new IOException("the development chain made no test dollars");
      }
      Thread.sleep(20);
    }
  }
}
