// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold chain status}. */
@Command(
    name = "status",
    description = {
      "What this home wrote down that it wants of chains, and what became of it.",
      "With --rpc, also what that chain holds: its newest block, the accounts' money, the payment"
          + " channels. Nothing is sent. Exits with 1 if the chain does not answer."
    })
final class ChainStatus extends Verb {
  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description = "Where the chain's JSON-RPC answers (http or https).")
  private @Nullable URI rpc;

  @Option(
      names = "--chain",
      paramLabel = "NUMBER",
      description = "Which chain must answer there (EIP-155).")
  private @Nullable Long number;

  @Option(
      names = "--channels",
      paramLabel = "ADDRESS",
      description = "Where the payment channels are (x402's address, unless given).")
  private @Nullable String channels;

  /** An account's intents on one chain. */
  private record Account(ChainId chain, Address address, List<Intent> intents) {
    private long count(Class<? extends Outcome> outcome) {
      return intents.stream().filter(intent -> outcome.isInstance(intent.outcome())).count();
    }
  }

  @Override
  int run() throws Exception {
    Optional<ChainId> wanted = chosen();
    List<Account> accounts = accounts(places.home().resolve("intents"));
    Json.Builder told = Json.object();
    List<Json> items = new ArrayList<>();
    for (Account account : accounts) {
      items.add(
          Json.object()
              .put("chain", account.chain().number())
              .put("account", account.address().toString())
              .put("executed", account.count(Outcome.Executed.class))
              .put("pending", account.count(Outcome.Pending.class))
              .put("failed", account.intents().size() - known(account))
              .build());
      if (!json) {
        tell(account);
      }
    }
    told.put("accounts", Json.array(items));
    if (accounts.isEmpty() && !json) {
      screen.line("nothing was ever wanted of a chain by " + places.home());
    }
    int code = wanted.isPresent() ? asked(wanted.get(), accounts, told) : OK;
    if (json) {
      screen.json(told.build());
    }
    return code;
  }

  private Optional<ChainId> chosen() throws Failure {
    if ((rpc == null) != (number == null)) {
      throw new Failure("--rpc and --chain go together: which chain must answer there");
    }
    try {
      return number == null ? Optional.empty() : Optional.of(new ChainId(number));
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  private static long known(Account account) {
    return account.count(Outcome.Executed.class) + account.count(Outcome.Pending.class);
  }

  private void tell(Account account) {
    screen.line("account   " + account.address() + " on chain " + account.chain());
    screen.line(
        "  "
            + account.count(Outcome.Executed.class)
            + " done, "
            + account.count(Outcome.Pending.class)
            + " pending, "
            + (account.intents().size() - known(account))
            + " came to nothing");
    for (Intent intent : account.intents()) {
      if (intent.pending()) {
        screen.line("  pending: " + intent.purpose() + " (nonce " + intent.nonce() + ")");
      }
    }
  }

  private int asked(ChainId wanted, List<Account> accounts, Json.Builder told) throws Failure {
    Address contract = contract();
    try (HttpClient client = HttpClient.newHttpClient()) {
      Chain chain =
          Chain.connect(
              new HttpRpc(client, Objects.requireNonNull(rpc), Duration.ofSeconds(20)), wanted);
      Chain.Block head = chain.head();
      String program = program(chain.code(contract));
      told.put(
          "chain",
          Json.object()
              .put("chain", wanted.number())
              .put("block", head.number())
              .put("baseFee", head.baseFee().toString())
              .put("channels", contract.toString())
              .put("program", program)
              .build());
      if (!json) {
        screen.line(
            "chain     " + wanted + " at block " + head.number() + ", base fee " + head.baseFee());
        screen.line("channels  " + contract + ": " + program);
      }
      List<Json> balances = new ArrayList<>();
      for (Account account : accounts) {
        if (account.chain().equals(wanted)) {
          String balance = chain.balance(account.address()).toString();
          balances.add(
              Json.object()
                  .put("account", account.address().toString())
                  .put("balance", balance)
                  .build());
          if (!json) {
            screen.line("gas       " + account.address() + " has " + balance);
          }
        }
      }
      told.put("gas", Json.array(balances));
      return OK;
    } catch (RpcException | IllegalArgumentException e) {
      screen.error(String.valueOf(e.getMessage()));
      return FAILED;
    }
  }

  private Address contract() throws Failure {
    if (channels == null) {
      return DevelopmentChain.PAYMENT_CHANNELS;
    }
    return Address.parse(channels)
        .orElseThrow(() -> new Failure(channels + " is not an address with its checksum"));
  }

  private static String program(byte[] code) {
    if (code.length == 0) {
      return "no contract";
    }
    return Arrays.equals(code, PackedContract.PAYMENT_CHANNELS.runtimeCode())
        ? "ours"
        : "another program of " + code.length + " bytes (x402's own, or not payment channels)";
  }

  private static List<Account> accounts(Path folder) throws IOException, Failure {
    List<Account> accounts = new ArrayList<>();
    for (Path chain : inside(folder)) {
      for (Path account : inside(chain)) {
        Optional<Address> address = Address.parse(account.getFileName().toString());
        if (address.isEmpty() || !chain.getFileName().toString().matches("[1-9][0-9]{0,15}")) {
          continue;
        }
        try {
          accounts.add(
              new Account(
                  new ChainId(Long.parseLong(chain.getFileName().toString())),
                  address.get(),
                  FolderIntents.open(account).all()));
        } catch (IllegalStateException e) {
          throw new Failure(String.valueOf(e.getMessage()));
        }
      }
    }
    return accounts;
  }

  private static List<Path> inside(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.filter(Files::isDirectory).sorted().toList();
    }
  }
}
