// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.freehold.evidence.settlement.LoggedVoucher.Role;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/formats/purchase.md: what was bought outlives the process, whole or not at all. */
class PurchaseStoreTest {
  private static final SigningKey OWN = SigningKey.ofSeed(new byte[32]);
  private static final PaymentKey MONEY = PaymentKey.ofSecret(Digest.sha256("buyer").bytes());
  private static final ChannelId CHANNEL = new ChannelId(Keccak256.hash("channel"));
  private static final Timestamp TIME = Timestamp.parse("2026-11-29T10:00:00.000Z");

  @TempDir private Path home = Path.of("");

  private static NodeId seller(int number) {
    return SigningKey.ofSeed(Digest.sha256("seller " + number).bytes()).nodeId();
  }

  private static ReceiptId receipt(int number) {
    return new ReceiptId("r-" + Digest.sha256("receipt " + number).hex().substring(0, 20));
  }

  private static Purchased purchase(int seller, int number, Purchased.How how, Finding finding) {
    return new Purchased(
        seller(seller),
        TIME,
        new Statement.Model(Digest.sha256("model"), "tiny"),
        CHANNEL,
        Amount.of(number),
        how == Purchased.How.WHOLE ? Optional.of(receipt(number)) : Optional.empty(),
        how,
        new dev.freehold.market.match.Answered(
            new TokenCounts(5, number),
            Duration.ofMillis(2),
            Duration.ofMillis(20),
            finding,
            how == Purchased.How.WHOLE));
  }

  private static SignedVerdict verdict(int number) {
    return SignedVerdict.sign(
        new SignedVerdict.Terms(
            TIME,
            Map.of("signed", Finding.VALID),
            receipt(number),
            Digest.sha256("transcript " + number),
            Finding.VALID,
            OWN.nodeId()),
        OWN);
  }

  private static LoggedVoucher voucher(Role role, long amount, int number) {
    Voucher voucher = new Voucher(CHANNEL, Amount.of(amount));
    return new LoggedVoucher(
        role,
        MONEY.address(),
        new SignedVoucher(
            ChainId.DEVELOPMENT,
            MONEY.address(),
            voucher,
            MONEY.sign(
                Domain.ofPaymentChannels(ChainId.DEVELOPMENT, MONEY.address()).digest(voucher))),
        receipt(number));
  }

  @Test
  void whatWasBoughtIsThereAfterARestartTheNewestFirst() {
    Purchased whole = purchase(1, 3, Purchased.How.WHOLE, Finding.VALID);
    Purchased broken = purchase(2, 4, Purchased.How.BROKEN, Finding.INVALID);
    Purchased left = purchase(1, 5, Purchased.How.LEFT, Finding.UNDECIDABLE);
    try (ReceiptStore store = ReceiptStore.open(home)) {
      for (Purchased each : List.of(whole, broken, left)) {
        store.purchases().add(each, Optional.empty(), Optional.empty());
      }
    }
    try (ReceiptStore store = ReceiptStore.open(home)) {
      assertThat(store.purchases().newest(2)).containsExactly(left, broken);
      assertThat(store.purchases().of(receipt(3))).contains(whole);
      assertThat(store.purchases().of(receipt(4))).isEmpty();
      assertThat(store.purchases().histories(100))
          .as("that the client left is held against nobody")
          .containsOnly(
              Map.entry(seller(1), List.of(whole.answered())),
              Map.entry(seller(2), List.of(broken.answered())));
    }
  }

  @Test
  void ofEachSellerOnlyTheLatestAnswersAreRemembered() {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      for (int i = 0; i < 6; i++) {
        store
            .purchases()
            .add(
                purchase(i % 2, i, Purchased.How.WHOLE, Finding.VALID),
                Optional.empty(),
                Optional.empty());
      }
      assertThat(store.purchases().histories(2).get(seller(1)))
          .extracting(each -> each.counts().output())
          .containsExactly(3, 5);
    }
  }

  @Test
  void aPurchaseItsVerdictAndItsVoucherAreKeptTogether() {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      store
          .purchases()
          .add(
              purchase(1, 3, Purchased.How.WHOLE, Finding.VALID),
              Optional.of(verdict(3)),
              Optional.of(voucher(Role.PAID, 30, 3)));
      assertThat(store.unloggedRecords(10))
          .containsExactly(verdict(3).encode(), voucher(Role.PAID, 30, 3).encode());
      assertThat(store.purchases().recorded(Role.PAID))
          .containsOnly(Map.entry(CHANNEL, Amount.of(30)));
      assertThat(store.purchases().recorded(Role.RECEIVED)).isEmpty();
      assertThat(store.entriesAbout(receipt(3))).as("not in the log yet").isEmpty();
      store.recordsLogged(Map.of(7L, verdict(3).encode(), 8L, voucher(Role.PAID, 30, 3).encode()));
      assertThat(store.entriesAbout(receipt(3))).containsExactly(7L, 8L);
      assertThat(store.loggedUpTo()).isEqualTo(9);
    }
  }

  @Test
  void anOlderVoucherThatIsRecordedLateTakesNothingBack() {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      store.purchases().record(List.of(voucher(Role.PAID, 30, 1)), List.of(), List.of());
      store.purchases().record(List.of(voucher(Role.PAID, 20, 2)), List.of(), List.of());
      assertThat(store.purchases().recorded(Role.PAID).get(CHANNEL)).isEqualTo(Amount.of(30));
      store.purchases().record(List.of(voucher(Role.PAID, 20, 2)), List.of(), List.of());
      assertThat(store.unloggedRecords(10)).as("the same is one record").hasSize(2);
    }
  }

  @Test
  void aWriteThatFailsInTheMidstLeavesNothingOfIt() {
    Path file = home.resolve(ReceiptStore.FILE);
    ReceiptStore.open(home).close();
    try (ReceiptStore store = new ReceiptStore(file, () -> refusing(file))) {
      assertThatThrownBy(
              () ->
                  store
                      .purchases()
                      .add(
                          purchase(1, 3, Purchased.How.WHOLE, Finding.VALID),
                          Optional.of(verdict(3)),
                          Optional.of(voucher(Role.PAID, 30, 3))))
          .isInstanceOf(ReceiptStoreException.class)
          .hasMessageContaining("cannot write");
    }
    try (ReceiptStore store = ReceiptStore.open(home)) {
      assertThat(store.purchases().newest(1)).isEmpty();
      assertThat(store.unloggedRecords(1)).isEmpty();
      assertThat(store.purchases().recorded(Role.PAID)).isEmpty();
      store
          .purchases()
          .add(
              purchase(1, 3, Purchased.How.WHOLE, Finding.VALID),
              Optional.of(verdict(3)),
              Optional.of(voucher(Role.PAID, 30, 3)));
      assertThat(store.unloggedRecords(10)).as("and it can be kept again").hasSize(2);
    }
  }

  /** A connection on which the last of the writes fails. */
  private static Connection refusing(Path file) throws SQLException {
    Connection connection = Database.connect(file);
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMP TRIGGER refuse BEFORE INSERT ON voucher BEGIN SELECT RAISE(ABORT, 'the disk"
              + " is away'); END");
    }
    return connection;
  }
}
