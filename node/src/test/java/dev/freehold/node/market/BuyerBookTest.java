// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
import dev.freehold.evidence.SignedVerdict.Finding;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.market.match.Answered;
import dev.freehold.market.match.History;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.table.Standing;
import dev.freehold.node.receipts.Purchased;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a buyer learns of sellers outlives its node, and its checks are logged. */
class BuyerBookTest {
  private static final SigningKey OWN = SigningKey.ofSeed(new byte[32]);
  private static final PaymentKey MONEY = PaymentKey.ofSecret(Digest.sha256("buyer").bytes());
  private static final NodeId GOOD = OfferedThings.key(1).nodeId();
  private static final NodeId LIAR = OfferedThings.key(2).nodeId();
  private static final ChannelId CHANNEL = new ChannelId(Keccak256.hash("channel"));
  private static final ReceiptId RECEIPT = new ReceiptId("r-00000000000000000001");

  @TempDir private Path home = Path.of("");

  private final AtomicInteger added = new AtomicInteger();

  private BuyerBook open(ReceiptStore store) {
    return BuyerBook.open(store.purchases(), OWN, InstantSource.system(), added::incrementAndGet);
  }

  private static Purchased purchase(
      BuyerBook book, NodeId seller, Purchased.How how, Finding finding) {
    return new Purchased(
        seller,
        book.now(),
        new Statement.Model(Digest.sha256("model"), "tiny"),
        CHANNEL,
        Amount.of(4),
        Optional.of(RECEIPT),
        how,
        new Answered(
            new TokenCounts(10, 11),
            Duration.ofMillis(10),
            Duration.ofMillis(30),
            finding,
            how == Purchased.How.WHOLE));
  }

  private static BuyerBook.Checked checked(Finding replayed) {
    return new BuyerBook.Checked(
        Digest.sha256("a transcript"),
        Optional.of(RECEIPT),
        Map.of("signed", Finding.VALID, "replayed", replayed),
        replayed);
  }

  @Test
  void aSellersPaceAndALiarsLieAreKnownAfterARestart() {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      BuyerBook book = open(store);
      book.ended(
          purchase(book, GOOD, Purchased.How.WHOLE, Finding.VALID),
          Optional.of(checked(Finding.VALID)),
          Optional.empty(),
          MONEY.address());
      book.ended(
          purchase(book, LIAR, Purchased.How.BROKEN, Finding.INVALID),
          Optional.of(checked(Finding.INVALID)),
          Optional.empty(),
          MONEY.address());
      book.ended(
          purchase(book, GOOD, Purchased.How.LEFT, Finding.UNDECIDABLE),
          Optional.empty(),
          Optional.empty(),
          MONEY.address());
    }
    try (ReceiptStore store = ReceiptStore.open(home)) {
      BuyerBook book = open(store);
      assertThat(book.history(GOOD))
          .isEqualTo(new History(1, 0, 0, Optional.of(new History.Pace(1_000, 2_000))));
      assertThat(book.standing(GOOD)).isEqualTo(Standing.USED);
      assertThat(book.history(LIAR).invalid()).as("no match takes it any more").isEqualTo(1);
      assertThat(book.standing(LIAR)).isEqualTo(Standing.UNKNOWN);
      assertThat(book.history(OWN.nodeId())).isEqualTo(History.NONE);
    }
    assertThat(added).hasValue(3);
  }

  @Test
  void theVerdictIsSignedByTheBuyerAndTheVoucherNamesTheReceipt() {
    Voucher voucher = new Voucher(CHANNEL, Amount.of(4));
    SignedVoucher signed =
        new SignedVoucher(
            ChainId.DEVELOPMENT,
            MONEY.address(),
            voucher,
            MONEY.sign(
                Domain.ofPaymentChannels(ChainId.DEVELOPMENT, MONEY.address()).digest(voucher)));
    try (ReceiptStore store = ReceiptStore.open(home)) {
      BuyerBook book = open(store);
      book.ended(
          purchase(book, GOOD, Purchased.How.WHOLE, Finding.VALID),
          Optional.of(checked(Finding.VALID)),
          Optional.of(signed),
          MONEY.address());
      List<byte[]> records = store.unloggedRecords(10);
      assertThat(records).hasSize(2);
      assertThat(SignedVerdict.decode(records.getFirst()))
          .isInstanceOfSatisfying(
              Parsed.Read.class,
              read -> {
                SignedVerdict verdict = (SignedVerdict) read.value();
                assertThat(verdict.signed()).isTrue();
                assertThat(verdict.receipt()).contains(RECEIPT);
                assertThat(verdict.terms().verifier()).isEqualTo(OWN.nodeId());
              });
      assertThat(LoggedVoucher.decode(records.getLast()))
          .isEqualTo(
              new Parsed.Read<>(
                  new LoggedVoucher(LoggedVoucher.Role.PAID, MONEY.address(), signed, RECEIPT)));
    }
  }
}
