// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.deploy.Deployer;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Purse;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.node.HomeLock;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold chain}: what a person does once, so that a node can anchor its log. */
@Command(
    name = "chain",
    description = "Chains: a payment key, the contract that holds checkpoints, and how it stands.",
    subcommands = {ChainVerbs.Key.class, ChainVerbs.Deploy.class, ChainStatus.class})
final class ChainVerbs {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  /** Which chain, and where it answers. */
  static final class At {
    @Option(
        names = "--rpc",
        required = true,
        paramLabel = "URL",
        description = "Where the chain's JSON-RPC answers (http or https).")
    private URI rpc = URI.create("");

    @Option(
        names = "--chain",
        required = true,
        paramLabel = "NUMBER",
        description = "Which chain must answer there (EIP-155).")
    private long number;

    Chain connect(HttpClient client) throws Verb.Failure {
      try {
        return Chain.connect(new HttpRpc(client, rpc, Duration.ofSeconds(20)), new ChainId(number));
      } catch (RpcException | IllegalArgumentException e) {
        throw new Verb.Failure(String.valueOf(e.getMessage()));
      }
    }
  }

  /** {@code freehold chain key}. */
  @Command(
      name = "key",
      description = {
        "Make a payment key: an account that publishes checkpoints and pays the chain for it.",
        "The file's permissions alone protect it: keep no more in the account than gas for a while."
      })
  static final class Key extends Verb {
    @Parameters(paramLabel = "FILE", description = "The file to write; none is replaced.")
    private Path file = Path.of("");

    @Override
    int run() throws Exception {
      PaymentKey key = PaymentKeyFile.create(file, new SecureRandom());
      if (json) {
        screen.json(
            Json.object()
                .put("file", file.toString())
                .put("account", key.address().toString())
                .build());
      } else {
        screen.line("file     " + file);
        screen.line("account  " + key.address());
      }
      return OK;
    }
  }

  /** What can be put on a chain, and the key of the configuration that names it. */
  enum What {
    /** Checkpoints of logs. */
    anchor(PackedContract.EVIDENCE_ANCHOR, "anchor-contract"),
    /** Payment channels. */
    channels(PackedContract.PAYMENT_CHANNELS, "channels"),
    /** Deposits into them by ERC-3009. */
    collector(PackedContract.ERC3009_DEPOSIT_COLLECTOR, "collector"),
    /** The development chain's money. */
    dollar(PackedContract.TEST_DOLLAR, "coin");

    private final PackedContract contract;
    private final String key;

    What(PackedContract contract, String key) {
      this.contract = contract;
      this.key = key;
    }
  }

  /** {@code freehold chain deploy}. */
  @Command(
      name = "deploy",
      description = {
        "Put a contract on a chain, once: asked again, it is looked up.",
        "'collector' needs --channels, the payment channels that it deposits into; 'dollar' is for"
            + " the development chain only.",
        "The node of this home must be stopped; two writers of one account would be in each other's"
            + " way."
      })
  static final class Deploy extends Verb {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Parameters(
        arity = "0..1",
        paramLabel = "CONTRACT",
        description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private What what = What.anchor;

    @Mixin private At at = new At();

    @Option(
        names = "--channels",
        paramLabel = "ADDRESS",
        description = "The payment channels of a collector (x402's address, unless given).")
    private @Nullable String channels;

    @Option(
        names = "--key",
        required = true,
        paramLabel = "FILE",
        description = "The payment key's file ('freehold chain key').")
    private Path key = Path.of("");

    @Override
    int run() throws Exception {
      PaymentKey purse = PaymentKeyFile.load(key);
      PrivateFolder.make(places.home());
      try (HomeLock _ = HomeLock.take(places.home());
          HttpClient client = HttpClient.newHttpClient()) {
        Chain chain = at.connect(client);
        FolderIntents intents =
            FolderIntents.open(Purse.intents(places.home(), chain.id(), purse.address()));
        Deployer deployer = new Deployer(chain, new Submitter(chain, purse, intents, 0));
        Address contract = deployed(deployer.deploy(what.contract, arguments(purse), PATIENCE));
        if (json) {
          screen.json(
              Json.object()
                  .put("chain", chain.id().number())
                  .put("contract", contract.toString())
                  .put("account", purse.address().toString())
                  .build());
        } else {
          screen.line("chain     " + chain.id());
          screen.line("contract  " + contract);
          screen.line("account   " + purse.address());
          screen.line("config    " + what.key + " = " + contract);
        }
        return OK;
      } catch (RpcException e) {
        throw new Failure(String.valueOf(e.getMessage()));
      }
    }

    private List<Address> arguments(PaymentKey purse) throws Failure {
      return switch (what) {
        case anchor, channels -> List.of();
        case dollar -> List.of(purse.address());
        case collector ->
            List.of(
                channels == null
                    ? DevelopmentChain.PAYMENT_CHANNELS
                    : Address.parse(channels)
                        .orElseThrow(() -> new Failure("--channels takes an account's address")));
      };
    }

    private static Address deployed(Deployer.Deployed deployed) throws Failure {
      return switch (deployed) {
        case Deployer.Deployed.At(Address address) -> address;
        case Deployer.Deployed.Waiting() ->
            throw new Failure(
                "the transaction waits for its block; run this again, nothing is paid twice");
        case Deployer.Deployed.Failed() ->
            throw new Failure(
                "the chain did not make the contract, or has it no more: use another payment key,"
                    + " and see its account");
      };
    }
  }
}
