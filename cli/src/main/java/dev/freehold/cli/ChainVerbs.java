// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Attempt;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Purse;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.node.HomeLock;
import dev.freehold.node.files.OwnerFiles;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
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

  /** {@code freehold chain deploy}. */
  @Command(
      name = "deploy",
      description = {
        "Put the contract EvidenceAnchor on a chain, once: asked again, it is looked up.",
        "The node of this home must be stopped; two writers of one account would be in each other's"
            + " way."
      })
  static final class Deploy extends Verb {
    private static final Intent.Purpose PURPOSE = new Intent.Purpose("deploy EvidenceAnchor");
    private static final int TRIES = 120;

    @Mixin private At at = new At();

    @Option(
        names = "--key",
        required = true,
        paramLabel = "FILE",
        description = "The payment key's file ('freehold chain key').")
    private Path key = Path.of("");

    @Override
    int run() throws Exception {
      PaymentKey purse = PaymentKeyFile.load(key);
      OwnerFiles.folder(places.home());
      try (HomeLock _ = HomeLock.take(places.home());
          HttpClient client = HttpClient.newHttpClient()) {
        Chain chain = at.connect(client);
        FolderIntents intents =
            FolderIntents.open(Purse.intents(places.home(), chain.id(), purse.address()));
        Address contract = deployed(chain, new Submitter(chain, purse, intents, 0));
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
        }
        return OK;
      } catch (RpcException e) {
        throw new Failure(String.valueOf(e.getMessage()));
      }
    }

    private static Address deployed(Chain chain, Submitter submitter)
        throws IOException, RpcException, InterruptedException, Failure {
      Effect effect = Effect.create(PackedContract.EVIDENCE_ANCHOR.creationCode());
      for (int i = 0; i < TRIES; i++) {
        Intent intent = submitter.submit(PURPOSE, effect);
        if (intent.outcome() instanceof Outcome.Executed) {
          for (Attempt attempt : intent.attempts()) {
            Optional<Address> contract = chain.mined(attempt.hash()).flatMap(Chain.Mined::contract);
            if (contract.isPresent()) {
              return contract.get();
            }
          }
          throw new Failure("the chain that had the contract's transaction has it no more");
        }
        if (!intent.pending()) {
          throw new Failure(
              "the chain did not make the contract: use another payment key, and see its account");
        }
        Thread.sleep(i == 0 ? 100 : 1_000);
      }
      throw new Failure(
          "the transaction waits for its block; run this again, nothing is paid twice");
    }
  }
}
