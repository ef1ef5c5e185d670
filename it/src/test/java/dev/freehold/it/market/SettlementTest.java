// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Watch;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.channel.Stop;
import dev.freehold.market.channel.VoucherRefusal;
import dev.freehold.market.channel.Wanted;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers are bought, vouchers claimed, and every coin is where it belongs, on a real EVM. */
@NullMarked
@Timeout(180)
class SettlementTest {
  private static final Price PRICE = new Price(Amount.of(1_000_000), Amount.of(1_000_000));
  private static final Amount WINDOW = Amount.of(50);

  @TempDir private Path folder = Path.of("");

  @Test
  void whatIsSoldIsClaimedInOneBatchAndPaidOnce() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      Channel one = economy.channel("one");
      Channel two = economy.channel("two");
      economy.deposit(one, 1_000);
      economy.deposit(two, 500);
      Payer payer = payer(economy);
      Payee payee = payee(economy);
      for (Channel channel : List.of(one, two)) {
        payer.observe(channel, economy.channels().state(channel));
        assertThat(payee.open(channel, economy.channels().state(channel))).isEmpty();
      }
      buy(payer, payee, one, 100, 40);
      buy(payer, payee, one, 60, 0);
      buy(payer, payee, two, 30, 20);

      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      Watch watch = new Watch(economy.channels(), seller, new Watch.Rules(Amount.of(1_000), 10));
      assertThat(look(watch, payee).intents()).as("not worth a transaction yet").isEmpty();
      watch = new Watch(economy.channels(), seller, new Watch.Rules(Amount.of(250), 10));
      Watch.Look look = look(watch, payee);
      assertThat(look.intents()).as("both in one batch").hasSize(1);
      settled(watch, payee);
      assertThat(economy.channels().state(one).claimed()).isEqualTo(Amount.of(200));
      assertThat(economy.channels().state(two).claimed()).isEqualTo(Amount.of(50));

      pay(economy, watch);
      assertThat(economy.dollars(Economy.SELLER.address())).isEqualTo(Amount.of(250));
      assertThat(look(watch, payee).intents()).as("nothing is claimed twice").isEmpty();
      assertThat(watch.settle(Economy.SELLER.address(), economy.coin().token())).isEmpty();
      assertThat(payee.claimable()).isEmpty();
    }
  }

  @Test
  void aVoucherAboveTheDepositIsRefusedByTheSellerAndByTheContract() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      Channel one = economy.channel("one");
      Channel two = economy.channel("two");
      economy.deposit(one, 1_000);
      economy.deposit(two, 1_000);
      Payee payee = payee(economy);
      for (Channel channel : List.of(one, two)) {
        assertThat(payee.open(channel, economy.channels().state(channel))).isEmpty();
      }
      SignedVoucher tooMuch = signed(one, 1_001);
      assertThat(payee.accept(tooMuch)).contains(VoucherRefusal.ABOVE_DEPOSIT);
      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      ChannelContract contract = economy.channels();
      Claimable all = new Claimable(one, tooMuch);
      assertThatThrownBy(
              () ->
                  seller.submit(
                      new Intent.Purpose("too much"),
                      contract.claim(List.of(new ChannelContract.Row(all, Amount.of(1_001))))))
          .isInstanceOfSatisfying(
              RpcException.Refused.class,
              refused ->
                  assertThat(ChannelContract.errorName(refused)).contains("ClaimExceedsBalance"));

      // A watch that has it all the same claims what is there, and leaves out what is no voucher.
      Watch watch = new Watch(contract, seller, new Watch.Rules(Amount.of(1), 10));
      SignedVoucher good = signed(two, 10);
      Claimable forged =
          new Claimable(
              two,
              new SignedVoucher(
                  two.chain(),
                  two.contract(),
                  new Voucher(two.id(), Amount.of(900)),
                  good.signature()));
      Watch.Look look = watch.look(List.of(one, two), List.of(all, forged));
      assertThat(look.uncovered()).containsExactly(all);
      assertThat(look.refused()).containsExactly(new Watch.Refused(forged, "InvalidSignature"));
      settled(seller);
      assertThat(contract.state(one).claimed()).isEqualTo(Amount.of(1_000));
      assertThat(contract.state(two).claimed()).isEqualTo(Amount.ZERO);
    }
  }

  @Test
  void aWithdrawalAheadOfAClaimTakesNoCoinThatWasSigned() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      Channel one = economy.channel("one");
      economy.deposit(one, 1_000);
      Payer payer = payer(economy);
      Payee payee = payee(economy);
      payer.observe(one, economy.channels().state(one));
      assertThat(payee.open(one, economy.channels().state(one))).isEmpty();
      buy(payer, payee, one, 100, 100);

      Submitter buyer = economy.submitter(Economy.BUYER, "buyer");
      economy.done(buyer, "withdraw", economy.channels().initiateWithdrawal(one, Amount.of(1_000)));
      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      Watch watch = new Watch(economy.channels(), seller, new Watch.Rules(Amount.of(5_000), 10));
      assertThat(look(watch, payee).intents()).as("urgent, whatever it is worth").hasSize(1);
      assertThat(payee.serve(one.id(), Amount.of(1))).contains(Stop.WITHDRAWING);
      assertThat(payee.accept(signed(one, 300))).contains(VoucherRefusal.WITHDRAWING);
      settled(watch, payee);

      assertThatThrownBy(
              () ->
                  buyer.submit(
                      new Intent.Purpose("too early"), economy.channels().finalizeWithdrawal(one)))
          .isInstanceOfSatisfying(
              RpcException.Refused.class,
              refused ->
                  assertThat(ChannelContract.errorName(refused))
                      .contains("WithdrawDelayNotElapsed"));
      economy.pass(Duration.ofMinutes(16));
      economy.done(buyer, "finalize", economy.channels().finalizeWithdrawal(one));
      pay(economy, watch);
      assertThat(economy.dollars(Economy.SELLER.address())).isEqualTo(Amount.of(200));
      assertThat(economy.dollars(Economy.BUYER.address())).isEqualTo(Amount.of(999_800));
      assertThat(economy.channels().state(one).balance()).isEqualTo(Amount.of(200));
    }
  }

  @Test
  void aClaimWhoseTransactionWasLostWithTheNodeIsSentAtTheNextStartAndOnce() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      Channel one = economy.channel("one");
      economy.deposit(one, 1_000);
      Payer payer = payer(economy);
      Payee payee = payee(economy);
      payer.observe(one, economy.channels().state(one));
      assertThat(payee.open(one, economy.channels().state(one))).isEmpty();
      buy(payer, payee, one, 100, 0);

      AtomicBoolean losing = new AtomicBoolean(true);
      Rpc losesWhatIsSent =
          (method, parameters) -> {
            if (losing.get() && method.equals("eth_sendRawTransaction")) {
              throw new RpcException.Unanswered(method, "the node died before it was sent", null);
            }
            return economy.rpc().call(method, parameters);
          };
      Chain lossy = Chain.connect(losesWhatIsSent, ChainId.DEVELOPMENT);
      Submitter dying = economy.submitter(lossy, Economy.SELLER, "seller");
      Watch watch = new Watch(economy.channels(), dying, new Watch.Rules(Amount.of(1), 10));
      Watch.Look look = look(watch, payee);
      assertThat(look.pending()).as("the intent is on the disk").isTrue();
      assertThat(economy.channels().state(one).claimed()).isEqualTo(Amount.ZERO);

      Payee again = payee(economy);
      assertThat(again.claimable()).isEqualTo(payee.claimable());
      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      Watch next = new Watch(economy.channels(), seller, new Watch.Rules(Amount.of(1), 10));
      settled(next, again);
      assertThat(economy.channels().state(one).claimed()).isEqualTo(Amount.of(100));
      long claims =
          seller.lookUpAll().stream()
              .filter(intent -> intent.purpose().text().startsWith("claim"))
              .count();
      assertThat(claims).isEqualTo(1);
    }
  }

  @Test
  void aClaimAndAPaymentThatTheChainTakesBackAreMadeAgainAndPaidOnce() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      Channel one = economy.channel("one");
      economy.deposit(one, 1_000);
      Payer payer = payer(economy);
      Payee payee = payee(economy);
      payer.observe(one, economy.channels().state(one));
      assertThat(payee.open(one, economy.channels().state(one))).isEmpty();
      buy(payer, payee, one, 100, 0);
      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      Watch watch = new Watch(economy.channels(), seller, new Watch.Rules(Amount.of(1), 10));
      Json before = economy.mark();
      var _ = look(watch, payee);
      settled(watch, payee);
      pay(economy, watch);
      assertThat(economy.dollars(Economy.SELLER.address())).isEqualTo(Amount.of(100));

      economy.takeBack(before);
      assertThat(economy.channels().state(one).claimed()).isEqualTo(Amount.ZERO);
      assertThat(economy.dollars(Economy.SELLER.address())).isEqualTo(Amount.ZERO);
      for (int looks = 0; looks < 5; looks++) {
        var _ = look(watch, payee);
        settled(watch, payee);
      }
      assertThat(economy.channels().state(one).claimed()).isEqualTo(Amount.of(100));
      pay(economy, watch);
      assertThat(economy.dollars(Economy.SELLER.address()))
          .as("what was signed, once")
          .isEqualTo(Amount.of(100));
      assertThat(look(watch, payee).intents()).isEmpty();
      assertThat(watch.settle(Economy.SELLER.address(), economy.coin().token())).isEmpty();
    }
  }

  private Payer payer(Economy economy) throws IOException {
    SpendingLimits limits =
        new SpendingLimits(Amount.of(1_000), Amount.of(5_000), Amount.of(5_000));
    return new Payer(
        Economy.BUYER,
        FolderChannels.ofPayer(folder.resolve("payer"), new SecureRandom()),
        coin -> coin.equals(economy.coin()) ? Optional.of(limits) : Optional.empty(),
        Budget.UNSET,
        InstantSource.system());
  }

  private Payee payee(Economy economy) throws IOException {
    return new Payee(
        new Payee.Rules(
            economy.coin(),
            Economy.SELLER.address(),
            Economy.SELLER.address(),
            WINDOW,
            Duration.ofMinutes(15),
            100),
        FolderChannels.ofPayee(folder.resolve("payee"), new SecureRandom()));
  }

  /** The input is paid beforehand, the output in steps of 20 tokens. */
  private static void buy(Payer payer, Payee payee, Channel channel, int input, int output)
      throws IOException {
    Payer.Reserving reserving =
        payer.reserve(
            channel.id(),
            new Wanted(
                SigningKey.ofSeed(new byte[32]).nodeId(),
                Digest.sha256("model"),
                Optional.empty(),
                PRICE,
                new TokenCounts(input, output),
                Amount.ZERO));
    assertThat(reserving).isInstanceOf(Payer.Reserving.Reserved.class);
    try (Purchase purchase = ((Payer.Reserving.Reserved) reserving).purchase()) {
      hand(payee, purchase, new TokenCounts(input, 0));
      assertThat(payee.serve(channel.id(), Amount.of(input))).isEmpty();
      for (int done = 20; done <= output; done += 20) {
        assertThat(payee.serve(channel.id(), Amount.of(20))).isEmpty();
        hand(payee, purchase, new TokenCounts(input, done));
      }
    }
  }

  private static void hand(Payee payee, Purchase purchase, TokenCounts counts) throws IOException {
    Purchase.Payment payment = purchase.pay(counts, counts);
    assertThat(payment).isInstanceOf(Purchase.Payment.Signed.class);
    assertThat(payee.accept(((Purchase.Payment.Signed) payment).voucher())).isEmpty();
  }

  private static SignedVoucher signed(Channel channel, long amount) {
    Voucher voucher = new Voucher(channel.id(), Amount.of(amount));
    return new SignedVoucher(
        channel.chain(),
        channel.contract(),
        voucher,
        Economy.BUYER.sign(channel.domain().digest(voucher)));
  }

  /** One look of the watch, and what it saw told to the seller's end, as a node does it. */
  private static Watch.Look look(Watch watch, Payee payee) throws Exception {
    Watch.Look look =
        watch.look(
            payee.channels().stream().map(PayeeChannel::channel).toList(), payee.claimable());
    for (Watch.Seen seen : look.seen()) {
      payee.observe(seen.channel().id(), seen.state());
    }
    return look;
  }

  private static void settled(Watch watch, Payee payee) throws Exception {
    for (int i = 0; i < 200; i++) {
      look(watch, payee);
      if (payee.claimable().isEmpty()) {
        return;
      }
      Thread.sleep(25);
    }
    throw new AssertionError("the claim was not executed");
  }

  private static void settled(Submitter submitter) throws Exception {
    for (int i = 0; i < 200; i++) {
      if (submitter.lookUpAll().stream().noneMatch(Intent::pending)) {
        return;
      }
      Thread.sleep(25);
    }
    throw new AssertionError("a transaction was not executed");
  }

  private static void pay(Economy economy, Watch watch) throws Exception {
    for (int i = 0; i < 200; i++) {
      if (watch.settle(Economy.SELLER.address(), economy.coin().token()).isEmpty()) {
        return;
      }
      Thread.sleep(25);
    }
    throw new AssertionError("nothing was paid");
  }
}
