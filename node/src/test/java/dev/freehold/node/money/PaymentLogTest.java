// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.evidence.settlement.LoggedSettlement;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.Hex;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.IntentStorage;
import dev.freehold.ledger.transaction.Purse;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.channel.Wanted;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.LimitFile;
import dev.freehold.market.spending.SpendingLimits;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is signed, taken and settled becomes a record for the log, once. The chain is away. */
class PaymentLogTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final PaymentKey SELLER = PaymentKey.ofSecret(Digest.sha256("a seller").bytes());
  private static final PaymentKey BUYER = PaymentKey.ofSecret(Digest.sha256("a buyer").bytes());
  private static final Address TOKEN =
      PaymentKey.ofSecret(Digest.sha256("a token").bytes()).address();
  private static final Coin COIN =
      new Coin(ChainId.DEVELOPMENT, DevelopmentChain.PAYMENT_CHANNELS, TOKEN);
  private static final ChannelState FUNDED =
      new ChannelState(Amount.of(1_000), Amount.ZERO, Optional.empty());
  private static final Price PRICE = new Price(Amount.of(1_000_000), Amount.of(1_000_000));

  @TempDir private Path home = Path.of("");

  private final AtomicInteger added = new AtomicInteger();

  @SuppressWarnings("NullAway.Init")
  private PaymentKey own;

  @BeforeEach
  void aHomeWithAKeyAndLimits() throws Exception {
    MarketFolder folder = new MarketFolder(home);
    PrivateFolder.make(folder.folder());
    own = PaymentKeyFile.create(folder.key(), RANDOM);
    Amount much = Amount.of(1_000);
    new LimitFile(folder.limits())
        .write(
            new LimitFile(folder.limits()).read().with(COIN, new SpendingLimits(much, much, much)),
            RANDOM);
  }

  private Money money() throws Exception {
    return Money.open(
            MoneySettings.none()
                .with("chain", "http://127.0.0.1:1")
                .with("chain-id", COIN.chain().toString())
                .with("coin", TOKEN.toString()),
            home,
            SigningKey.ofSeed(new byte[32]),
            InstantSource.system(),
            RANDOM,
            (_, _) -> {})
        .orElseThrow();
  }

  private static Channel channel(Address payer, Address receiver) {
    return new Channel(
        new ChannelConfig(
            payer, payer, receiver, receiver, TOKEN, Duration.ofDays(1), Keccak256.hash("channel")),
        COIN.chain(),
        COIN.contract());
  }

  /** What waits for the log after a node has run and ended. */
  private List<Json.Obj> waiting(Run run) throws Exception {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      try (Money money = money();
          PaymentLog _ =
              PaymentLog.start(
                  money, store.purchases(), added::incrementAndGet, (what, why) -> {})) {
        run.with(money);
      }
      List<Json.Obj> records = new ArrayList<>();
      for (byte[] record : store.unloggedRecords(100)) {
        records.add((Json.Obj) Json.parse(record));
      }
      return records;
    }
  }

  private interface Run {
    void with(Money money) throws Exception;
  }

  private void pay(Money money, int tokens) throws IOException {
    Channel channel = channel(own.address(), SELLER.address());
    money.payer().observe(channel, FUNDED);
    Payer.Reserving reserving =
        money
            .payer()
            .reserve(
                channel.id(),
                new Wanted(
                    SigningKey.ofSeed(new byte[32]).nodeId(),
                    Digest.sha256("model"),
                    Optional.empty(),
                    PRICE,
                    new TokenCounts(0, tokens),
                    Amount.ZERO));
    try (Purchase purchase = ((Payer.Reserving.Reserved) reserving).purchase()) {
      TokenCounts counts = new TokenCounts(0, tokens);
      assertThat(purchase.pay(counts, counts)).isInstanceOf(Purchase.Payment.Signed.class);
    }
  }

  private static LoggedVoucher voucher(Json.Obj record) {
    return LoggedVoucher.decode(CanonicalJson.bytes(record))
        .orElse(
            why -> {
              throw new AssertionError(why);
            });
  }

  @Test
  void aVoucherThatNoRecordTellsOfBecomesOneAlsoAfterTheNodeStopped() throws Exception {
    try (Money money = money()) {
      // Signed and durable; the process stops before anything else is written.
      pay(money, 7);
    }
    List<Json.Obj> records = waiting(_ -> {});
    assertThat(records).hasSize(1);
    LoggedVoucher paid = voucher(records.getFirst());
    assertThat(paid.role()).isEqualTo(LoggedVoucher.Role.PAID);
    assertThat(paid.account()).isEqualTo(own.address());
    assertThat(paid.signed()).isTrue();
    assertThat(paid.voucher().voucher().maxClaimable()).isEqualTo(Amount.of(7));
    assertThat(added).hasValue(1);
    assertThat(waiting(_ -> {})).as("once").hasSize(1);
    assertThat(waiting(money -> pay(money, 5)))
        .as("and again only for more")
        .hasSize(2)
        .last()
        .satisfies(
            last ->
                assertThat(voucher(last).voucher().voucher().maxClaimable())
                    .isEqualTo(Amount.of(12)));
  }

  @Test
  void ofAnOldVoucherAndABetterOneOnlyTheBetterOneIsRecordedAtTheSellers() throws Exception {
    Channel channel = channel(BUYER.address(), own.address());
    List<Json.Obj> records =
        waiting(
            money -> {
              assertThat(money.payee().open(channel, FUNDED)).isEmpty();
              for (long amount : List.of(3L, 9L)) {
                Voucher voucher = new Voucher(channel.id(), Amount.of(amount));
                assertThat(
                        money
                            .payee()
                            .accept(
                                new SignedVoucher(
                                    channel.chain(),
                                    channel.contract(),
                                    voucher,
                                    BUYER.sign(channel.domain().digest(voucher)))))
                    .isEmpty();
              }
            });
    LoggedVoucher last = voucher(records.getLast());
    assertThat(last.role()).isEqualTo(LoggedVoucher.Role.RECEIVED);
    assertThat(last.account()).isEqualTo(BUYER.address());
    assertThat(last.voucher().voucher().maxClaimable()).isEqualTo(Amount.of(9));
    assertThat(last.signed()).isTrue();
    assertThat(records.size()).isLessThanOrEqualTo(2);
  }

  private void intent(long nonce, Address to, String outcome) throws IOException {
    intent(nonce, "claim " + nonce, to, outcome);
  }

  private void intent(long nonce, String purpose, Address to, String outcome) throws IOException {
    Path folder = Purse.intents(home, COIN.chain(), own.address());
    Files.createDirectories(folder);
    String end =
        switch (outcome) {
          case "pending", "displaced" -> "{\"state\":\"" + outcome + "\"}";
          default ->
              "{\"block\":\"%d\",\"blockHash\":\"%s\",\"state\":\"%s\"}"
                  .formatted(40 + nonce, Keccak256.hash("block " + nonce), outcome);
        };
    Files.writeString(
        folder.resolve(String.format(Locale.ROOT, "%020d.json", nonce)),
        """
        {"attempts":[{"gasLimit":"1","most":"1","priority":"1","raw":"0x02"}],"data":"%s",\
        "nonce":"%d","outcome":%s,"purpose":"%s","to":"%s","value":"0","version":1}\
        """
            .formatted(Hex.data(new byte[] {(byte) nonce}), nonce, end, purpose, to));
  }

  @Test
  void whatMovedOnTheChainBecomesARecordAndNothingElseDoes() throws Exception {
    intent(0, COIN.contract(), "executed");
    intent(1, TOKEN, "reverted");
    intent(2, COIN.contract(), "displaced");
    intent(3, COIN.contract(), "pending");
    intent(4, SELLER.address(), "executed");
    List<LoggedSettlement> settlements = new ArrayList<>();
    for (Json.Obj record : waiting(_ -> {})) {
      assertThat(LoggedSettlement.decode(CanonicalJson.bytes(record)))
          .isInstanceOfSatisfying(
              Parsed.Read.class, read -> settlements.add((LoggedSettlement) read.value()));
    }
    assertThat(settlements).hasSize(2);
    assertThat(settlements.getFirst())
        .isEqualTo(
            new LoggedSettlement(
                COIN.chain(),
                own.address(),
                0,
                COIN.contract(),
                Keccak256.hash(new byte[] {0}),
                "claim 0",
                true,
                40,
                Keccak256.hash("block 0")));
    assertThat(settlements.getLast().executed()).isFalse();
    intent(3, COIN.contract(), "executed");
    assertThat(waiting(_ -> {})).as("once it is known").hasSize(3);
  }

  @Test
  void oldPaymentsOfAnswersAreForgottenOnceTheirRecordsAreThere() throws Exception {
    intent(0, "x402 exact one", TOKEN, "executed");
    intent(1, "claim of a channel", COIN.contract(), "executed");
    intent(2, "x402 exact another", TOKEN, "pending");
    intent(3, "settle what was claimed", COIN.contract(), "reverted");
    intent(4, "x402 exact a third", TOKEN, "displaced");
    intent(5, "x402 exact in a coin of before", SELLER.address(), "executed");
    for (int nonce = 6; nonce < 5 + IntentStorage.KEPT; nonce++) {
      intent(nonce, "x402 exact " + nonce, SELLER.address(), "executed");
    }
    assertThat(waiting(_ -> {})).as("those of this coin").hasSize(3);
    FolderIntents intents = FolderIntents.open(Purse.intents(home, COIN.chain(), own.address()));
    assertThat(intents.all())
        .as("those after which a thousand came")
        .hasSize(IntentStorage.KEPT + 2)
        .extracting(Intent::nonce)
        .startsWith(1L, 2L, 5L);
    for (int more = 0; more < 10; more++) {
      intent(5 + IntentStorage.KEPT + more, "claim " + more, SELLER.address(), "executed");
    }
    assertThat(waiting(_ -> {})).as("each once").hasSize(3);
    assertThat(intents.all())
        .as("what no record was made of stays")
        .extracting(Intent::nonce)
        .startsWith(1L, 2L, 5L, 6L);
  }
}
