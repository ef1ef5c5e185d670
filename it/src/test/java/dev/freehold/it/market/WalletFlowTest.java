// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.it.Processes;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.record.Amount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
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
              InstantSource.system());
      payer.observe(channel, ChannelState.EMPTY);
      economy.deposit(channel, 1_000);
      payer.observe(channel, economy.channels().state(channel));
      Price price = new Price(Amount.of(1_000_000), Amount.of(1_000_000));
      TokenCounts counts = new TokenCounts(60, 40);
      Payer.Reserving reserving = payer.reserve(channel.id(), price, counts, Amount.ZERO);
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
