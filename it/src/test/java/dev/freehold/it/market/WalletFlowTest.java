// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.it.Processes;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.channel.Wanted;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.Node;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of the money, in processes of their own, with the chain and without. */
@NullMarked
@Timeout(180)
class WalletFlowTest {
  private static final String CHAIN = "31337";

  @TempDir private Path folder = Path.of("");

  @Test
  void aMachineTakesUpWhatItsOwnerSignedForBuyingAndNothingElse() throws Exception {
    try (Processes programs = new Processes(folder)) {
      Path config = programs.home().resolve("config");
      String mandate = folder.resolve("mandate").toString();
      String[] take = {"wallet", "budget", mandate, "--owner", "did:key:z6Mk"};
      assertThat(programs.cli(take).err()).contains("this home has no key yet");
      // As a first start makes it.
      Files.createDirectories(programs.home());
      String node =
          KeyFile.create(programs.home().resolve(Node.KEY_FILE), new SecureRandom())
              .nodeId()
              .toString();
      Json.Obj signed = programs.cli(signing(mandate, node)).json();
      String owner = Processes.text(signed, "issuer");
      take[4] = owner;
      assertThat(programs.cli(take).err()).contains("lacks chain and chain-id and coin");
      Files.writeString(
          config,
          "chain = http://127.0.0.1:1\nchain-id = 31337\ncoin = "
              + DevelopmentChain.PAYMENT_CHANNELS
              + "\n");
      assertThat(programs.cli("wallet").out()).contains("budget    none: the limits decide alone");
      assertThat(programs.cli("wallet", "budget", mandate).err()).contains("FILE with --owner");
      assertThat(programs.cli("wallet", "budget", mandate, "--owner", node).err())
          .contains("nothing was changed: " + owner + " is no trusted owner");
      assertThat(programs.cli("up", "--no-model", "--budget", mandate).err())
          .contains("--budget and --budget-owner go together");
      String another = folder.resolve("another").toString();
      assertThat(programs.cli(signing(another, owner)).exit()).isZero();
      assertThat(
              programs.cli("up", "--no-model", "--budget", another, "--budget-owner", owner).err())
          .contains("nothing was changed: the mandate is held by " + owner);

      Processes.Run taken = programs.cli(take);
      assertThat(taken.exit()).as(taken.err()).isZero();
      assertThat(programs.cli("wallet").out())
          .contains(" of " + owner + ", until ")
          .contains("  used: 0 of 5000000 of token " + DevelopmentChain.PAYMENT_CHANNELS)
          .contains("  used: 0 of 20 answers, 0 of 1000000 output tokens");
      String ended = folder.resolve("revocation").toString();
      assertThat(programs.cli("mandate", "revoke", mandate, ended).exit()).isZero();
      Processes.Run over = programs.cli("wallet", "budget", "--revocation", ended);
      assertThat(over.out()).as(over.err()).contains("not in force, so nothing is bought: revoked");
      assertThat(programs.cli("wallet", "budget", "--none", "--json").out().strip())
          .isEqualTo("null");
    }
  }

  private static String[] signing(String file, String holder) {
    List<String> words =
        new ArrayList<>(List.of("mandate", "sign", file, "--holder", holder, "--json"));
    words.addAll(List.of("--effect", "model_call", "--effect", "payment", "--model", "*"));
    words.addAll(List.of("--peer", "*", "--pay", "5000000", "--unit", "USD", "--answers", "20"));
    return words.toArray(String[]::new);
  }

  @Test
  void everyCoinIsShownWithItsOwnerStateAndTimeWithTheChainAndWithout() throws Exception {
    try (Processes programs = new Processes(folder);
        Economy economy = Economy.start(folder)) {
      String token = economy.coin().token().toString();
      Processes.Run empty = programs.cli("wallet");
      assertThat(empty.exit()).as(empty.err()).isZero();
      assertThat(empty.out())
          .contains("account   none")
          .contains("limits    none: nothing may be spent")
          .contains("channels  none");
      assertThat(programs.cli("wallet", "limit", "--chain", CHAIN, "--token", token).err())
          .contains("give --answer, --day and --peer, or --none");
      String[] limit = {
        "wallet",
        "limit",
        "--chain",
        CHAIN,
        "--token",
        token,
        "--answer",
        "100",
        "--day",
        "300",
        "--peer",
        "200"
      };
      Processes.Run set = programs.cli(limit);
      assertThat(set.exit()).as(set.err()).isZero();

      // The node's own work, until it is wired: a channel that was seen empty, then an answer.
      MarketFolder market = new MarketFolder(programs.home());
      PaymentKeyFile.create(market.key(), new SecureRandom());
      Channel channel = economy.channel("one");
      Payer payer =
          new Payer(
              Economy.BUYER,
              FolderChannels.ofPayer(market.payer(), new SecureRandom()),
              new LimitFile(market.limits()),
              Budget.UNSET,
              InstantSource.system());
      payer.observe(channel, ChannelState.EMPTY);
      economy.deposit(channel, 1_000);
      payer.observe(channel, economy.channels().state(channel));
      Price price = new Price(Amount.of(1_000_000), Amount.of(1_000_000));
      TokenCounts counts = new TokenCounts(60, 40);
      Payer.Reserving reserving =
          payer.reserve(
              channel.id(),
              new Wanted(
                  SigningKey.ofSeed(new byte[32]).nodeId(),
                  Digest.sha256("model"),
                  Optional.empty(),
                  price,
                  counts,
                  Amount.ZERO));
      try (Purchase purchase = ((Payer.Reserving.Reserved) reserving).purchase()) {
        assertThat(purchase.pay(counts, counts)).isInstanceOf(Purchase.Payment.Signed.class);
      }
      Submitter buyer =
          economy.submitter(Economy.BUYER, "home/intents/" + CHAIN + "/" + Economy.BUYER.address());
      economy.done(
          buyer, "withdraw", economy.channels().initiateWithdrawal(channel, Amount.of(300)));

      String buyerAddress = Economy.BUYER.address().toString();
      assertThat(programs.cli("wallet").out())
          .as("as last seen")
          .contains("an answer 100, a day 300, a seller in a day 200")
          .contains("  900 free, owner " + buyerAddress + " (you), can be had 900 s after")
          .contains("  100 signed, owner " + Economy.SELLER.address() + ", can be had now");
      String rpc = economy.rpcAddress().toString();
      Processes.Run now = programs.cli("wallet", "--rpc", rpc, "--chain", CHAIN);
      assertThat(now.exit()).as(now.err()).isZero();
      assertThat(now.out())
          .contains("  600 free")
          .containsPattern("  300 withdrawing, owner " + buyerAddress + " .you., can be had from 2")
          .contains("  in it: 0 gas");
      assertThat(programs.cli("wallet", "--rpc", rpc, "--chain", "1").err())
          .contains("this is chain 31337, and 1 was meant");

      Processes.Run status = programs.cli("chain", "status", "--rpc", rpc, "--chain", CHAIN);
      assertThat(status.exit()).as(status.err()).isZero();
      assertThat(status.out())
          .contains("account   " + buyerAddress + " on chain 31337")
          .contains("1 done, 0 pending, 0 came to nothing")
          .contains("channels  " + DevelopmentChain.PAYMENT_CHANNELS + ": ours")
          .contains("gas       " + buyerAddress + " has ");

      economy.stop();
      Processes.Run offline = programs.cli("wallet", "--rpc", rpc, "--chain", CHAIN);
      assertThat(offline.exit()).as("safe without the chain").isZero();
      assertThat(offline.err()).contains("Shown as it was last seen");
      assertThat(offline.out()).contains("  900 free");
      Processes.Run down = programs.cli("chain", "status", "--rpc", rpc, "--chain", CHAIN);
      assertThat(down.exit()).isEqualTo(1);
      assertThat(down.out()).contains("1 done, 0 pending");

      Files.writeString(market.limits(), "{}");
      assertThat(programs.cli("wallet").err()).contains("Nothing is spent");
      Files.delete(market.limits());
      Path kept = market.payer().resolve(channel.id() + ".json");
      Files.writeString(kept, Files.readString(kept) + " ");
      Processes.Run damaged = programs.cli("wallet");
      assertThat(damaged.exit()).isEqualTo(1);
      assertThat(damaged.err()).contains("Nothing is signed or served while this is unclear");
    }
  }
}
