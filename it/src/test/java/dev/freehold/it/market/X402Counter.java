// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.payment.Domain;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.Payee;
import dev.freehold.market.offer.Price;
import dev.freehold.market.x402.PaymentPayload;
import dev.freehold.market.x402.PaymentRefusal;
import dev.freehold.market.x402.PaymentRequirements;
import dev.freehold.market.x402.Scheme;
import dev.freehold.node.money.Money;
import dev.freehold.node.x402.Bill;
import dev.freehold.node.x402.ChainLine;
import dev.freehold.node.x402.ChainTill;
import dev.freehold.node.x402.Payment;
import dev.freehold.node.x402.TillTerms;
import dev.freehold.node.x402.Verification;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;

/** A till over a development chain, and what its buyer and seller have. */
@NullMarked
final class X402Counter {
  /** An answer that costs 20 for its prompt and up to 30 more: 50 at most. */
  static final Bill BILL = new Bill(new Price(Amount.of(1_000_000), Amount.of(1_000_000)), 20, 30);

  final Economy economy;
  final Domain token;
  private final Path folder;

  /** What the seller is told and its buyers are not. */
  final List<String> events = new CopyOnWriteArrayList<>();

  private volatile Instant now = Instant.now();
  private ChainTill till;
  private Payee payee;
  private Amount buyers;
  private Amount sellers;

  X402Counter(Economy economy, Path folder) throws Exception {
    this.economy = economy;
    this.folder = folder;
    this.token = new Token(economy.chain(), economy.coin().token()).domain();
    this.payee = payee();
    this.till = till(line());
    this.buyers = economy.dollars(Economy.BUYER.address());
    this.sellers = economy.dollars(Economy.SELLER.address());
  }

  private Payee payee() throws Exception {
    return new Payee(
        new Payee.Rules(
            economy.coin(),
            Economy.SELLER.address(),
            Economy.SELLER.address(),
            Amount.of(10),
            Duration.ofMinutes(15),
            100),
        FolderChannels.ofPayee(folder.resolve("payee"), new SecureRandom()));
  }

  private ChainTill till(ChainLine line) {
    TillTerms terms =
        new TillTerms(
            economy.coin(), Economy.SELLER.address(), Duration.ofMinutes(15), Amount.of(1));
    InstantSource clock = () -> now;
    return new ChainTill(terms, payee, line, clock, (event, more) -> events.add(event));
  }

  /** The seller's node begins anew, with what is on its disk. */
  void restart() throws Exception {
    restart(line());
  }

  void restart(ChainLine line) throws Exception {
    payee = payee();
    till = till(line);
  }

  ChainLine line() throws Exception {
    return line(economy.rpc());
  }

  ChainLine line(Rpc rpc) throws Exception {
    Chain chain = Chain.connect(rpc, ChainId.DEVELOPMENT);
    Money.Ledger ledger =
        new Money.Ledger(
            new ChannelContract(chain, economy.coin().contract()),
            economy.submitter(chain, Economy.SELLER, "seller"));
    return () -> ledger;
  }

  Instant now() {
    return now;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  void present() {
    now = Instant.now();
  }

  ChainTill till() {
    return till;
  }

  Payee seller() {
    return payee;
  }

  X402Buyer buyer(Scheme scheme, String nonce) throws Exception {
    PaymentRequirements way =
        till.ways(BILL).stream()
            .filter(each -> each.scheme().equals(scheme.text()))
            .findFirst()
            .orElseThrow();
    return new X402Buyer(way, token, nonce, now);
  }

  Payment good(PaymentPayload payment) {
    Verification verification = till.verify(payment, BILL);
    assertThat(verification).isInstanceOf(Verification.Good.class);
    return ((Verification.Good) verification).payment();
  }

  Verification.Refused refused(PaymentPayload payment, PaymentRefusal refusal) {
    Verification verification = till.verify(payment, BILL);
    assertThat(verification).isInstanceOf(Verification.Refused.class);
    Verification.Refused no = (Verification.Refused) verification;
    assertThat(no.refusal()).as(no.why()).isEqualTo(refusal);
    return no;
  }

  /** How much left the buyer and came to the seller since this began. */
  void moved(long fromBuyer, long toSeller) throws Exception {
    assertThat(economy.dollars(Economy.BUYER.address()))
        .as("the buyer's")
        .isEqualTo(buyers.less(Amount.of(fromBuyer)));
    assertThat(economy.dollars(Economy.SELLER.address()))
        .as("the seller's")
        .isEqualTo(sellers.plus(Amount.of(toSeller)));
  }
}
